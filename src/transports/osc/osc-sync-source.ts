import type { SyncListener, SyncSource, TransportChange } from '../../engine/contracts/sync-source.js';
import { ContinuoError } from '../../engine/errors.js';
import { farthestBeat, maximumBpm, minimumBpm, type Beats, type Bpm, type Micros } from '../../engine/music/units.js';
import type { ParameterValue } from '../../engine/parameters/parameter.js';
import type { Clock } from '../../engine/time/clock.js';
import { closestPhaseMatch } from '../../engine/time/phase.js';
import { beatAt, microsPerBeat, timeAt, withBeatAt, withTempo, type Timeline } from '../../engine/time/timeline.js';
import { BeatLine } from './beat-line.js';
import type { OscMessage } from './osc-packet.js';
import type { TableWriter, WordHandler } from './osc-surface.js';
import { cycleOfPlay } from './tidal-play.js';
import { taggedTime } from './time-tag.js';
import type { WallClock } from './wall-clock.js';

/** A beat that arrives further off than this is a jump of the host, not jitter of the network. */
const jumpMicros: Micros = 30_000;
/** Share of an arrival's jitter that moves the timeline. */
const share = 0.15;
/** So many of what a host tells, beats or bars, may be missing before it is gone. */
const quietPeriods = 4;
const shortestQuietMicros: Micros = 2_000_000;
const usualBeatsPerBar: Beats = 4;
/** Of a bar or cycle. */
const mostBeats: Beats = 64;

/**
 * A host that says where its beat is. It says what it can: beats with or without their numbers and tempo, bars, a tempo, or
 * Tidal's cycles; README.md of this folder lists the messages. In a time-tagged bundle the tag is the time that counts and is
 * believed where it is within 10 seconds of now; a plain message counts from its arrival, and its jitter is averaged away.
 * Thread: main. Blocks: no.
 */
export class OscSyncSource implements SyncSource {
  readonly name = 'osc';
  /** What the surface is to pass on: words behind its prefix, and whole addresses. */
  readonly words: ReadonlyMap<string, WordHandler>;
  private listener: SyncListener | undefined;
  private timeline: Timeline | undefined;
  private quiet: NodeJS.Timeout | undefined;
  /** The tempo that was told apart from a beat. */
  private told: Bpm | undefined;
  /** The tempo of beats that come without one. */
  private readonly line = new BeatLine();
  private barBeats: Beats | undefined;
  /** The last beat came with its number. */
  private numbered = false;

  constructor(
    private readonly clock: Clock,
    private readonly wallClock: WallClock,
    private readonly beatsPerCycle: Beats = 4,
  ) {
    const beat: WordHandler = (message, values) => this.beat(message, values);
    const bar: WordHandler = (message, values) => this.bar(message, values);
    const tempo: WordHandler = (message, values, write) => this.tempo(message, values, write);
    this.words = new Map<string, WordHandler>([
      ['host/beat', beat],
      ['host/bar', bar],
      ['host/tempo', tempo],
      ['host/cycle', (message, values) => this.cycle(message, values)],
      ['host/start', (message, values) => this.change('start', message, values)],
      ['host/continue', (message, values) => this.change('continue', message, values)],
      ['host/stop', (message, values) => this.change('stop', message, values)],
      ['/beat', beat],
      ['/bar', bar],
      ['/tempo', tempo],
      ['/dirt/play', (message, values) => this.cycle(message, cycleOfPlay(values))],
    ]);
  }

  /** A host that tells its bars (or cycles) keeps those in phase; one that numbers its beats, the bars of the session. */
  get quantum(): Beats | 'bar' {
    return this.barBeats ?? (this.numbered ? 'bar' : 1);
  }

  start(listener: SyncListener): void {
    this.listener = listener;
    this.wallClock.calibrate();
  }

  stop(): void {
    clearTimeout(this.quiet);
    this.listener = undefined;
    this.forget();
  }

  /** The host leads; it is told the engine's tempo by `/continuo/bpm` and may follow. */
  proposeTempo(): boolean {
    return false;
  }

  private beat(message: OscMessage, values: readonly ParameterValue[]): void {
    const [number, bpm] = values.length === 2 ? [values[1], values[0]] : values;
    if (values.length > 2 || (bpm !== undefined && !isTempo(bpm)) || (number !== undefined && !isBeat(number))) {
      throw new ContinuoError('badValue', `${message.address} takes a tempo of ${minimumBpm} to ${maximumBpm} BPM and the beat, or the beat alone, or nothing.`);
    }
    const micros = this.timeOf(message);
    this.told = bpm ?? this.told;
    this.numbered = number !== undefined;
    this.observe(number ?? this.numberOf(micros), micros, message.unixSeconds > 0, 1);
  }

  private bar(message: OscMessage, values: readonly ParameterValue[]): void {
    const [bar, beats = this.barBeats ?? usualBeatsPerBar] = values;
    const isRight = values.length <= 2 && isPeriod(beats) && (bar === undefined || (isBeat(bar) && isBeat((bar - 1) * beats)));
    if (!isRight) {
      throw new ContinuoError('badValue', `${message.address} takes the bar, counted from 1, and how many beats it has, ${mostBeats} at most; or nothing.`);
    }
    const micros = this.timeOf(message);
    this.barBeats = beats;
    const beat = bar === undefined ? closestPhaseMatch(this.beatNow(micros) ?? 0, 0, beats) : (bar - 1) * beats;
    this.observe(beat, micros, message.unixSeconds > 0, beats);
  }

