import type { HeardEvent, NoteListener, NoteSource } from '../../engine/contracts/note-source.js';
import type { Micros } from '../../engine/music/units.js';
import { systemAlarm, type Alarm } from '../../engine/sync/alarm.js';
import type { Clock } from '../../engine/time/clock.js';
import type { ClientMessage } from './client-message.js';
import { ClientProbes } from './client-probes.js';
import { stampedTime } from './stamped-time.js';
import type { SyncClient } from './websocket-sync-source.js';

export type PlayedMessage = Extract<ClientMessage, { type: 'note' | 'noteOff' | 'control' }>;

interface Player {
  readonly client: SyncClient;
  /** Only of a client that stamps by its own clock. */
  probes?: ClientProbes;
  /** Keys that are down, as channel * 128 + pitch. */
  readonly down: Set<number>;
}

/**
 * Programs that play over their connections. A note counts from its stamp, on the engine's clock or on the client's own,
 * which is then compared with ours by probes, or from its arrival. Who leaves, lifts his keys.
 * Thread: main. Blocks: no.
 */
export class WebSocketPlayer implements NoteSource {
  readonly name = 'websocket';
  private listener: NoteListener | undefined;
  private readonly players = new Map<number, Player>();

  constructor(
    private readonly clock: Clock,
    readonly latencyMicros: Micros = 0,
    private readonly alarm: Alarm = systemAlarm,
  ) {}

  start(listener: NoteListener): void {
    this.listener = listener;
  }

  stop(): void {
    this.listener = undefined;
    for (const { probes } of this.players.values()) probes?.dispose();
    this.players.clear();
  }

  /** Errors: `badValue` for a time that is of another clock. */
  take(client: SyncClient, message: PlayedMessage): void {
    if (!this.listener) return;
    const player = this.playerOf(client);
    const micros = this.timeOf(player, message);
    for (const event of eventsOf(message, micros)) this.tell(player, event);
  }

  /** A probe came back. */
  answered(client: SyncClient, { probe, clientMilliseconds }: { readonly probe: number; readonly clientMilliseconds: number }): void {
    this.players.get(client.number)?.probes?.answered(probe, clientMilliseconds);
  }

  /** The connection ended. */
  left(client: SyncClient): void {
    const player = this.players.get(client.number);
    if (!player) return;
    player.probes?.dispose();
    this.players.delete(client.number);
    const micros = this.clock.now();
    for (const key of player.down) this.listener?.heard({ type: 'noteOff', channel: key >> 7, pitch: key & 127, micros });
  }

  private tell(player: Player, event: HeardEvent): void {
    if (event.type === 'noteOn' && event.durationBeats === undefined) player.down.add(event.channel * 128 + event.pitch);
    if (event.type === 'noteOff') player.down.delete(event.channel * 128 + event.pitch);
    this.listener?.heard(event);
  }

  private playerOf(client: SyncClient): Player {
    const known = this.players.get(client.number);
    if (known) return known;
    const player: Player = { client, down: new Set() };
    this.players.set(client.number, player);
    return player;
  }

  private timeOf(player: Player, message: PlayedMessage): Micros {
    const { client } = player;
    if (message.clientMilliseconds !== undefined) player.probes ??= new ClientProbes((probe) => client.send(probe), this.clock, this.alarm, -1);
    const now = this.clock.now();
    return stampedTime('note', message, player.probes?.clientClock, now) ?? now;
  }
}

function eventsOf(message: PlayedMessage, micros: Micros): readonly HeardEvent[] {
  const { channel } = message;
  switch (message.type) {
    case 'note': {
      const { pitch, velocity, durationBeats } = message;
      if (velocity > 0) return [{ type: 'noteOn', channel, pitch, velocity, ...(durationBeats !== undefined && { durationBeats }), micros }];
      return [{ type: 'noteOff', channel, pitch, micros }];
    }
    case 'noteOff':
      return [{ type: 'noteOff', channel, pitch: message.pitch, micros }];
    case 'control':
      return [{ type: 'control', channel, controller: message.controller, value: message.value, micros }];
  }
}
