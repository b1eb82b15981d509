import { SendThread } from '../../../src/engine/scheduling/send-thread.js';
import type { Recorder, Sample } from '../sent-samples.js';
import { notesOf } from './grid.js';
import type { Scheduler } from './scheduler.js';
import { passed } from './timer-schedulers.js';

/** Ours. Its output is there while it plays only, so that nothing of it runs beside the others. */
export function sendThreadScheduler(recorder: Recorder, onNotice: (sentence: string) => void): Scheduler {
  const sender = new SendThread({ onNotice });
  let output: { dispose(): Promise<void> } | undefined;
  let read = 0;
  return {
    name: 'continuo',
    begin: async () => {
      output = await sender.addOutput(recorder.specification);
    },
    play: async (grid): Promise<readonly Sample[]> => {
      const { bpm, start, beats } = grid;
      sender.publish({ bpm, beatOrigin: 0, timeOrigin: start });
      sender.transport({ type: 'start', beat: 0, micros: start });
      sender.queue(1, notesOf(grid));
      await passed(grid);
      sender.transport({ type: 'stop', beat: beats, micros: start + (beats * 60_000_000) / bpm });
      await output?.dispose();
      const all = recorder.read();
      const own = all.slice(read);
      read = all.length;
      return own;
    },
    end: () => sender.close(),
  };
}
