import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { HeardEvent } from '../../../src/engine/contracts/note-source.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import type { ParameterValue } from '../../../src/engine/parameters/parameter.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { OscPlayer } from '../../../src/transports/osc/osc-player.js';
import { WallClock } from '../../../src/transports/osc/wall-clock.js';

const unixMilliseconds = 1_800_000_000_000;

function stage() {
  const clock = new VirtualClock(5_000_000);
  const wallClock = new WallClock(clock, () => Math.floor(unixMilliseconds + clock.now() / 1000));
  const player = new OscPlayer(clock, wallClock, 0);
  const events: HeardEvent[] = [];
  player.start({ heard: (event) => events.push(event) });
  const say = (word: string, values: readonly ParameterValue[], unixSeconds = 0): void => {
    const handler = player.words.get(word) ?? assert.fail(`no word ${word}`);
    handler({ address: `/continuo/${word}`, values, unixSeconds }, values, () => undefined);
  };
  return { clock, wallClock, player, events, say };
}

describe('a player over OSC', () => {
  it('strikes and lifts keys, on channel 0 unless another is said', () => {
    const { events, say } = stage();
    say('note/on', [60, 100]);
    say('note/off', [60]);
    say('note/on', [61.0, 0, 3]);
    say('note', [62, 90, 1.5, 9]);
    say('control', [64, 127]);
    assert.deepEqual(events, [
      { type: 'noteOn', pitch: 60, velocity: 100, channel: 0, micros: 5_000_000 },
      { type: 'noteOff', pitch: 60, channel: 0, micros: 5_000_000 },
      { type: 'noteOff', pitch: 61, channel: 3, micros: 5_000_000 },
      { type: 'noteOn', pitch: 62, velocity: 90, durationBeats: 1.5, channel: 9, micros: 5_000_000 },
      { type: 'control', controller: 64, value: 127, channel: 0, micros: 5_000_000 },
    ]);
  });

  it('played when the time tag says', () => {
    const { events, say, wallClock } = stage();
    wallClock.calibrate();
    say('note/on', [60, 100], (unixMilliseconds + 4_900) / 1000);
    assert.ok(Math.abs(events[0].micros - 4_900_000) < 1100, String(events[0].micros));
  });

  it('is refused with the time tag of another clock', () => {
    const { events, say, wallClock } = stage();
    wallClock.calibrate();
    assert.throws(() => say('note/on', [60, 100], unixMilliseconds / 1000 + 65), /60 seconds from now/);
    assert.deepEqual(events, []);
  });

  it('is told what is wrong, whatever comes', () => {
    const { events, say } = stage();
    const odd = fc.array(fc.oneof(fc.double(), fc.string({ maxLength: 3 }), fc.boolean(), fc.integer({ min: -1000, max: 1000 })), { maxLength: 5 });
    fc.assert(fc.property(fc.constantFrom('note/on', 'note/off', 'note', 'control'), odd, (word, values) => {
      try {
        say(word, values);
      } catch (error) {
        assert.ok(error instanceof ContinuoError && error.errorName === 'badValue');
      }
    }));
    for (const event of events) {
      if ('pitch' in event) assert.ok(event.pitch >= 0 && event.pitch <= 127 && Number.isInteger(event.pitch));
      if ('channel' in event && event.channel !== undefined) assert.ok(event.channel >= 0 && event.channel <= 15);
    }
  });
});
