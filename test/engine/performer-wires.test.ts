import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setInterval } from 'node:timers/promises';
import type { HeardMessage, OscPeer } from '../transports/support/osc-peer.js';
import { until } from '../transports/support/within.js';
import { wiredEngine } from './wired-engine.js';

/** The whole engine, two OSC programs that hear it (the second told 80 ms ahead), and programs that control it. */
async function stage(context: TestContext, bpm: number) {
  const { engine, hearers: [first, second], control, socket } = await wiredEngine(context, bpm, [{ name: 'first' }, { name: 'second', leadMilliseconds: 80 }]);
  return { engine, parameters: engine.parameters, first, second, control, socket };
}

/** The next beat told to a program, after what it was told before. */
async function nextBeat(peer: OscPeer): Promise<HeardMessage> {
  peer.heard.drain();
  return peer.next('/continuo/clock');
}

/** Time tags of the same beats, first and second. */
async function stamps(first: OscPeer, second: OscPeer, beats: number): Promise<readonly (readonly [number, number])[]> {
  const pairs: (readonly [number, number])[] = [];
  while (pairs.length < beats) {
    // The beats of before the start have the same numbers.
    second.heard.drain();
    const heard = await nextBeat(first);
    const same = await second.heard.take('the same beat', ({ address, values }) => address === '/continuo/clock' && values[0] === heard.values[0]);
    pairs.push([heard.unixSeconds ?? 0, same.unixSeconds ?? 0]);
  }
  return pairs;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

describe('what a performer does over the wires', () => {
  it('taps a tempo over OSC, and every wire tells it', async (context) => {
    const { parameters, first, control, socket } = await stage(context, 90);
    let taps = 0;
    for await (const address of setInterval(400, '/continuo/tap')) {
      control.send(address);
      taps += 1;
      if (taps === 6) break;
    }
    const isTapped = (bpm: number): boolean => Math.abs(bpm - 150) < 25;
    await until('the tempo is tapped', () => isTapped(parameters.number('bpm')));
    await socket.next('clock', ({ bpm }) => isTapped(bpm));
    const [, told] = (await nextBeat(first)).values as number[];
    assert.ok(isTapped(told), `${told}`);
  });

  it('nudges over WebSocket: the beat comes earlier by so much, and the tempo is what it was', async (context) => {
    const { parameters, socket } = await stage(context, 120);
    const before = await socket.next('clock');
    assert.equal((await socket.ask({ type: 'invoke', address: 'nudge', arguments: [60] })).type, 'done');
    await until('it hurries', () => parameters.number('bpm') > 125);
    await until('it is in its tempo', () => parameters.number('bpm') < 120.01);
    const settled = socket.heard.drain().length;
    assert.ok(settled > 0);
    const after = await socket.next('clock', ({ bpm }) => Math.abs(bpm - 120) < 0.01);
    const early = (after.beat - before.beat) * 500_000 - (after.timeMicros - before.timeMicros);
    context.diagnostic(`${(early / 1000).toFixed(2)} ms earlier`);
    assert.ok(Math.abs(early - 60_000) < 2_000, `${early} µs earlier`);
    assert.match(JSON.stringify(await socket.ask({ type: 'invoke', address: 'nudge', arguments: [900] })), /-500 to 500 milliseconds/);
  });

  it('moves one output and no other, and one is told as early as its lead says', async (context) => {
    const { first, second, control, engine } = await stage(context, 150);
    const together = (await stamps(first, second, 3)).map(([a, b]) => (b - a) * 1000);
    assert.ok(Math.abs(median(together)) < 0.5, `${together} ms apart`);
    control.send('/continuo/offset', 'osc:second', { type: 'f', value: -35 });
    await stamps(first, second, 1);
    const apart = (await stamps(first, second, 3)).map(([a, b]) => (b - a) * 1000);
    context.diagnostic(`ms apart after an offset of -35 ms: ${apart.map((ms) => ms.toFixed(2)).join(' ')}`);
    assert.ok(Math.abs(median(apart) + 35) < 0.5, `${apart} ms apart`);
    const notice: number[] = [];
    for (let beat = 0; beat < 5; beat += 1) notice.push(((await nextBeat(second)).unixSeconds ?? 0) * 1000 - Date.now());
    context.diagnostic(`ms of notice with a lead of 80: ${notice.map((ms) => ms.toFixed(1)).join(' ')}`);
    assert.ok(median(notice) <= 81 && median(notice) > 40, `${notice} ms`);
    for (const [output, milliseconds, reason] of [['nowhere', 5, /There is no output/], ['osc:first', 1001, /-1000 to 1000/]] as const) {
      await assert.rejects(engine.parameters.write('offset', [output, milliseconds], 'test'), reason);
    }
  });

  it('hears the beat for its visuals also while the music is stopped', async (context) => {
    const { parameters, first, control, socket } = await stage(context, 240);
    control.send('/continuo/stop');
    await until('it is stopped', () => parameters.get('playing') === false);
    const [beat, bpm] = (await nextBeat(first)).values as number[];
    const [next] = (await nextBeat(first)).values as number[];
    assert.ok(next > beat && bpm === 240);
    socket.heard.drain();
    assert.equal((await socket.next('clock')).bpm, 240);
  });
});
