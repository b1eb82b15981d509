import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { Bundle, encode } from 'node-osc';
import type { TransportChange } from '../../../src/engine/contracts/sync-source.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import { decodedValues } from '../../../src/engine/parameters/decoded-values.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { timeAt, type Timeline } from '../../../src/engine/time/timeline.js';
import { readPacket, type OscMessage } from '../../../src/transports/osc/osc-packet.js';
import { OscSyncSource } from '../../../src/transports/osc/osc-sync-source.js';
import { syncSourceContract, type HostPosition } from '../../engine/contracts/sync-source-contract.js';
import { WallClock } from '../../../src/transports/osc/wall-clock.js';

const unixMilliseconds = 1_800_000_000_000;

describe('the OSC sync source', () => {
  let clock: VirtualClock;
  let source: OscSyncSource;
  let timelines: Timeline[];
  let changes: TransportChange[];
  let losses: number;
  let written: unknown[];

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    clock = new VirtualClock();
    timelines = [];
    changes = [];
    losses = 0;
    written = [];
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

  function say(word: string, ...values: (number | string)[]): void {
    perform({ address: word, values, unixSeconds: 0 });
  }

  function perform(message: OscMessage): void {
    const handler = source.words.get(message.address) ?? assert.fail(`no word ${message.address}`);
    handler(message, decodedValues(message.values), (...words) => void written.push(words));
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
    for (const values of [[10, 0], [1000, 0], [120, Number.NaN], [120, 0, 1]]) {
      assert.throws(() => say('host/beat', ...values), ContinuoError, String(values));
    }
    assert.equal(timelines.length, 0);
  });

  it('refuses a beat that no song comes to, said or made of bars or cycles', () => {
    const absurd: [string, ...number[]][] = [['host/beat', 120, 1e15], ['host/beat', 120, -1e15], ['/beat', 2e9], ['host/bar', 9e8, 64], ['host/bar', 1, 65], ['host/cycle', 0.5, 9e8, 8], ['host/cycle', 0.5, 1, 65]];
    for (const said of absurd) {
      assert.throws(() => say(...said), (error) => error instanceof ContinuoError && error.errorName === 'badValue', String(said));
    }
    assert.deepEqual(timelines, []);
    say('host/beat', 120, 1e9);
    for (const word of ['start', 'continue', 'stop']) assert.throws(() => say(`host/${word}`, 1e15), ContinuoError, word);
    assert.deepEqual(changes, []);
    assert.equal(timelines.length, 1);
  });

  it('refuses the time tag of another clock, and says how far off it is', () => {
    say('host/beat', 120, 0);
    const tagged = (seconds: number) => (unixMilliseconds + clock.now() / 1000) / 1000 + seconds;
    for (const [word, away] of [['host/beat', 60], ['host/start', 61], ['host/stop', -3600], ['host/bar', 11], ['host/cycle', -11]] as const) {
      const values = word === 'host/cycle' ? [0.5, 0] : [];
      assert.throws(
        () => perform({ address: word, values, unixSeconds: tagged(away) }),
        (error) => error instanceof ContinuoError && error.errorName === 'badValue' && error.message.includes(`${away} seconds from now`),
        word,
      );
    }
    assert.deepEqual([timelines.length, changes.length], [1, 0]);
    perform({ address: 'host/start', values: [], unixSeconds: tagged(9) });
    assert.ok(Math.abs(changes[0].micros - 9_000_000) < 2000);
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
    say('/beat', 1);
    assert.deepEqual([timelines, changes], [[], []]);
  });

  /** Beats come every `interval` microseconds, up to `jitter` off. */
  function tell(beats: number, interval: number, jitter: number, message: (index: number) => void): void {
    const start = clock.now();
    for (let index = 0; index < beats; index += 1) {
      clock.advanceTo(start + index * interval + jitter * (1 + Math.sin(index * 2.4)));
      message(index);
    }
    clock.advanceTo(start + beats * interval);
  }

  function near(actual: number | undefined, expected: number, tolerance: number): void {
    assert.ok(actual !== undefined && Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
  }

  it('finds the tempo of beats that come without one', () => {
    tell(17, 600_000, 1_000, (index) => say('/beat', index));
    near(timelines.at(-1)?.bpm, 100, 0.05);
    near(timeAt(timelines.at(-1)!, 16), 16 * 600_000 + 1_000, 1_000);
  });

  it('counts beats that come without a number', () => {
    tell(12, 500_000, 500, () => say('/beat'));
    near(timelines.at(-1)?.bpm, 120, 0.05);
    assert.equal(timelines.at(-1)?.beatOrigin, 11);
    tell(8, 250_000, 500, () => say('/beat'));
    near(timelines.at(-1)?.bpm, 240, 0.3);
    assert.equal(timelines.at(-1)?.beatOrigin, 19);
  });

  it('knows the bar by its number, and the beats between by none', () => {
    tell(12, 500_000, 0, (index) => {
      if (index % 3 === 0) say('/bar', 5 + index / 3, 3);
      say('/beat');
    });
    near(timelines.at(-1)?.bpm, 120, 1e-6);
    near(timeAt(timelines.at(-1)!, 12), 0, 1);
    assert.equal(source.quantum, 3);
  });

  it('has the bars of the session where its beats are numbered, none where they are not', () => {
    say('/beat', 7);
    assert.equal(source.quantum, 'bar');
    say('/beat');
    assert.equal(source.quantum, 1);
  });

  it('follows bars alone, at another tempo too', () => {
    tell(4, 2_000_000, 800, (index) => say('/bar', index + 1));
    near(timelines.at(-1)?.bpm, 120, 0.1);
    tell(4, 3_000_000, 800, (index) => say('/bar', index + 5));
    near(timelines.at(-1)?.bpm, 80, 0.2);
    assert.equal(timelines.at(-1)?.beatOrigin, 28);
  });

  it('goes on at its tempo where the beat jumps', () => {
    tell(4, 500_000, 0, (index) => say('/beat', index));
    tell(2, 500_000, 0, (index) => say('/beat', 64 + index));
    assert.deepEqual(timelines.at(-2), { bpm: 120, beatOrigin: 64, timeOrigin: 2_000_000 });
    tell(1, 500_000, 0, () => say('/beat', 8));
    assert.deepEqual(timelines.at(-1), { bpm: 120, beatOrigin: 8, timeOrigin: 3_000_000 });
  });

  it('takes a tempo that is told between beats at once, and keeps the place', () => {
    tell(4, 500_000, 0, (index) => say('/beat', index));
    clock.advanceTo(clock.now() + 250_000);
    say('/tempo', 60);
    assert.equal(timelines.at(-1)?.bpm, 60);
    near(timeAt(timelines.at(-1)!, 5), clock.now() + 500_000, 1);
    assert.deepEqual(written, []);
  });

  it('takes a tempo without a beat for a wish', () => {
    say('/tempo', 96);
    assert.deepEqual(written, [['bpm', 96]]);
    assert.deepEqual(timelines, []);
    say('/beat', 4);
    assert.deepEqual(timelines, [{ bpm: 96, beatOrigin: 4, timeOrigin: 0 }]);
    assert.throws(() => say('/tempo', 5), /\/tempo takes a tempo of 20 to 999 BPM/);
  });

  it('follows the cycles of Tidal, told to it or to SuperDirt, from their time tags', () => {
    say('host/beat', 100, 0);
    for (const [word, values] of [
      ['host/cycle', [0.5625, 12.25]],
      ['/dirt/play', ['s', 'bd', 'cps', 0.5625, 'cycle', 12.25, 'delta', 0.4444]],
    ] as const) {
      const due = clock.now() + 200_000;
      perform({ address: word, values, unixSeconds: (unixMilliseconds * 1000 + due) / 1e6 });
      assert.deepEqual([timelines.at(-1)?.bpm, timelines.at(-1)?.beatOrigin], [135, 49]);
      near(timelines.at(-1)?.timeOrigin, due, 600);
    }
    assert.equal(source.quantum, 4);
    assert.throws(() => say('/dirt/play', 's', 'bd'), /has not both/);
    assert.throws(() => say('host/cycle', 8, 0), /make 20 to 999 BPM/);
  });

  it('waits for four bars where bars are what it is told', () => {
    say('host/cycle', 0.25, 0);
    mock.timers.tick(15_999);
    assert.equal(losses, 0);
    mock.timers.tick(1);
    assert.equal(losses, 1);
    assert.equal(source.quantum, 1);
  });
});

