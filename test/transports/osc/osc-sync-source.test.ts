import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { Bundle, encode } from 'node-osc';
import type { TransportChange } from '../../../src/engine/contracts/sync-source.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { timeAt, type Timeline } from '../../../src/engine/time/timeline.js';
import { readPacket, type OscMessage } from '../../../src/transports/osc/osc-packet.js';
import { OscSyncSource } from '../../../src/transports/osc/osc-sync-source.js';
import { valuesOf } from '../../../src/transports/osc/osc-values.js';
import { syncSourceContract, type HostPosition } from '../../engine/contracts/sync-source-contract.js';
import { WallClock } from '../../../src/transports/osc/wall-clock.js';

const unixMilliseconds = 1_800_000_000_000;

describe('the OSC sync source', () => {
  let clock: VirtualClock;
  let source: OscSyncSource;
  let timelines: Timeline[];
  let changes: TransportChange[];
  let losses: number;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    clock = new VirtualClock();
    timelines = [];
    changes = [];
    losses = 0;
    source = new OscSyncSource(clock, new WallClock(clock, () => Math.floor(unixMilliseconds + clock.now() / 1000)));
    source.start({
      timeline: (timeline) => timelines.push(timeline),
      transport: (change) => changes.push(change),
      lost: () => {
        losses += 1;
      },
    });
  });
  afterEach(() => {
    source.stop();
    mock.timers.reset();
  });

  function say(word: string, ...values: number[]): void {
    perform({ address: word, values, unixSeconds: 0 });
  }

  function perform(message: OscMessage): void {
    const handler = source.words.get(message.address) ?? assert.fail(`no word ${message.address}`);
    handler(message, valuesOf(message.values));
  }

  it('puts the beat where the message arrives', () => {
    clock.advanceTo(7_000_000);
    say('host/beat', 90, 16);
    assert.deepEqual(timelines, [{ bpm: 90, beatOrigin: 16, timeOrigin: 7_000_000 }]);
  });

  it('averages the jitter of arrivals', () => {
    const jitter = [0, 2000, -2000, 1500, -1800, 900, -400, 2200, -2100, 300, 1200, -900];
    for (let beat = 0; beat < 48; beat += 1) {
      clock.advanceTo(10_000_000 + beat * 500_000 + jitter[beat % jitter.length]);
      say('host/beat', 120, beat);
    }
    const errors = timelines.slice(12).map((timeline) => timeAt(timeline, 100) - (10_000_000 + 100 * 500_000));
    assert.ok(errors.every((error) => Math.abs(error) < 800), `${errors}`);
  });

  it('follows a jump and a new tempo at once', () => {
    say('host/beat', 120, 0);
    clock.advanceTo(500_000);
    say('host/beat', 120, 64);
    assert.equal(timelines[1].timeOrigin, 500_000);
    clock.advanceTo(1_010_000);
    say('host/beat', 119, 65);
    assert.deepEqual(timelines[2], { bpm: 119, beatOrigin: 65, timeOrigin: 1_010_000 });
  });

  it('believes the time tag of a bundle', () => {
    say('host/beat', 100, 0);
    for (let index = 1; index < 40; index += 1) {
      clock.advanceTo(index * 103_700);
      perform({ address: 'host/stop', values: [], unixSeconds: unixMilliseconds / 1000 + clock.now() / 1e6 });
    }
    const due = clock.now() + 200_000;
    const packet = encode(new Bundle((unixMilliseconds * 1000 + due) / 1e6, ['host/beat', 100, 8]));
    perform(readPacket(packet)[0]);
    assert.ok(Math.abs(timelines[1].timeOrigin - due) < 600, `${timelines[1].timeOrigin - due} µs off`);
  });

  it('starts, continues and stops with the beat it is given', () => {
    say('host/beat', 60, 0);
    clock.advanceTo(100_000);
    say('host/start');
    clock.advanceTo(600_000);
    say('host/stop');
    clock.advanceTo(700_000);
    say('host/continue', 8);
    clock.advanceTo(950_000);
    say('host/stop', 9);
    clock.advanceTo(1_700_000);
    say('host/continue');
    assert.deepEqual(changes, [
      { type: 'start', beat: 0, micros: 100_000 },
      { type: 'stop', beat: 0.5, micros: 600_000 },
      { type: 'continue', beat: 8, micros: 700_000 },
      { type: 'stop', beat: 9, micros: 950_000 },
      { type: 'continue', beat: 9, micros: 1_700_000 },
    ]);
    assert.deepEqual(timelines.at(-1), { bpm: 60, beatOrigin: 9, timeOrigin: 1_700_000 });
  });

  it('cannot start without a tempo', () => {
    assert.throws(() => say('host/start'), (error) => error instanceof ContinuoError && /send \/continuo\/host\/beat before/.test(error.message));
  });

  it('refuses what is no tempo or no beat', () => {
    for (const values of [[], [120], [10, 0], [1000, 0], [120, Number.NaN], [120, 0, 1]]) {
      assert.throws(() => say('host/beat', ...values), ContinuoError, String(values));
    }
    assert.equal(timelines.length, 0);
  });

  it('is lost after four beats, two seconds at least, of silence', () => {
    say('host/beat', 240, 0);
    mock.timers.tick(1999);
    assert.equal(losses, 0);
    mock.timers.tick(1);
    assert.equal(losses, 1);
    say('host/beat', 60, 0);
    mock.timers.tick(3999);
    assert.equal(losses, 1);
    mock.timers.tick(1);
    assert.equal(losses, 2);
  });

  it('says nothing once it is stopped', () => {
    source.stop();
    say('host/beat', 120, 0);
    say('host/stop');
    assert.deepEqual([timelines, changes], [[], []]);
  });

});

syncSourceContract(
  'OSC',
  () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const clock = new VirtualClock(50_000_000);
    const source = new OscSyncSource(clock, new WallClock(clock, () => Math.floor(unixMilliseconds + clock.now() / 1000)));
    let beat = 0;
    const say = (word: string, ...values: number[]): void => source.words.get(word)?.({ address: word, values, unixSeconds: 0 }, values);
    const playOn = (bpm: number, beats: number): Promise<HostPosition> => {
      for (const end = beat + beats; beat < end; beat += 1) {
        say('host/beat', bpm, beat);
        clock.advanceTo(clock.now() + 60_000_000 / bpm);
      }
      return Promise.resolve({ beat, micros: clock.now() });
    };
    return Promise.resolve({
      source,
      play(bpm, beats) {
        beat = 0;
        say('host/beat', bpm, 0);
        say('host/start');
        return playOn(bpm, beats);
      },
      playOn,
      halt: () => Promise.resolve(say('host/stop')),
      vanish: () => Promise.resolve(mock.timers.tick(10_000)),
      dispose: () => Promise.resolve(mock.timers.reset()),
    });
  },
  { canBeLed: false },
);
