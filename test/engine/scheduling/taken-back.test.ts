import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { note, stage } from './recording-output.js';

const early = { name: 'early', leadMicros: 200_000 };

describe('sending: music that is taken back when some of it has left', () => {
  it('plays what has left, and after that what is queued in its place', async () => {
    const { sender, output, playTo } = await stage(early);
    sender.queue(1, [note(1, 60), note(1.25, 61), note(1.5, 62)]);
    playTo(0.9);
    assert.deepEqual(output.notes(), ['on 60 @1', 'on 61 @1.25']);
    sender.flush(1, 1);
    sender.queue(1, [note(1, 70), note(1.25, 71), note(1.375, 72), note(1.5, 73)]);
    playTo(1.2);
    assert.deepEqual(output.notes().filter((event) => event.startsWith('on')), ['on 72 @1.375', 'on 73 @1.5']);
  });

  it('plays all of what is queued where nothing of that owner has left', async () => {
    const { sender, output, playTo } = await stage(early);
    sender.queue(1, [note(0.2, 60), note(2, 62)]);
    sender.queue(2, [note(1.2, 64)]);
    playTo(0.9);
    output.sent.length = 0;
    sender.flush(1, 0.95);
    sender.queue(1, [note(0.95, 70), note(1.25, 71)]);
    playTo(1);
    assert.deepEqual(output.notes().filter((event) => event.startsWith('on')), ['on 70 @0.95', 'on 71 @1.25']);
  });

  it('begins anew where the music is moved', async () => {
    const { sender, output, playTo, clock } = await stage(early);
    sender.queue(1, [note(1, 60)]);
    playTo(0.9);
    sender.flush(1, 1);
    sender.transport({ type: 'stop', beat: 0.9, micros: clock.now() });
    sender.run();
    output.sent.length = 0;
    sender.transport({ type: 'continue', beat: 0.9, micros: clock.now() });
    sender.run();
    sender.queue(1, [note(1, 70)]);
    playTo(1);
    assert.deepEqual(output.notes().filter((event) => event.startsWith('on')), ['on 70 @1']);
  });

  it('never sends an onset of an owner after one of a later beat, whatever is taken back and when', async () => {
    const act = fc.oneof(
      fc.record({ do: fc.constant('pass' as const), beats: fc.double({ min: 0.01, max: 1, noNaN: true }) }),
      fc.record({ do: fc.constant('anew' as const), owner: fc.integer({ min: 1, max: 2 }), ahead: fc.double({ min: 0.02, max: 3, noNaN: true }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const { sender, output, playTo, clock, time } = await stage(early);
        const now = (): number => (clock.now() - time(0)) / 500_000;
        let pitch = 0;
        for (const one of acts) {
          if (one.do === 'pass') playTo(now() + one.beats);
          else {
            const from = now() + one.ahead;
            sender.flush(one.owner, from);
            sender.queue(one.owner, Array.from({ length: 12 }, (_unused, at) => note(from + at / 3, (pitch += 1) % 128, 0.1)));
          }
        }
        for (const owner of [1, 2]) {
          const onsets = output.sent.filter((event) => event.kind === 'noteOn' && event.owner === owner).map(({ beat }) => beat);
          assert.deepEqual(onsets, [...onsets].sort((one, other) => one - other));
        }
      }),
    );
  });
});