  /** Of a host whose beat is not heard it is a wish, as any other program may have. */
  private tempo(message: OscMessage, values: readonly ParameterValue[], write: TableWriter): void {
    const [bpm] = values;
    if (values.length !== 1 || !isTempo(bpm)) {
      throw new ContinuoError('badValue', `${message.address} takes a tempo of ${minimumBpm} to ${maximumBpm} BPM.`);
    }
    this.told = bpm;
    if (this.timeline === undefined) write('bpm', bpm);
    else this.tell(withTempo(this.timeline, bpm, this.timeOf(message)));
  }

  private cycle(message: OscMessage, values: readonly ParameterValue[]): void {
    const [cyclesPerSecond, cycle, beats = this.beatsPerCycle] = values;
    const isRight = values.length >= 2 && values.length <= 3 && isBeat(cyclesPerSecond) && isPeriod(beats) && isBeat(cycle) && isBeat(cycle * beats);
    const bpm = isRight ? cyclesPerSecond * beats * 60 : Number.NaN;
    if (!isRight || !isTempo(bpm)) {
      throw new ContinuoError('badValue', `${message.address} takes cps and cycle, and maybe the beats of a cycle, that make ${minimumBpm} to ${maximumBpm} BPM.`);
    }
    const micros = this.timeOf(message);
    this.told = bpm;
    this.barBeats = beats;
    this.observe(cycle * beats, micros, message.unixSeconds > 0, beats);
  }

  /** `beat` is at `micros`, exactly or with the jitter of its way; the host says so every `period` beats. */
  private observe(beat: Beats, micros: Micros, exact: boolean, period: Beats): void {
    if (this.listener === undefined) return;
    const timeline = this.told === undefined ? this.line.add(beat, micros, period) : this.corrected(this.told, beat, micros, exact);
    if (timeline === undefined) return;
    this.tell(timeline);
    clearTimeout(this.quiet);
    const quietMicros = Math.max(shortestQuietMicros, quietPeriods * period * microsPerBeat(timeline));
    this.quiet = setTimeout(() => this.lost(), quietMicros / 1000).unref();
  }

  private corrected(bpm: Bpm, beat: Beats, micros: Micros, exact: boolean): Timeline {
    const told = { bpm, beatOrigin: beat, timeOrigin: micros };
    if (exact || this.timeline?.bpm !== bpm) return told;
    const expected = timeAt(this.timeline, beat);
    const early = micros - expected;
    return Math.abs(early) <= jumpMicros ? { ...told, timeOrigin: expected + share * early } : told;
  }

  private change(type: TransportChange['type'], message: OscMessage, values: readonly ParameterValue[]): void {
    const [given] = values;
    if (values.length > 1 || (given !== undefined && !isBeat(given))) {
      throw new ContinuoError('badValue', `/continuo/host/${type} takes a beat, or nothing.`);
    }
    if (this.listener === undefined) return;
    if (this.timeline === undefined) {
      throw new ContinuoError('badValue', `No tempo is known: send /continuo/host/beat before /continuo/host/${type}.`);
    }
    const micros = this.timeOf(message);
    const present = beatAt(this.timeline, micros);
    if (type === 'stop') {
      this.listener.transport({ type, beat: given ?? present, micros });
      return;
    }
    const beat = given ?? (type === 'start' ? 0 : present);
    this.line.add(beat, micros, 0);
    this.tell(withBeatAt(this.timeline, beat, micros));
    this.listener.transport({ type, beat, micros });
  }

  private beatNow(micros: Micros): Beats | undefined {
    return this.timeline && beatAt(this.timeline, micros);
  }

  /** The number of a beat that comes without one: where the tempo is told, the nearest. */
  private numberOf(micros: Micros): Beats {
    const now = this.told === undefined ? undefined : this.beatNow(micros);
    return now === undefined ? this.line.numberOf(micros) : closestPhaseMatch(now, 0, 1);
  }

  private timeOf(message: OscMessage): Micros {
    return taggedTime(message, this.clock, this.wallClock);
  }

  private tell(timeline: Timeline): void {
    this.timeline = timeline;
    this.listener?.timeline(timeline);
  }

  private forget(): void {
    this.timeline = undefined;
    this.told = undefined;
    this.barBeats = undefined;
    this.numbered = false;
    this.line.restart();
  }

  private lost(): void {
    this.forget();
    this.listener?.lost();
  }
}

function isTempo(value: ParameterValue | undefined): value is Bpm {
  return typeof value === 'number' && value >= minimumBpm && value <= maximumBpm;
}

function isBeat(value: ParameterValue | undefined): value is Beats {
  return typeof value === 'number' && Math.abs(value) <= farthestBeat;
}

/** Whether it is a number of beats that a bar or cycle may have. */
function isPeriod(value: ParameterValue | undefined): value is Beats {
  return isBeat(value) && value > 0 && value <= mostBeats;
}
