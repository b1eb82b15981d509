import { setTimeout as pass } from 'node:timers/promises';
import type { Sample } from '../sent-samples.js';
import { eventsOf } from './grid.js';
import type { DirectWire, Scheduler } from './scheduler.js';
import { millisecondsUntil, passed, record } from './timer-schedulers.js';

const longestWait = 2000;
const lookMilliseconds = 50;

/**
 * JZZ's own way: a chain of `wait` and `send`, written down beforehand, as its players and its manual do. Its waits are timers
 * that begin when the one before ended.
 */
export async function jzzScheduler(wire: DirectWire): Promise<Scheduler> {
  const { default: JZZ } = await import('jzz');
  return {
    name: 'JZZ wait',
    play: async (grid) => {
      const samples: Sample[] = [];
      const events = eventsOf(grid);
      let sent = 0;
      let over = false;
      // JZZ hands on what is due, message by message in the order of the chain.
      const port = JZZ.Widget({
        _receive: () => {
          if (over) return;
          const event = events[sent];
          sent += 1;
          wire.send(event);
          record(samples, event);
        },
      });
      let now = grid.start;
      let chain = port.wait(millisecondsUntil(grid.start));
      for (const { due, bytes } of events) {
        if (due > now) chain = chain.wait((due - now) / 1000);
        now = due;
        chain = chain.send([...bytes]);
      }
      await passed(grid);
      // A chain that fell behind is not to run into another's turn.
      for (let waited = 0; sent < events.length && waited < longestWait; waited += lookMilliseconds) await pass(lookMilliseconds);
      over = true;
      return samples;
    },
    end: async () => wire.end(),
  };
}
