import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../src/engine/configuration.js';
import type { TransportChange } from '../../src/engine/contracts/sync-source.js';
import { ControllerDesk } from '../../src/engine/controllers/controller-desk.js';
import { ControllerFile } from '../../src/engine/controllers/controller-file.js';
import { bindDeckCount } from '../../src/engine/deck-count.js';
import { steers } from '../../src/engine/deck/deck-controls.js';
import type { VoiceSource } from '../../src/engine/deck/voice.js';
import { Ensemble } from '../../src/engine/ensemble.js';
import { ContinuoError } from '../../src/engine/errors.js';
import { SentNotes } from '../../src/engine/listening/sent-notes.js';
import { watchedSender } from '../../src/engine/listening/watched-sender.js';
import { scoreOf } from '../../src/engine/music/score.js';
import type { Beats, Micros } from '../../src/engine/music/units.js';
import { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { Scenes } from '../../src/engine/scenes/scenes.js';
import { InternalSource } from '../../src/engine/sync/internal-source.js';
import { PerformerTempo } from '../../src/engine/sync/performer-tempo.js';
import { SyncChooser } from '../../src/engine/sync/sync-chooser.js';
import { type VirtualClock } from '../../src/engine/time/clock.js';
import { beatAt, microsPerBeat, timeAt, type Timeline } from '../../src/engine/time/timeline.js';
import { MidiClockSource } from '../../src/transports/midi/midi-clock-source.js';
import { type VirtualAlarms } from '../support/virtual-alarms.js';
import { DropCauses } from './drop-causes.js';
import { Liveness } from './liveness.js';
import { QueueWatch } from './queue-watch.js';
import { setList } from './set-list.js';
import { StageSender } from './stage-sender.js';
import { WatchedOutput } from './watched-output.js';

/** The wires there are: one that plays on arrival, one that is told early, one that carries clock. */
const wires = [
  { name: 'plain', leadMicros: 0, offsetMicros: 0, sendsClock: false },
  { name: 'early', leadMicros: 200_000, offsetMicros: 0, sendsClock: false },
  { name: 'clock', leadMicros: 0, offsetMicros: 0, sendsClock: true },
] as const;
const decksAtFirst = 2;
/** A host that moves the music by more than this jumps: what plays next may be of an earlier beat, and what it skipped is late. */
const jumpBeats: Beats = 0.25;
/** A leader that is put right by more than this skips notes. */
const slipMicros: Micros = 20_000;
/** What a leader is corrected by from beat to beat is less. */
const nearMicros: Micros = 1_000;
/** Figures are asked for half as often as on a stage: they are what a day of it costs most. */
const countersEvery: Micros = 500_000;
const dropsEvery: Micros = 100_000;

/** The whole engine but its threads and wires, on a clock that is moved by hand. Thread: one. */
export class SoakStage {
  readonly clock: VirtualClock;
  readonly alarms: VirtualAlarms;
  readonly parameters = new ParameterStore();
  readonly sender: StageSender;
  readonly internal: InternalSource;
  readonly midi: MidiClockSource;
  readonly chooser: SyncChooser;
  readonly hand: PerformerTempo;
  readonly ensemble: Ensemble;
  readonly scenes: Scenes;
  readonly outputs = new Map<string, WatchedOutput>();
  readonly drops: DropCauses;
  readonly liveness = new Liveness();
  readonly queues: QueueWatch;
  /** How often the leader changed, the music was moved, and errors came, by name. */
  readonly counts = { handovers: 0, jumps: 0, changes: 0, scenesArrived: 0, takeOvers: 0, rests: 0 };
  readonly errors = new Map<string, number>();
  private readonly sent: SentNotes;
  private readonly folder = mkdtempSync(join(tmpdir(), 'continuo-soak-'));
  private readonly handles = new Map<string, { dispose(): Promise<void> }>();
  private readonly offsets = new Map<string, Micros>();
  private timeline: Timeline;
  private followedAt: Micros = -Infinity;
  private stoppedAt: Micros | undefined = -Infinity;
  private countedAt: Micros = -Infinity;
  private dropsCountedAt: Micros = -Infinity;

  /** @param places how many composers compute at a time */
  constructor(clock: VirtualClock, alarms: VirtualAlarms, voices: VoiceSource, places: number) {
    this.clock = clock;
    this.alarms = alarms;
    this.drops = new DropCauses(clock);
    this.internal = new InternalSource(clock, 120, alarms.alarm);
    this.timeline = this.internal.timeline;
    this.sent = new SentNotes(clock);
    this.sender = new StageSender(clock, { timeline: this.timeline, onFault: (error) => this.count(error) }, (owner) => this.forgotten(owner));
    const { parameters, timeline, sent } = this;
    this.ensemble = new Ensemble({ clock, sender: watchedSender(this.sender, sent), voices, parameters, timeline, sent, places }, decksAtFirst);
    this.queues = new QueueWatch(this.ensemble, parameters);
    this.midi = new MidiClockSource(clock, alarms.alarm);
    this.chooser = new SyncChooser(clock, this.internal, {
      leader: () => (this.counts.handovers += 1),
      timeline: (next) => this.follow(next),
      transport: (change) => this.change(change),
    }, { alarm: alarms.alarm });
    this.hand = new PerformerTempo(clock, this.chooser, this.internal);
    this.scenes = this.makeScenes();
    this.bind();
  }

  async open(): Promise<void> {
    this.chooser.register(this.midi);
    for (const { name } of wires) await this.plug(name);
    const file = join(this.folder, 'set.yaml');
    writeFileSync(file, setList);
    await this.scenes.open(file);
  }

  /** Frees what the stage holds but the ensemble. */
  async close(): Promise<void> {
    this.scenes.dispose();
    await this.sender.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What goes on by itself as time goes on. Call it often. */
  advance(): void {
    this.ensemble.advance();
    this.scenes.advance();
    if (this.clock.now() - this.dropsCountedAt >= dropsEvery) {
      this.dropsCountedAt = this.clock.now();
      const counters = this.sender.counters();
      this.drops.count(counters);
      this.queues.look(counters, this.clock.now(), this.handles.size);
    }
    if (this.clock.now() - this.countedAt < countersEvery) return;
    this.countedAt = this.clock.now();
    this.ensemble.publishCounters();
    const { session, decks } = this.ensemble;
    this.liveness.look(decks, { playing: session.playing, bpm: session.timeline.bpm, now: this.countedAt });
    for (const output of this.outputs.values()) output.judgeSilence();
  }

  /** Opens a wire that is not open. */
  async plug(name: string): Promise<void> {
    const wire = wires.find((one) => one.name === name);
    if (!wire || this.handles.has(name)) return;
    this.offsets.set(name, wire.offsetMicros);
    const output = this.outputs.get(name) ?? this.makeOutput(name);
    this.outputs.set(name, output);
    this.sent.offset(name, wire.offsetMicros);
    this.handles.set(name, await this.sender.attach(wire, output));
    output.moved();
    this.parameters.publish('outputs', this.plugged.join(', '));
    for (const deck of this.ensemble.decks) deck.ahead.welcome();
  }

  /** Closes a wire; the notes on it are ended. */
  async unplug(name: string): Promise<void> {
    const handle = this.handles.get(name);
    this.handles.delete(name);
    this.parameters.publish('outputs', this.plugged.join(', '));
    await handle?.dispose();
  }

  get plugged(): readonly string[] {
    return [...this.handles.keys()];
  }

  setOffset(name: string, offset: Micros): void {
    if (!this.handles.has(name)) return;
    this.offsets.set(name, offset);
    this.sent.offset(name, offset);
    this.sender.setOffset(name, offset);
    this.drops.moved('offset');
    this.jumped();
  }

  /** Lets a thing be done and counts the error it may come to. */
  attempt(work: () => void | Promise<void>): void {
    const fail = (cause: unknown): void => this.count(cause);
    try {
      void Promise.resolve(work()).catch(fail);
    } catch (cause) {
      fail(cause);
    }
  }

  private makeOutput(name: string): WatchedOutput {
    return new WatchedOutput(name, this.clock, {
      dueOf: (beat) => this.dueOf(name, beat),
      aheadMicros: () => Math.max(0, 0 - (this.offsets.get(name) ?? 0)),
      silentFrom: () => (this.stoppedAt === undefined ? Infinity : this.stoppedAt + (this.offsets.get(name) ?? 0) + nearMicros),
    });
  }

  private makeScenes(): Scenes {
    const { parameters, ensemble } = this;
    return new Scenes({
      parameters,
      desk: new ControllerDesk(parameters, new ControllerFile(join(this.folder, 'controllers.json'))),
      packs: () => [],
      decks: () => ensemble.decks,
      position: ensemble.session,
      settings: () => ensemble.settings(),
      steers,
      readPrompt: async () => prompt,
    });
  }

  /** What the composition root binds. */
  private bind(): void {
    const { parameters, chooser, ensemble } = this;
    parameters.handle('bpm', ([bpm]) => {
      if (!chooser.proposeTempo(bpm as number)) throw new ContinuoError('badValue', `${chooser.leader} leads the tempo.`);
    });
    bindDeckCount({ ensemble, parameters, configuration: { ...loadConfiguration(), decks: [] } }, async (deck) => this.attempt(() => deck.load('perlin', 'now')));
    parameters.onEvent((event) => {
      if (event.type === 'error') this.addError(String(event.code));
      if (event.type === 'scene') this.counts.scenesArrived += 1;
      if (event.type === 'swap' && event.stage === 'playing') this.counts.takeOvers += 1;
      if (event.type === 'notice' && / rests: this machine/.test(event.sentence)) this.counts.rests += 1;
    });
  }

  /** The music was moved: order before and after cannot be compared. */
  private jumped(): void {
    this.counts.jumps += 1;
    for (const output of this.outputs.values()) output.moved();
  }

  /** What has left is ended and forgotten: it may be played again. */
  private forgotten(owner?: number): void {
    for (const output of this.outputs.values()) output.moved(owner);
  }

  /** By the leader's timeline; undefined where it is of the time before the last change, or so near it that either holds. */
  private dueOf(name: string, beat: Beats): Micros | undefined {
    const micros = timeAt(this.timeline, beat);
    return micros < this.followedAt + nearMicros ? undefined : micros + (this.offsets.get(name) ?? 0);
  }

  private follow(next: Timeline): void {
    const now = this.clock.now();
    const by = Math.abs(beatAt(next, now) - beatAt(this.timeline, now));
    if (by > jumpBeats) this.jumped();
    if (by > jumpBeats) this.drops.moved('leader leaps');
    else if (by * microsPerBeat(next) > slipMicros) this.drops.moved('leader slips');
    this.timeline = next;
    this.followedAt = now;
    this.ensemble.follow(next);
  }

  private change(change: TransportChange): void {
    this.counts.changes += 1;
    if (change.type === 'stop') this.stoppedAt = change.micros;
    else if (change.type !== 'locate') this.stoppedAt = undefined;
    this.drops.moved('transport');
    // It takes effect a little before its time; an output that is told early was given notes past it.
    this.jumped();
    this.alarms.alarm(Math.max(0, change.micros - this.clock.now()), () => this.jumped());
    this.ensemble.transport(change);
  }

  /** Anything but a refusal is worth a look: its sentence is kept. */
  private count(cause: unknown): void {
    this.addError(cause instanceof ContinuoError ? cause.errorName : String(cause));
  }

  private addError(name: string): void {
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
  }
}

const prompt = scoreOf(Array.from({ length: 64 }, (_unused, index) => ({ beat: index / 2, duration: 0.5, channel: 0, pitch: 60 + ((index * 7) % 12), velocity: 80 })));
