import type { SyncListener, SyncSource } from '../../src/engine/contracts/sync-source.js';
import type { Beats, Bpm, Micros } from '../../src/engine/music/units.js';
import type { VirtualClock } from '../../src/engine/time/clock.js';
import { beatAt, timeAt, withBeatAt, withTempo, type Timeline } from '../../src/engine/time/timeline.js';
import type { MidiClockSource } from '../../src/transports/midi/midi-clock-source.js';
import type { Chance } from './chance.js';

const pulsesPerBeat = 24;
/** By how much a pulse may be late. */
const jitterMicros: Micros = 2_000;
const messages = { position: 0xf2, clock: 0xf8, start: 0xfa, continue: 0xfb, stop: 0xfc } as const;

/** Somebody else's sequencer, with a clock of its own, as the doings of the soak see it. */
export interface SimulatedHost {
  readonly name: string;
  readonly nextDue: Micros;
  act(): void;
  appear(bpm: Bpm): void;
  vanish(): void;
  tempo(bpm: Bpm): void;
  play(type: 'start' | 'continue' | 'stop'): void;
  locate(beat: Beats): void;
}

/** A sequencer on a MIDI cable: pulses with jitter, and gaps where the cable is touched. */
export class SimulatedMidiHost implements SimulatedHost {
  readonly name = 'midi-clock';
  private timeline: Timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
  private alive = false;
  private playing = false;
  private pulse = 0;
  private silentUntil: Micros = 0;
  private lastStamp: Micros = 0;
  private late: Micros = 0;

  constructor(
    private readonly source: MidiClockSource,
    private readonly clock: VirtualClock,
    private readonly chance: Chance,
  ) {}

  get nextDue(): Micros {
    return this.alive ? timeAt(this.timeline, this.pulse / pulsesPerBeat) + this.late : Infinity;
  }

  act(): void {
    if (this.nextDue > this.clock.now()) return;
    this.pulse += 1;
    this.late = this.chance.between(0, Math.min(jitterMicros, 1_000_000 / this.timeline.bpm));
    if (this.clock.now() >= this.silentUntil) this.send(messages.clock);
  }

  appear(bpm: Bpm): void {
    this.alive = true;
    this.playing = false;
    this.timeline = { bpm, beatOrigin: 0, timeOrigin: this.clock.now() };
    this.pulse = 0;
  }

  vanish(): void {
    this.alive = false;
  }

  /** For so long nothing comes through. */
  touchCable(micros: Micros): void {
    this.silentUntil = this.clock.now() + micros;
  }

  tempo(bpm: Bpm): void {
    this.timeline = withTempo(this.timeline, bpm, this.clock.now());
  }

  play(type: 'start' | 'continue' | 'stop'): void {
    if (!this.alive || (type === 'stop') !== this.playing) return;
    this.playing = type !== 'stop';
    this.send(messages[type]);
  }

  locate(beat: Beats): void {
    if (!this.alive) return;
    const sixteenths = Math.round(beat * 4) % 16_384;
    this.send(messages.position, sixteenths & 127, sixteenths >> 7);
  }

  private send(...bytes: number[]): void {
    if (this.clock.now() < this.silentUntil) return;
    this.lastStamp = Math.max(this.lastStamp, this.clock.now());
    this.source.receive(Uint8Array.from(bytes), this.lastStamp);
  }
}

/** A program that tells where it is, beat by beat, by a clock that is not quite ours: OSC, WebSocket and Link are such. */
export class SimulatedProgram implements SimulatedHost, SyncSource {
  private listener: SyncListener | undefined;
  private timeline: Timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
  private alive = false;
  private playing = false;
  private toldBeat = 0;

  constructor(
    readonly name: string,
    readonly quantum: Beats,
    private readonly clock: VirtualClock,
    private readonly chance: Chance,
  ) {}

  start(listener: SyncListener): void {
    this.listener = listener;
  }

  stop(): void {
    this.listener = undefined;
  }

  proposeTempo(bpm: Bpm): boolean {
    if (!this.alive || this.quantum === 1) return false;
    this.tempo(bpm);
    return true;
  }

  get nextDue(): Micros {
    return this.alive ? timeAt(this.timeline, this.toldBeat + 1) : Infinity;
  }

  act(): void {
    if (this.nextDue > this.clock.now()) return;
    this.toldBeat += 1;
    const drift = this.chance.between(-300, 300);
    this.tell({ ...this.timeline, timeOrigin: this.timeline.timeOrigin + drift });
  }

  appear(bpm: Bpm): void {
    this.alive = true;
    this.playing = this.chance.happens(0.3);
    this.timeline = { bpm, beatOrigin: this.chance.whole(0, 400), timeOrigin: this.clock.now() };
    this.tell(this.timeline);
  }

  vanish(): void {
    if (!this.alive) return;
    this.alive = false;
    this.listener?.lost();
  }

  tempo(bpm: Bpm): void {
    if (this.alive) this.tell(withTempo(this.timeline, bpm, this.clock.now()));
  }

  play(type: 'start' | 'continue' | 'stop'): void {
    if (!this.alive || (type === 'stop') !== this.playing) return;
    const micros = this.clock.now();
    this.playing = type !== 'stop';
    if (type === 'start') this.tell(withBeatAt(this.timeline, 0, micros));
    this.listener?.transport({ type, beat: beatAt(this.timeline, micros), micros });
  }

  locate(beat: Beats): void {
    if (!this.alive) return;
    const micros = this.clock.now();
    this.tell(withBeatAt(this.timeline, beat, micros));
    this.listener?.transport({ type: 'locate', beat, micros });
  }

  private tell(timeline: Timeline): void {
    this.timeline = timeline;
    this.toldBeat = Math.floor(beatAt(timeline, this.clock.now()) + 1e-9);
    this.listener?.timeline(timeline);
  }
}
