import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualAlarms } from '../../bench/support/virtual-alarms.js';
import type { Output, WireEvent } from '../../src/engine/contracts/output.js';
import { CounterRandom } from '../../src/engine/generation/sampling/counter-random.js';
import type { Beats, Micros } from '../../src/engine/music/units.js';
import { LocalSender } from '../../src/engine/scheduling/local-sender.js';
import { InternalSource } from '../../src/engine/sync/internal-source.js';
import { SyncChooser } from '../../src/engine/sync/sync-chooser.js';
import { VirtualClock } from '../../src/engine/time/clock.js';
import { MidiClockSource } from '../../src/transports/midi/midi-clock-source.js';

const hourMicros: Micros = 3_600_000_000;
const from: Micros = 7_000_000_000;
const pulsesPerBeat = 24;
const notesPerBeat = 4;
const minuteMicros: Micros = 60_000_000;

/** Compares when each pulse and onset leaves with where the leader says it is; nothing is kept but sums. */
class Comparison implements Output {
  pulses = 0;
  onsets = 0;
  /** Farthest from the leader's time. */
  farthest: Micros = 0;
  private started = false;
  /** Mean distance, signed, in each minute. */
  readonly minutes: { sum: Micros; count: number }[] = [];

  constructor(private readonly leaderTimeOf: (beat: Beats) => Micros) {}

  async open(): Promise<void> {
    this.minutes.length = 0;
  }

  send({ kind, beat }: WireEvent, due: Micros): void {
    if (kind === 'start') this.started = true;
    if (kind === 'clock' && this.started) this.pulse(beat, due);
    if (kind === 'noteOn') this.onset(beat, due);
  }

  flush(): void {
    // Each event is compared as it comes.
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  private pulse(beat: Beats, due: Micros): void {
    assert.equal(beat * pulsesPerBeat, this.pulses, 'every pulse comes once, in order');
    this.pulses += 1;
    this.compare(beat, due);
  }

  private onset(beat: Beats, due: Micros): void {
    assert.equal(beat * notesPerBeat, this.onsets, 'every onset comes once, in order');
    this.onsets += 1;
    this.compare(beat, due);
  }

  private compare(beat: Beats, due: Micros): void {
    const distance = due - this.leaderTimeOf(beat);
    this.farthest = Math.max(this.farthest, Math.abs(distance));
    const minute = (this.minutes[Math.floor((due - from) / minuteMicros)] ??= { sum: 0, count: 0 });
    minute.sum += distance;
    minute.count += 1;
  }
}

/** A chooser that leads a sender with one output, four notes a beat, all on one clock. */
async function hour(leaderTimeOf: (beat: Beats) => Micros) {
  const clock = new VirtualClock(from - 5_000);
  const alarms = new VirtualAlarms(clock);
  const internal = new InternalSource(clock, 120, alarms.alarm);
  const sender = new LocalSender(clock, { timeline: internal.timeline });
  const chooser = new SyncChooser(clock, internal, {
    leader: () => undefined,
    timeline: (timeline) => sender.publish(timeline),
    transport: (change) => sender.transport(change),
  }, { alarm: alarms.alarm });
  const output = new Comparison(leaderTimeOf);
  await sender.attach({ name: 'one', leadMicros: 0, offsetMicros: 0, sendsClock: true }, output);
  let queued = 0;
  const queueUntil = (beat: Beats): void => {
    for (; queued / notesPerBeat < beat; queued += 1) {
      sender.queue(1, [{ beat: queued / notesPerBeat, duration: 0.2, channel: 0, pitch: 60, velocity: 90 }]);
    }
  };
  /** Moves to `micros`; music is queued up to two beats past `beat`, which is there. */
  const advanceTo = (micros: Micros, beat: Beats): void => {
    queueUntil(beat + 2);
    while (alarms.nextDue <= micros) {
      sender.advanceTo(Math.max(clock.now(), alarms.nextDue));
      alarms.ring();
    }
    sender.advanceTo(micros);
  };
  return { clock, alarms, chooser, internal, sender, output, advanceTo };
}

/** The leader's beats by whole numbers, so that they are exact: tempos in whole BPM that hold for whole microseconds. */
class ExactLeader {
  /** Beats times 60,000,000, since the beginning. */
  private product = 0;
  private since: Micros = from;
  private before = { product: 0, since: from, bpm: 120 };

