import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { readPrompt } from '../../../src/engine/midi-file/prompt.js';
import { takeFile } from '../../../src/engine/recording/take-file.js';
import type { TakeLine } from '../../../src/engine/recording/take-line.js';
import { TakeOutput, type PlayedMessage } from '../../../src/engine/recording/take-output.js';
import { TakeWriter } from '../../../src/engine/recording/take-writer.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { NoteFeed } from '../../../src/engine/scheduling/note-feed.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { until } from '../../transports/support/within.js';
import { note, settings } from '../scheduling/recording-output.js';

/** A sender that plays at 120 beats a minute from beat 0, and the take of it. */
async function stage(context: TestContext) {
  const clock = new VirtualClock(1_000_000);
  const sender = new LocalSender(clock, { timeline: { bpm: 120, beatOrigin: 0, timeOrigin: 1_000_000 } });
  const lines: TakeLine[] = [];
  const writer = new TakeWriter(() => 4, (line) => lines.push(line));
  const feed = new NoteFeed<PlayedMessage>((messages) => messages.forEach((message) => writer.played(message)));
  feed.setListeners(1);
  const output = new TakeOutput(feed.far);
  context.after(async () => {
    await output.close();
    feed.close();
  });
  await sender.attach({ ...settings, sendsClock: true, isRecord: true }, output);
  sender.transport({ type: 'start', beat: 0, micros: 1_000_000 });
  return {
    sender,
    clock,
    lines,
    playFor: (beats: number): void => sender.advanceTo(clock.now() + beats * 500_000),
    /** The host puts the music to `beat`; `transport`: and says so. */
    jump: (beat: number, transport?: 'start' | 'continue'): void => {
      sender.publish({ bpm: 150, beatOrigin: beat, timeOrigin: clock.now() });
      sender.publish({ bpm: 120, beatOrigin: beat, timeOrigin: clock.now() });
      if (transport) sender.transport({ type: transport, beat, micros: clock.now() });
    },
    /** What a take of `count` notes has: onset, length, pitch; a clock is 0.042 of a beat. */
    taken: async (count: number) => {
      await until('all have ended', () => lines.filter((line) => 'off' in line).length >= count);
      return readPrompt(takeFile(lines, 'a take')).notes.map(({ beat, duration, pitch }) => [beat, duration, pitch]);
    },
  };
}

function assertNear(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  const isNear = actual.length === expected.length && actual.every((numbers, row) => numbers.every((number, column) => Math.abs(number - expected[row][column]) < 0.05));
  assert.ok(isNear, JSON.stringify(actual));
}

describe('what sounds as the host jumps', () => {
  for (const transport of [undefined, 'start'] as const) {
    it(`has its real end where it goes back, ${transport ? 'and says so' : 'and says nothing'}`, async (context) => {
      const { sender, playFor, jump, taken, lines } = await stage(context);
      sender.queue(1, [note(4, 60, 16), note(5, 64, 1)]);
      playFor(7);
      jump(0, transport);
      sender.queue(1, [note(1, 62, 0.5)]);
      playFor(2);
      assertNear(await taken(3), [[4 - 4, 3, 60], [5 - 4, 1, 64], [9 - 4, 0.5, 62]]);
      assert.deepEqual(lines.flatMap((line) => ('bpm' in line ? [line.bpm] : [])), [120]);
    });

    it(`has its real end where it goes forward, ${transport ? 'and says so' : 'and says nothing'}`, async (context) => {
      const { sender, playFor, jump, taken } = await stage(context);
      sender.queue(1, [note(4, 60, 2)]);
      playFor(5);
      jump(100, transport && 'continue');
      sender.queue(1, [note(100.5, 62, 0.5)]);
      playFor(2);
      assertNear(await taken(2), [[0, 1, 60], [4.5, 0.5, 62]]);
    });
  }

  it('rings on where the jump leaves it', async (context) => {
    const { sender, playFor, jump, taken } = await stage(context);
    sender.queue(1, [note(4, 60, 98), note(4, 64, 0.5)]);
    playFor(5);
    jump(100);
    playFor(4);
    assertNear(await taken(2), [[0, 6, 60], [0, 0.5, 64]]);
  });

  it('lies before what is played next, also where that comes before followers run', async (context) => {
    const { sender, playFor, jump, taken } = await stage(context);
    sender.queue(1, [note(4, 60, 16)]);
    playFor(8);
    jump(4.03);
    sender.queue(1, [note(4.1, 62, 0.05), note(4.5, 64, 0.5)]);
    playFor(2);
    assertNear(await taken(3), [[0, 4, 60], [4.1, 0.05, 62], [4.5, 0.5, 64]]);
  });

  for (const past of [0, 0.003, 0.02]) {
    it(`costs no beat where the music stops ${past} past the sixteenth where it goes on`, async (context) => {
      const { sender, clock, playFor, jump, taken } = await stage(context);
      sender.queue(1, [note(4, 60, 16), note(6, 64, 1)]);
      playFor(6 + past);
      sender.transport({ type: 'stop', beat: 6 + past, micros: clock.now() });
      playFor(20);
      jump(6, 'continue');
      sender.queue(1, [note(6, 64, 1), note(7, 62, 0.5)]);
      playFor(2);
      assertNear(await taken(4), [[0, 2, 60], [2, 1, 64], [3, 0.5, 62]]);
    });
  }
});
