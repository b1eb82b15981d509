import type { VoiceSource } from '../../src/engine/deck/voice.js';
import type { Beats, Micros } from '../../src/engine/music/units.js';
import type { PackShelf } from '../../src/engine/packs/pack-shelf.js';
import type { SenderCounters } from '../../src/engine/scheduling/sender.js';
import type { VirtualClock } from '../../src/engine/time/clock.js';
import { VirtualAlarms } from '../support/virtual-alarms.js';
import { Chance } from './chance.js';
import { Doings } from './doings.js';
import { SimulatedMidiHost, SimulatedProgram, type SimulatedHost } from './hosts.js';
import { growth, memoryAt, type Memory } from './memory.js';
import { SoakStage } from './stage.js';
import { SoakVoices } from './voices.js';
import type { OutputFigures } from './watched-output.js';

const hourMicros: Micros = 3_600_000_000;
/** As often as a deck is looked after; a stage does it every 10 ms. */
const lookMicros: Micros = 25_000;
/** How often the send thread sleeps through until the next look. */
const oversleeps = 0.001;
/** An onset that is dropped so long after the music was moved was dropped by nobody's fault but ours. */
const jumpExplains: Micros = 1_000_000;
/** The last minute is played by the internal clock alone, for the pulses to be counted. */
const quietMicros: Micros = 60_000_000;
const pulsesPerBeat = 24;

export interface SoakSettings {
  readonly hours: number;
  readonly seed: number;
  /** Packs without weights, in this thread; one that is named twice comes twice as often. */
  readonly cheap: readonly string[];
  /** Packs with models, in workers of their own, and how often a swap goes to one. */
  readonly real: readonly string[];
  readonly realShare: number;
}

export interface SoakOutcome {
  readonly hours: number;
  readonly seed: number;
  readonly secondsTaken: number;
  readonly done: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, OutputFigures>>;
  /** Notes whose end never came. */
  readonly hangingNotes: number;
  readonly sender: SenderCounters;
  /** Onsets that came more than 100 ms late though nothing had moved the music for a second. */
  readonly unexplainedDrops: number;
  /** Errors by name or number: broken packs, voices that died, wishes a leader refuses. */
  readonly errors: Readonly<Record<string, number>>;
  /** At the end, after a minute of the internal clock: pulses that followers counted, and those the music has come to. */
  readonly clock: { readonly heardPulses: number; readonly duePulses: number };
  readonly memory: readonly Memory[];
  readonly growthKilobytesAnHour: { readonly heap: number; readonly rss: number };
  readonly voicesLeftOpen: number;
  /** The first faults, in words. */
  readonly faults: readonly string[];
}

/** One soak: a stage, hosts, hands and cables, and a clock that goes as fast as they can. Thread: main. */
export class Soak {
  private readonly alarms: VirtualAlarms;
  private readonly voices: SoakVoices;
  private readonly stage: SoakStage;
  private readonly doings: Doings;
  private readonly hosts: readonly SimulatedHost[];
  private readonly chance: Chance;
  private dropped = 0;
  private unexplainedDrops = 0;

  constructor(
    private readonly clock: VirtualClock,
    real: VoiceSource,
    shelf: PackShelf,
    private readonly settings: SoakSettings,
  ) {
    const { seed } = settings;
    this.chance = new Chance(seed, 1);
    this.alarms = new VirtualAlarms(clock);
    this.voices = new SoakVoices(real, shelf, this.alarms, new Chance(seed, 2));
    this.stage = new SoakStage(clock, this.alarms, this.voices);
    const midi = new SimulatedMidiHost(this.stage.midi, clock, new Chance(seed, 3));
    const program = new SimulatedProgram('program', 1, clock, new Chance(seed, 4));
    const session = new SimulatedProgram('session', 4, clock, new Chance(seed, 5));
    this.stage.chooser.register(program);
    this.stage.chooser.register(session);
    this.hosts = [midi, program, session];
    this.doings = new Doings(this.stage, new Chance(seed, 6), this.hosts, midi, () => this.anyPack());
  }

  /** @param tell hears a line an hour */
  async run(tell: (line: string) => void): Promise<SoakOutcome> {
    const { settings, stage, clock } = this;
    const started = performance.now();
    const from = clock.now();
    await stage.open();
    await this.load();
    stage.chooser.start();
    const memory: Memory[] = [];
    const stretch = Math.min(1, settings.hours / 8);
    for (let hour = 0; hour < settings.hours; hour += stretch) {
      await this.playUntil(from + Math.min(settings.hours, hour + stretch) * hourMicros, true);
      memory.push(memoryAt(hour + stretch));
      const { heapMegabytes, rssMegabytes } = memory[memory.length - 1];
      tell(`${(hour + stretch).toFixed(2)} h: ${stage.sender.counters().sent} notes, ${this.faults().length} faults, heap ${heapMegabytes} MB, rss ${rssMegabytes} MB, ${Math.round((performance.now() - started) / 1000)} s`);
    }
    const pulses = await this.countPulses();
    return await this.end(memory, pulses, (performance.now() - started) / 1000);
  }

