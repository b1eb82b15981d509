import type { SyncListener, SyncSource, TransportChange } from '../../engine/contracts/sync-source.js';
import type { Disposable } from '../../engine/disposable.js';
import { ContinuoError } from '../../engine/errors.js';
import type { Beats, Micros } from '../../engine/music/units.js';
import { systemAlarm, type Alarm } from '../../engine/sync/alarm.js';
import type { Clock } from '../../engine/time/clock.js';
import { microsPerBeat, timeAt, type Timeline } from '../../engine/time/timeline.js';
import { ClientClock } from './client-clock.js';
import type { ClientMessage } from './client-message.js';
import type { ServerMessage } from './server-message.js';

export type SyncMessage = Extract<ClientMessage, { type: 'sync' }>;
export type ProbeAnswer = Extract<ClientMessage, { type: 'probe' }>;

/** Who may lead: a connection. */
export interface SyncClient {
  readonly number: number;
  send(message: ServerMessage): void;
}

/** A message that counts from its arrival and is further off than this is a jump, not jitter. */
const jumpMicros: Micros = 30_000;
/** Share of an arrival's jitter that moves the timeline. */
const share = 0.15;
const quietBeats: Beats = 4;
const shortestQuietMicros: Micros = 2_000_000;
/** So many probes at once to begin with, then one every second. */
const firstProbes = 8;
const firstProbeMicros: Micros = 100_000;
const probeMicros: Micros = 1_000_000;
/** A stamp further from now than this is of another clock. */
const farthestMicros: Micros = 10_000_000;

/**
 * A program that leads over its connection: it says its tempo and which beat is when, on the engine's clock, or on its own,
 * which is then compared with ours by probes, or without a time, as the message comes. One leads at a time; another may when
 * that one has gone quiet or left.
 * Thread: main. Blocks: no.
 */
export class WebSocketSyncSource implements SyncSource {
  readonly name = 'websocket';
  private listener: SyncListener | undefined;
  private client: SyncClient | undefined;
  private clientClock = new ClientClock();
  private timeline: Timeline | undefined;
  private playing = false;
  private barBeats: Beats | undefined;
  private quiet: Disposable | undefined;
  private probing: Disposable | undefined;
  private probes = 0;
  private probeSent: Micros | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly alarm: Alarm = systemAlarm,
  ) {}

  /** The beats of a program are numbered: its bars are kept in phase, as long as it says, or as the session's. */
  get quantum(): Beats | 'bar' {
    return this.barBeats ?? 'bar';
  }

  start(listener: SyncListener): void {
    this.stop();
    this.listener = listener;
  }

  stop(): void {
    this.forget();
    this.listener = undefined;
  }

  /** The program is told the engine's tempo and may follow. */
  proposeTempo(): boolean {
    return false;
  }

  /** Errors: `badValue` while another leads, or for a time that is of another clock. */
  take(client: SyncClient, message: SyncMessage): void {
    if (this.listener === undefined) return;
    if (this.client !== undefined && this.client.number !== client.number) {
      throw new ContinuoError('badValue', 'Another program leads over WebSocket; it must go quiet or leave first.');
    }
    const micros = this.timeOf(message);
    if (this.client === undefined) this.client = client;
    if (message.clientMilliseconds !== undefined && this.probes === 0) this.probe();
    this.barBeats = message.beatsPerBar ?? this.barBeats;
    this.tell(message, micros ?? this.clock.now(), micros !== undefined);
    this.watch();
  }

  /** A probe came back. */
  answered(client: SyncClient, { probe, clientMilliseconds }: ProbeAnswer): void {
    if (client.number !== this.client?.number || probe !== this.probes || this.probeSent === undefined) return;
    this.clientClock.compare(this.probeSent, this.clock.now(), clientMilliseconds);
    this.probeSent = undefined;
  }

  /** The connection ended. */
  left(client: SyncClient): void {
    if (client.number === this.client?.number) this.lose();
  }

  /** When the beat is; undefined where only the arrival can tell. */
  private timeOf({ timeMicros, clientMilliseconds }: SyncMessage): Micros | undefined {
    const byClient = clientMilliseconds !== undefined && this.clientClock.known ? this.clientClock.micros(clientMilliseconds) : undefined;
    const micros = timeMicros ?? byClient;
    const away = micros === undefined ? 0 : micros - this.clock.now();
    if (Math.abs(away) <= farthestMicros) return micros;
    const whose = timeMicros === undefined ? 'the clock that you answer probes by' : 'the engine\'s clock (see pong)';
    throw new ContinuoError('badValue', `This beat is ${Math.round(away / 1e6)} seconds from now: stamp it by ${whose}.`);
  }

  private tell({ bpm, beat, playing }: SyncMessage, micros: Micros, exact: boolean): void {
    let timeOrigin = micros;
    if (!exact && this.timeline?.bpm === bpm) {
      const expected = timeAt(this.timeline, beat);
      if (Math.abs(micros - expected) <= jumpMicros) timeOrigin = expected + share * (micros - expected);
    }
    this.timeline = { bpm, beatOrigin: beat, timeOrigin };
    this.listener?.timeline(this.timeline);
    if (playing === undefined || playing === this.playing) return;
    this.playing = playing;
    const type: TransportChange['type'] = playing ? (beat === 0 ? 'start' : 'continue') : 'stop';
    this.listener?.transport({ type, beat, micros: timeOrigin });
  }

  private watch(): void {
    this.quiet?.dispose();
    const beatMicros = this.timeline ? microsPerBeat(this.timeline) : 0;
    this.quiet = this.alarm(Math.max(shortestQuietMicros, quietBeats * beatMicros), () => this.lose());
  }

  private probe(): void {
    this.probes += 1;
    this.probeSent = this.clock.now();
    this.client?.send({ type: 'probe', probe: this.probes });
    this.probing = this.alarm(this.probes < firstProbes ? firstProbeMicros : probeMicros, () => this.probe());
  }

  private lose(): void {
    this.forget();
    this.listener?.lost();
  }

  private forget(): void {
    this.quiet?.dispose();
    this.probing?.dispose();
    this.client = undefined;
    this.clientClock = new ClientClock();
    this.timeline = undefined;
    this.playing = false;
    this.barBeats = undefined;
    this.probes = 0;
    this.probeSent = undefined;
  }
}
