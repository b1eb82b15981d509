import type { VoiceSource } from '../../src/engine/deck/voice.js';
import type { Beats, Micros } from '../../src/engine/music/units.js';
import type { PackShelf } from '../../src/engine/packs/pack-shelf.js';
import type { SenderCounters } from '../../src/engine/scheduling/sender.js';
import type { VirtualClock } from '../../src/engine/time/clock.js';
import { VirtualAlarms } from '../support/virtual-alarms.js';
import { Chance } from './chance.js';
import { Doings } from './doings.js';
import type { DropsBecause } from './drop-causes.js';
import { SimulatedMidiHost, SimulatedProgram, type SimulatedHost } from './hosts.js';
import { growth, memoryAt, type Memory } from './memory.js';
import { SimulatedPlayer } from './player.js';
import type { FullestQueue } from './queue-watch.js';
import { SoakStage } from './stage.js';
import { SoakVoices } from './voices.js';
import type { OutputFigures } from './watched-output.js';

const hourMicros: Micros = 3_600_000_000;
/** As often as a deck is looked after; a stage does it every 10 ms. */
const lookMicros: Micros = 25_000;
/** How often the send thread sleeps through until the next look. */
const oversleeps = 0.001;
/** The last minute is played by the internal clock alone, for the pulses to be counted. */
const quietMicros: Micros = 60_000_000;
const pulsesPerBeat = 24;

export interface SoakSettings {
  readonly hours: number;
  readonly seed: number;
  /** Something is done every so often, on average. */
  readonly meanPause: Micros;
  /** Packs without weights, in this thread; one that is named twice comes twice as often. */
  readonly cheap: readonly string[];
  /** Packs with models, in workers of their own, and how often a swap goes to one. */
  readonly real: readonly string[];
  readonly realShare: number;
  /** Composers that compute at a time. */
  readonly places: number;
}

/** What has been seen so far. */
export interface SoakOutcome {
  /** Played so far. */
  readonly hours: number;
  readonly seed: number;
  readonly secondsTaken: number;
  readonly done: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, OutputFigures>>;
  readonly sender: SenderCounters;
  /** Onsets that came more than 100 ms late, by what had moved the music just before; `nothing`: though nothing had. */
  readonly lateDrops: Readonly<Record<string, DropsBecause>>;
  /** The moment at which most waited to be sent. */
  readonly fullestQueue: FullestQueue | undefined;
  /** Notes that were queued while they were queued already. */
  readonly queuedTwice: number;
  /** Times a deck that was to play had no music for so long that it would not have found back. */
  readonly stuckDecks: number;
  /** Errors by name or number: broken packs, voices that died, wishes a leader refuses. */
  readonly errors: Readonly<Record<string, number>>;
  /** Each with everything that waits let go, so that what packs take by design is not in it. */
  readonly memory: readonly Memory[];
  readonly growthKilobytesAnHour: { readonly heap: number; readonly rss: number };
  /** The first faults, in words. */
  readonly faults: readonly string[];
}

export interface WholeSoak extends SoakOutcome {
  /** Notes whose end never came. */
  readonly hangingNotes: number;
  /** At the end, after a minute of the internal clock: pulses that followers counted, and those the music has come to. */
  readonly clock: { readonly heardPulses: number; readonly duePulses: number };
  readonly voicesLeftOpen: number;
  /** Those, in words. */
  readonly openVoices: readonly string[];
}

/** One soak: a stage, hosts, hands and cables, and a clock that goes as fast as they can. Thread: main. */
export class Soak {
  private readonly alarms: VirtualAlarms;
  private readonly voices: SoakVoices;
  private readonly stage: SoakStage;
  private readonly doings: Doings;
  private readonly hosts: readonly SimulatedHost[];
  private readonly player: SimulatedPlayer;
  private readonly chance: Chance;
  private readonly memory: Memory[] = [];
  private readonly started = performance.now();

  constructor(
    private readonly clock: VirtualClock,
    real: VoiceSource,
    shelf: PackShelf,
    private readonly settings: SoakSettings,
  ) {
    const { seed } = settings;
    this.chance = new Chance(seed, 1);
    this.alarms = new VirtualAlarms(clock);
    this.voices = new SoakVoices(real, shelf, this.alarms, new Chance(seed, 2), clock);
    this.stage = new SoakStage(clock, this.alarms, this.voices, settings.places);
    const midiHost = new SimulatedMidiHost(this.stage.midi, clock, new Chance(seed, 3));
    const program = new SimulatedProgram('program', 1, clock, new Chance(seed, 4));
    const session = new SimulatedProgram('session', 4, clock, new Chance(seed, 5));
    this.stage.chooser.register(program);
    this.stage.chooser.register(session);
    this.player = new SimulatedPlayer(clock, new Chance(seed, 7));
    this.stage.ensemble.hearing.register(this.player);
    this.hosts = [midiHost, program, session];
    this.doings = new Doings(this.stage, new Chance(seed, 6), { hosts: this.hosts, midiHost, player: this.player, pack: () => this.anyPack(), meanPause: settings.meanPause });
  }

