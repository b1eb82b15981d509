import type { SyncListener, SyncSource, TransportChange } from '../../engine/contracts/sync-source.js';
import type { Disposable } from '../../engine/disposable.js';
import { ContinuoError } from '../../engine/errors.js';
import type { Beats, Micros } from '../../engine/music/units.js';
import { systemAlarm, type Alarm } from '../../engine/sync/alarm.js';
import type { Clock } from '../../engine/time/clock.js';
import { microsPerBeat, timeAt, type Timeline } from '../../engine/time/timeline.js';
import type { ClientMessage } from './client-message.js';
import { ClientProbes } from './client-probes.js';
import type { ServerMessage } from './server-message.js';
import { stampedTime } from './stamped-time.js';

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
  private timeline: Timeline | undefined;
  private playing = false;
  private barBeats: Beats | undefined;
  private quiet: Disposable | undefined;
  /** Only of a client that stamps by its own clock. */
  private probes: ClientProbes | undefined;

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
    const micros = stampedTime('beat', message, this.probes?.clientClock, this.clock.now());
    this.client ??= client;
    if (message.clientMilliseconds !== undefined) this.probes ??= new ClientProbes((probe) => client.send(probe), this.clock, this.alarm, 1);
    this.barBeats = message.beatsPerBar ?? this.barBeats;
    this.tell(message, micros ?? this.clock.now(), micros !== undefined);
    this.watch();
  }

  /** A probe came back. */
  answered(client: SyncClient, { probe, clientMilliseconds }: ProbeAnswer): void {
    if (client.number === this.client?.number) this.probes?.answered(probe, clientMilliseconds);
  }

  /** The connection ended. */
  left(client: SyncClient): void {
    if (client.number === this.client?.number) this.lose();
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

  private lose(): void {
    this.forget();
    this.listener?.lost();
  }

  private forget(): void {
    this.quiet?.dispose();
    this.probes?.dispose();
    this.probes = undefined;
    this.client = undefined;
    this.timeline = undefined;
    this.playing = false;
    this.barBeats = undefined;
  }
}
