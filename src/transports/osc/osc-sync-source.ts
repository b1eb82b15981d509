import type { SyncListener, SyncSource, TransportChange } from '../../engine/contracts/sync-source.js';
import { ContinuoError } from '../../engine/errors.js';
import { maximumBpm, minimumBpm, type Beats, type Bpm, type Micros } from '../../engine/music/units.js';
import type { ParameterValue } from '../../engine/parameters/parameter.js';
import type { Clock } from '../../engine/time/clock.js';
import { beatAt, microsPerBeat, timeAt, withBeatAt, type Timeline } from '../../engine/time/timeline.js';
import type { OscMessage } from './osc-packet.js';
import type { WordHandler } from './osc-surface.js';
import type { WallClock } from './wall-clock.js';

/** A beat that arrives further off than this is a jump of the host, not jitter of the network. */
const jumpMicros: Micros = 30_000;
/** Share of an arrival's jitter that moves the timeline. */
const share = 0.15;
const quietBeats = 4;
const shortestQuietMicros: Micros = 2_000_000;

/**
 * A host that says where its beat is: `/continuo/host/beat bpm beat` on every beat, `/continuo/host/start [beat]`,
 * `/continuo/host/continue [beat]` and `/continuo/host/stop`. In a time-tagged bundle the tag is the time that counts and
 * is believed; a plain message counts from its arrival, and its jitter is averaged away.
 * Thread: main. Blocks: no.
 */
export class OscSyncSource implements SyncSource {
  readonly name = 'osc';
  /** What the surface is to pass on. */
  readonly words: ReadonlyMap<string, WordHandler> = new Map<string, WordHandler>([
    ['host/beat', (message, values) => this.beat(message, values)],
    ['host/start', (message, values) => this.change('start', message, values)],
    ['host/continue', (message, values) => this.change('continue', message, values)],
    ['host/stop', (message, values) => this.change('stop', message, values)],
  ]);
  private listener: SyncListener | undefined;
  private timeline: Timeline | undefined;
  private quiet: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly wallClock: WallClock,
  ) {}

  start(listener: SyncListener): void {
    this.listener = listener;
    this.wallClock.calibrate();
  }

  stop(): void {
    clearTimeout(this.quiet);
    this.listener = undefined;
    this.timeline = undefined;
  }

  /** The host leads; it is told the engine's tempo by `/continuo/bpm` and may follow. */
  proposeTempo(): boolean {
    return false;
  }

  private beat(message: OscMessage, values: readonly ParameterValue[]): void {
    const [bpm, beat] = values;
    if (values.length !== 2 || !isTempo(bpm) || !isBeat(beat)) {
      throw new ContinuoError('badValue', `/continuo/host/beat takes a tempo of ${minimumBpm} to ${maximumBpm} BPM, then the beat.`);
    }
    if (this.listener === undefined) return;
    this.timeline = { bpm, beatOrigin: beat, timeOrigin: this.timeOfBeat(message, bpm, beat) };
    this.listener.timeline(this.timeline);
    clearTimeout(this.quiet);
    const quietMicros = Math.max(shortestQuietMicros, quietBeats * microsPerBeat(this.timeline));
    this.quiet = setTimeout(() => this.lost(), quietMicros / 1000).unref();
  }

  private timeOfBeat(message: OscMessage, bpm: Bpm, beat: Beats): Micros {
    const micros = this.timeOf(message);
    if (message.unixSeconds > 0 || this.timeline === undefined) return micros;
    const expected = timeAt(this.timeline, beat);
    const early = micros - expected;
    return this.timeline.bpm === bpm && Math.abs(early) <= jumpMicros ? expected + share * early : micros;
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
    this.timeline = withBeatAt(this.timeline, beat, micros);
    this.listener.timeline(this.timeline);
    this.listener.transport({ type, beat, micros });
  }

  private timeOf(message: OscMessage): Micros {
    if (message.unixSeconds === 0) return this.clock.now();
    this.wallClock.read();
    return this.wallClock.micros(message.unixSeconds);
  }

  private lost(): void {
    this.timeline = undefined;
    this.listener?.lost();
  }
}

function isTempo(value: ParameterValue | undefined): value is Bpm {
  return typeof value === 'number' && value >= minimumBpm && value <= maximumBpm;
}

function isBeat(value: ParameterValue | undefined): value is Beats {
  return typeof value === 'number' && Number.isFinite(value);
}