  /** @param tell hears what has been seen, every hour and every eighth of a shorter run */
  async run(tell: (soFar: SoakOutcome) => void): Promise<WholeSoak> {
    const { settings, stage, clock } = this;
    const from = clock.now();
    await stage.open();
    await this.load();
    stage.chooser.start();
    const stretch = Math.min(1, settings.hours / 8);
    for (let hour = stretch; hour < settings.hours + stretch / 2; hour += stretch) {
      await this.playUntil(from + hour * hourMicros, true);
      await this.weigh(hour);
      tell(this.outcome());
    }
    const pulses = await this.countPulses();
    return await this.end(pulses);
  }

  private async load(): Promise<void> {
    await this.playDuring(Promise.all(this.stage.ensemble.decks.map((deck) => deck.load('perlin', 'now'))));
  }

  /** Plays on until something is done that takes time of the stage's clock. */
  private async playDuring(doing: Promise<unknown>): Promise<void> {
    let pending = true;
    const done = doing.finally(() => (pending = false));
    // It is looked at below, once it is done.
    done.catch(() => undefined);
    while (pending) await this.playUntil(this.clock.now() + lookMicros, false);
    await done;
  }

  private async playUntil(end: Micros, busy: boolean): Promise<void> {
    const { clock, stage, alarms, doings, hosts, player, voices } = this;
    let look = clock.now() + lookMicros;
    while (clock.now() < end) {
      const othersDue = hosts.reduce((soonest, host) => Math.min(soonest, host.nextDue), player.nextDue);
      const due = Math.max(clock.now(), Math.min(end, look, alarms.nextDue, busy ? doings.nextDue : Infinity, othersDue));
      if (this.chance.happens(oversleeps)) {
        clock.advanceTo(Math.max(due, look));
        stage.sender.run();
      } else stage.sender.advanceTo(due);
      alarms.ring();
      for (const host of hosts) host.act();
      player.act();
      if (busy) doings.act();
      if (clock.now() >= look) {
        look = clock.now() + lookMicros;
        stage.advance();
        await voices.idle();
      }
    }
  }

  /** Memory, once what waits to play has been let go: how much that is, the performer says. */
  private async weigh(hour: number): Promise<void> {
    const { parameters, ensemble } = this.stage;
    const allowed = parameters.number('cue-memory');
    for (const { number, succession } of ensemble.decks) {
      for (const pack of parameters.text(`deck/${number}/cued`).split(', ')) if (pack !== '') await this.playDuring(succession.waiting.uncue(pack));
    }
    await this.playDuring(parameters.write('cue-memory', [0], 'soak'));
    await this.playUntil(this.clock.now() + 2_000_000, false);
    this.memory.push(memoryAt(hour));
    await parameters.write('cue-memory', [allowed], 'soak');
  }

  /** The internal clock leads, alone, at a tempo that stays: what do followers count? */
  private async countPulses(): Promise<WholeSoak['clock']> {
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

  private async end(clock: WholeSoak['clock']): Promise<WholeSoak> {
    const { stage } = this;
    stage.chooser.halt();
    await this.playUntil(this.clock.now() + 2 * lookMicros, false);
    await this.playDuring(stage.ensemble.dispose());
    // Whoever was loading when the day ended comes, and is freed.
    await this.playUntil(this.clock.now() + 20_000_000, false);
    const outcome = this.outcome();
    await stage.close();
    const hangingNotes = [...stage.outputs.values()].reduce((sum, { sounding }) => sum + sounding, 0);
    return { ...outcome, hangingNotes, clock, voicesLeftOpen: this.voices.count, openVoices: this.voices.told };
  }

  private outcome(): SoakOutcome {
    const { stage, settings, memory } = this;
    const outputs = [...stage.outputs.values()];
    return {
      hours: memory.at(-1)?.hour ?? 0,
      seed: settings.seed,
      secondsTaken: Math.round((performance.now() - this.started) / 1000),
      done: { ...Object.fromEntries(this.doings.counts), ...stage.counts },
      outputs: Object.fromEntries(outputs.map(({ name, figures }) => [name, { ...figures }])),
      sender: stage.sender.counters(),
      fullestQueue: stage.queues.fullest,
      queuedTwice: stage.sender.queuedTwice,
      stuckDecks: stage.liveness.stuckDecks,
      lateDrops: structuredClone(stage.drops.counts),
      errors: Object.fromEntries(stage.errors),
      memory: [...memory],
      growthKilobytesAnHour: { heap: growth(memory, 'heapMegabytes'), rss: growth(memory, 'rssMegabytes') },
      faults: [...outputs.flatMap((output) => output.faults), ...stage.sender.faults, ...stage.liveness.faults, ...stage.queues.faults],
    };
  }

  private anyPack(): string {
    const { cheap, real, realShare } = this.settings;
    return real.length > 0 && this.chance.happens(realShare) ? this.chance.pick(real) : this.chance.pick(cheap);
  }
}