  private async load(): Promise<void> {
    let loading = true;
    const loaded = Promise.all(this.stage.ensemble.decks.map((deck) => deck.load('perlin', 'now'))).finally(() => (loading = false));
    while (loading) await this.playUntil(this.clock.now() + lookMicros, false);
    await loaded;
  }

  private async playUntil(end: Micros, busy: boolean): Promise<void> {
    const { clock, stage, alarms, doings, hosts, voices } = this;
    let look = clock.now() + lookMicros;
    while (clock.now() < end) {
      const hostDue = hosts.reduce((soonest, host) => Math.min(soonest, host.nextDue), Infinity);
      const due = Math.max(clock.now(), Math.min(end, look, alarms.nextDue, busy ? doings.nextDue : Infinity, hostDue));
      if (this.chance.happens(oversleeps)) {
        clock.advanceTo(Math.max(due, look));
        stage.sender.run();
      } else stage.sender.advanceTo(due);
      alarms.ring();
      for (const host of hosts) host.act();
      if (busy) doings.act();
      if (clock.now() >= look) {
        look = clock.now() + lookMicros;
        stage.ensemble.advance();
        this.countDrops();
        await voices.idle();
      }
    }
  }

  private countDrops(): void {
    const { droppedLate } = this.stage.sender.counters();
    if (droppedLate > this.dropped && this.clock.now() - this.stage.lastJump > jumpExplains) this.unexplainedDrops += droppedLate - this.dropped;
    this.dropped = droppedLate;
  }

  /** The internal clock leads, alone, at a tempo that stays: what do followers count? */
  private async countPulses(): Promise<SoakOutcome['clock']> {
    const { stage, hosts, clock } = this;
    for (const host of hosts) host.vanish();
    stage.chooser.choose('internal');
    await stage.plug('clock');
    stage.setOffset('clock', 0);
    stage.chooser.stop();
    await this.playUntil(clock.now() + lookMicros, false);
    stage.chooser.proposeTempo(137);
    stage.chooser.start();
    await this.playUntil(clock.now() + quietMicros, false);
    const beat: Beats = stage.ensemble.session.beat();
    return { heardPulses: stage.outputs.get('clock')?.pulsesHeard ?? 0, duePulses: Math.floor(beat * pulsesPerBeat) + 1 };
  }

  private async end(memory: readonly Memory[], clock: SoakOutcome['clock'], secondsTaken: number): Promise<SoakOutcome> {
    const { stage, settings } = this;
    stage.chooser.halt();
    await this.playUntil(this.clock.now() + 2 * lookMicros, false);
    let ending = true;
    const disposed = stage.ensemble.dispose().finally(() => (ending = false));
    while (ending) await this.playUntil(this.clock.now() + lookMicros, false);
    await disposed;
    // Whoever was loading when the day ended comes, and is freed.
    await this.playUntil(this.clock.now() + 20_000_000, false);
    const sender = stage.sender.counters();
    await stage.sender.close();
    const outputs = [...stage.outputs.values()];
    return {
      hours: settings.hours,
      seed: settings.seed,
      secondsTaken: Math.round(secondsTaken),
      done: { ...Object.fromEntries(this.doings.counts), ...stage.counts },
      outputs: Object.fromEntries(outputs.map(({ name, figures }) => [name, figures])),
      hangingNotes: outputs.reduce((sum, { sounding }) => sum + sounding, 0),
      sender,
      unexplainedDrops: this.unexplainedDrops,
      errors: Object.fromEntries(stage.errors),
      clock,
      memory,
      growthKilobytesAnHour: { heap: growth(memory, 'heapMegabytes'), rss: growth(memory, 'rssMegabytes') },
      voicesLeftOpen: this.voices.count,
      faults: this.faults(),
    };
  }

  private faults(): readonly string[] {
    return [...this.stage.outputs.values()].flatMap((output) => output.faults);
  }

  private anyPack(): string {
    const { cheap, real, realShare } = this.settings;
    return real.length > 0 && this.chance.happens(realShare) ? this.chance.pick(real) : this.chance.pick(cheap);
  }
}