  constructor(private bpm: number) {
    this.before.bpm = bpm;
  }

  get beat(): Beats {
    return this.product / 60_000_000;
  }

  change(micros: Micros, bpm: number): void {
    this.before = { product: this.product, since: this.since, bpm: this.bpm };
    this.product += this.bpm * (micros - this.since);
    this.since = micros;
    this.bpm = bpm;
  }

  timeOf(beat: Beats): Micros {
    const piece = beat * 60_000_000 < this.product ? this.before : { product: this.product, since: this.since, bpm: this.bpm };
    return piece.since + (beat * 60_000_000 - piece.product) / piece.bpm;
  }
}

describe('an hour of music', () => {
  for (const bpm of [20, 97, 120, 999]) {
    it(`never drifts at ${bpm} BPM`, async () => {
      const leader = new ExactLeader(bpm);
      const { chooser, sender, output, advanceTo } = await hour((beat) => leader.timeOf(beat));
      chooser.proposeTempo(bpm);
      chooser.start();
      for (let micros = from; micros <= from + hourMicros; micros += 1_000_000) {
        leader.change(micros, bpm);
        advanceTo(micros, leader.beat + bpm / 60);
      }
      assert.equal(output.pulses, Math.floor((hourMicros * bpm * pulsesPerBeat) / 60_000_000) + 1);
      assert.equal(output.onsets, Math.floor((hourMicros * bpm * notesPerBeat) / 60_000_000) + 1);
      assert.ok(output.farthest < 1, `${output.farthest} µs off`);
      await sender.close();
    });
  }

  it('never drifts while the tempo goes up and down, ten times a second, between 20 and 999 BPM', async () => {
    const leader = new ExactLeader(120);
    const { chooser, sender, output, advanceTo } = await hour((beat) => leader.timeOf(beat));
    const random = new CounterRandom(5);
    chooser.start();
    advanceTo(from, 0);
    let goal = 120;
    let bpm = 120;
    for (let micros = from + 100_000; micros <= from + hourMicros; micros += 100_000) {
      advanceTo(micros, leader.beat + 2);
      if (bpm === goal) goal = 20 + Math.floor(random.next() * 980);
      bpm += Math.sign(goal - bpm);
      leader.change(micros, bpm);
      chooser.proposeTempo(bpm);
    }
    assert.ok(output.pulses > 100_000);
    assert.equal(output.pulses, Math.floor(leader.beat * pulsesPerBeat + 1e-6) + 1);
    assert.ok(output.farthest < 1, `${output.farthest} µs off`);
    await sender.close();
  });

  it('stays with a MIDI clock of jittered pulses, whose tempo goes up and down, and is no farther off in the last minutes than in the first', async () => {
    const pulseTimes: Micros[] = [];
    const { chooser, clock, alarms, sender, output, advanceTo } = await hour((beat) => pulseTimes[Math.round(beat * pulsesPerBeat)] ?? Number.NaN);
    const midi = new MidiClockSource(clock, alarms.alarm);
    chooser.register(midi);
    const random = new CounterRandom(6);
    // Four notes a beat are on pulses: the host's time of each is known.
    let micros: Micros = from + 10_000;
    let bpm = 120;
    const intervalAt = (pulse: number): Micros => {
      bpm = 120 + 60 * Math.sin((2 * Math.PI * pulse) / (pulsesPerBeat * 240));
      return 60_000_000 / (bpm * pulsesPerBeat);
    };
    for (let pulse = 0; micros < from + hourMicros + minuteMicros; pulse += 1) {
      pulseTimes.push(micros);
      micros += intervalAt(pulse);
    }
    midi.receive(Uint8Array.of(0xfa), clock.now());
    for (let pulse = 0; pulseTimes[pulse] < from + hourMicros; pulse += 1) {
      const arrival = pulseTimes[pulse] + random.next() * 1_000;
      advanceTo(arrival, pulse / pulsesPerBeat);
      midi.receive(Uint8Array.of(0xf8), arrival);
    }
    const means = output.minutes.map(({ sum, count }) => sum / count);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [early, late] = [mean(means.slice(1, 11)), mean(means.slice(-10))];
    assert.ok(output.farthest < 5_000, `${output.farthest} µs off`);
    assert.ok(Math.abs(late - early) < 100, `${early} µs off in the first minutes, ${late} in the last`);
    await sender.close();
  });
});