/** The same host in other words. */
for (const [what, says] of [
  ['beats without a tempo', (say, beat) => say('/beat', beat)],
  ['Tidal', (say, beat, bpm) => say('host/cycle', bpm / 240, beat / 4)],
] as [string, (say: (word: string, ...values: number[]) => void, beat: number, bpm: number) => void][]) {
  syncSourceContract(
    `OSC, of ${what}`,
    () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      const clock = new VirtualClock(50_000_000);
      const source = new OscSyncSource(clock, new WallClock(clock, () => Math.floor(unixMilliseconds + clock.now() / 1000)));
      let beat = 0;
      const say = (word: string, ...values: number[]): void => source.words.get(word)?.({ address: word, values, unixSeconds: 0 }, values, () => undefined);
      const playOn = (bpm: number, beats: number): Promise<HostPosition> => {
        for (const end = beat + beats; beat < end; beat += 1) {
          says(say, beat, bpm);
          clock.advanceTo(clock.now() + 60_000_000 / bpm);
        }
        return Promise.resolve({ beat, micros: clock.now() });
      };
      return Promise.resolve({
        source,
        play: (bpm, beats) => {
          clock.advanceTo(clock.now() + 1_000_000);
          beat = -2;
          void playOn(bpm, 2);
          says(say, 0, bpm);
          say('host/start');
          beat = 0;
          return playOn(bpm, beats);
        },
        playOn,
        halt: () => Promise.resolve(say('host/stop')),
        vanish: () => Promise.resolve(mock.timers.tick(30_000)),
        dispose: () => Promise.resolve(mock.timers.reset()),
      });
    },
    { canBeLed: false },
  );
}

syncSourceContract(
  'OSC',
  () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const clock = new VirtualClock(50_000_000);
    const source = new OscSyncSource(clock, new WallClock(clock, () => Math.floor(unixMilliseconds + clock.now() / 1000)));
    let beat = 0;
    const say = (word: string, ...values: number[]): void => source.words.get(word)?.({ address: word, values, unixSeconds: 0 }, values, () => undefined);
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
