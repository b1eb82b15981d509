import type { TransportChange } from '../../src/engine/contracts/sync-source.js';
import type { ContinuoError } from '../../src/engine/errors.js';
import { Ensemble } from '../../src/engine/ensemble.js';
import type { Beats, Micros } from '../../src/engine/music/units.js';
import { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { LocalSender } from '../../src/engine/scheduling/local-sender.js';
import { InternalSource } from '../../src/engine/sync/internal-source.js';
import { PerformerTempo } from '../../src/engine/sync/performer-tempo.js';
import { SyncChooser } from '../../src/engine/sync/sync-chooser.js';
import { type VirtualClock } from '../../src/engine/time/clock.js';
import { beatAt, timeAt, type Timeline } from '../../src/engine/time/timeline.js';
import { MidiClockSource } from '../../src/transports/midi/midi-clock-source.js';
import { type VirtualAlarms } from '../support/virtual-alarms.js';
import type { VoiceSource } from '../../src/engine/deck/voice.js';
import { WatchedOutput } from './watched-output.js';

/** The wires there are: one that plays on arrival, one that is told early, one that carries clock. */
const wires = [
  { name: 'plain', leadMicros: 0, offsetMicros: 0, sendsClock: false },
  { name: 'early', leadMicros: 200_000, offsetMicros: 0, sendsClock: false },
  { name: 'clock', leadMicros: 0, offsetMicros: 0, sendsClock: true },
] as const;
export const decks = 2;
/** A host that moves the music by more than this jumps: what plays next may be of an earlier beat, and what it skipped is late. */
const jumpBeats: Beats = 0.25;

/** What a leader is corrected by from beat to beat is less. */
const nearMicros: Micros = 1_000;

/** The whole engine but its threads and wires, on a clock that is moved by hand. Thread: one. */
export class SoakStage {
  readonly clock: VirtualClock;
  readonly alarms: VirtualAlarms;
  readonly parameters = new ParameterStore();
  readonly sender: LocalSender;
  readonly internal: InternalSource;
  readonly midi: MidiClockSource;
  readonly chooser: SyncChooser;
  readonly hand: PerformerTempo;
  readonly ensemble: Ensemble;
  readonly outputs = new Map<string, WatchedOutput>();
  /** How often the leader changed, the music was moved, and errors came, by name. */
  readonly counts = { handovers: 0, jumps: 0, changes: 0 };
  readonly errors = new Map<string, number>();
  private readonly handles = new Map<string, { dispose(): Promise<void> }>();
  private readonly offsets = new Map<string, Micros>();
  private timeline: Timeline;
  private followedAt: Micros = -Infinity;
  private jumpedAt: Micros = -Infinity;

  constructor(clock: VirtualClock, alarms: VirtualAlarms, voices: VoiceSource) {
    this.clock = clock;
    this.alarms = alarms;
    this.internal = new InternalSource(clock, 120, alarms.alarm);
    this.timeline = this.internal.timeline;
    this.sender = new LocalSender(clock, { timeline: this.timeline, onFault: (error) => this.count(error) });
    const { parameters, sender, timeline } = this;
    this.ensemble = new Ensemble({ clock, sender, voices, parameters, timeline }, decks);
    this.midi = new MidiClockSource(clock, alarms.alarm);
    this.chooser = new SyncChooser(clock, this.internal, {
      leader: () => (this.counts.handovers += 1),
      timeline: (next) => this.follow(next),
      transport: (change) => this.change(change),
    }, { alarm: alarms.alarm });
    this.hand = new PerformerTempo(clock, this.chooser, this.internal);
    parameters.onEvent((event) => {
      if (event.type === 'error') this.errors.set(String(event.code), (this.errors.get(String(event.code)) ?? 0) + 1);
    });
  }

  async open(): Promise<void> {
    this.chooser.register(this.midi);
    for (const { name } of wires) await this.plug(name);
  }

  /** Opens a wire that is not open. */
  async plug(name: string): Promise<void> {
    const wire = wires.find((one) => one.name === name);
    if (!wire || this.handles.has(name)) return;
    this.offsets.set(name, wire.offsetMicros);
    const dueOf = (beat: Beats): Micros | undefined => this.dueOf(name, beat);
    const output = this.outputs.get(name) ?? new WatchedOutput(name, this.clock, dueOf);
    this.outputs.set(name, output);
    this.handles.set(name, await this.sender.attach(wire, output));
    output.moved();
  }

  /** Closes a wire; the notes on it are ended. */
  async unplug(name: string): Promise<void> {
    const handle = this.handles.get(name);
    this.handles.delete(name);
    await handle?.dispose();
  }

  get plugged(): readonly string[] {
    return [...this.handles.keys()];
  }

  setOffset(name: string, offset: Micros): void {
    if (!this.handles.has(name)) return;
    this.offsets.set(name, offset);
    this.sender.setOffset(name, offset);
    this.jumped();
  }

  /** What has left is ended and forgotten: it may be played again. */
  panic(): void {
    this.attempt(() => this.parameters.write('panic', [], 'soak'));
    this.jumped();
  }

  /** Lets a thing be done and counts the error it may come to. */
  attempt(work: () => void | Promise<void>): void {
    const fail = (cause: unknown): void => this.count(cause as ContinuoError);
    try {
      void Promise.resolve(work()).catch(fail);
    } catch (cause) {
      fail(cause);
    }
  }

  /** The music was moved: order before and after cannot be compared, and what it leaps over is late. */
  jumped(): void {
    this.counts.jumps += 1;
    this.jumpedAt = this.clock.now();
    for (const output of this.outputs.values()) output.moved();
  }

  get lastJump(): Micros {
    return this.jumpedAt;
  }

  /** By the leader's timeline; undefined where it is of the time before the last change, or so near it that either holds. */
  private dueOf(name: string, beat: Beats): Micros | undefined {
    const micros = timeAt(this.timeline, beat);
    return micros < this.followedAt + nearMicros ? undefined : micros + (this.offsets.get(name) ?? 0);
  }

  private follow(next: Timeline): void {
    const now = this.clock.now();
    if (Math.abs(beatAt(next, now) - beatAt(this.timeline, now)) > jumpBeats) this.jumped();
    this.timeline = next;
    this.followedAt = now;
    this.ensemble.follow(next);
  }

  private change(change: TransportChange): void {
    this.counts.changes += 1;
    // It takes effect a little before its time; an output that is told early was given notes past it.
    this.jumped();
    this.alarms.alarm(Math.max(0, change.micros - this.clock.now()), () => this.jumped());
    this.ensemble.transport(change);
  }

  private count(error: ContinuoError): void {
    const name = error.errorName ?? String(error);
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
  }
}
