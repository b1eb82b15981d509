import type { ControlSurface, ParameterAccess } from '../../engine/contracts/control-surface.js';
import { ContinuoError } from '../../engine/errors.js';
import type { PackSummary } from '../../engine/packs/pack.js';
import { addressesFor, isPattern } from '../../engine/parameters/address-pattern.js';
import type { Clock } from '../../engine/time/clock.js';
import { continuoVersion, protocolVersion } from '../../engine/version.js';
import { idOf, readClientMessage, type ClientMessage, type MessageId } from './client-message.js';
import type { Client } from './client.js';
import type { ClockPair, ParameterListing, ServerMessage } from './server-message.js';
import type { WebSocketServer } from './websocket-server.js';
import type { WebSocketPlayer } from './websocket-player.js';
import type { WebSocketSyncSource } from './websocket-sync-source.js';

/**
 * The parameter table as JSON messages; README.md of this folder lists them. A client is greeted with the whole table,
 * told every change and event, and answered an error for whatever it says wrong.
 * Thread: main. Blocks: no.
 */
export class WebSocketSurface implements ControlSurface {
  readonly name = 'websocket';
  private greeting = false;
  private unsubscribe: readonly (() => void)[] = [];

  constructor(
    private readonly server: WebSocketServer,
    private readonly clock: Clock,
    private readonly packs: () => readonly PackSummary[],
    private readonly syncSource: WebSocketSyncSource,
    private readonly player: WebSocketPlayer,
  ) {}

  attach(access: ParameterAccess): void {
    this.detach();
    this.server.handler = {
      connected: (client) => client.send(this.hello(access)),
      left: (client) => {
        this.syncSource.left(client);
        this.player.left(client);
      },
      said: (client, text) => this.answer(access, client, text),
      saidBytes: (client) => answerError(client, undefined, new ContinuoError('badMessage', 'Messages are JSON text, not bytes.')),
    };
    this.unsubscribe = [
      access.onChange((address, value) => this.server.broadcast({ type: 'value', address, value })),
      access.onAddresses(() => this.greetAll(access)),
      access.onEvent((event) => this.server.broadcast({ type: 'event', event })),
    ];
  }

  detach(): void {
    this.server.handler = undefined;
    for (const end of this.unsubscribe) end();
    this.unsubscribe = [];
    this.server.dismiss('The engine is going.');
  }

  /** Once for all that comes or goes in one go. */
  private greetAll(access: ParameterAccess): void {
    if (this.greeting) return;
    this.greeting = true;
    queueMicrotask(() => {
      this.greeting = false;
      this.server.broadcast(this.hello(access));
    });
  }

  private hello(access: ParameterAccess): ServerMessage {
    const addresses = access.addresses();
    return {
      type: 'hello',
      protocol: protocolVersion,
      version: continuoVersion,
      ...this.clocks(),
      decks: decksOf(addresses),
      packs: this.packs(),
      parameters: addresses.map((address) => listing(access, address)),
    };
  }

  private answer(access: ParameterAccess, client: Client, text: string): void {
    let message: ClientMessage;
    try {
      message = readClientMessage(text);
    } catch (error) {
      answerError(client, idOf(text), error);
      return;
    }
    this.perform(access, client, message).catch((error: unknown) => answerError(client, message.id, error));
  }

  private async perform(access: ParameterAccess, client: Client, message: ClientMessage): Promise<void> {
    const { id } = message;
    switch (message.type) {
      case 'ping':
        client.send({ type: 'pong', id, ...this.clocks() });
        return;
      case 'probe':
        this.syncSource.answered(client, message);
        this.player.answered(client, message);
        return;
      case 'note':
      case 'noteOff':
      case 'control':
        this.player.take(client, message);
        break;
      case 'sync':
        this.syncSource.take(client, message);
        break;
      case 'get':
        client.send({ ...read(access, message.address), id });
        return;
      case 'set':
        await each(access, message.address, 'value', (address) => access.write(address, [message.value], `websocket:${client.number}`));
        break;
      case 'capabilities': {
        const { address = '*' } = message;
        const described = address === '*' ? access.addresses() : addressesFor(access.addresses(), address);
        const parameters = described.map((one) => listing(access, one));
        client.send({ type: 'capabilities', id, protocol: protocolVersion, version: continuoVersion, parameters });
        return;
      }
      case 'listen':
        if (!client.listen(message.to)) throw new ContinuoError('queueFull', 'You listen to too many patterns; listen to * or take some back with unlisten.');
        break;
      case 'unlisten':
        client.unlisten(message.to);
        break;
      case 'invoke': {
        if (isPattern(message.address)) {
          await each(access, message.address, 'action', (address) => access.write(address, message.arguments, `websocket:${client.number}`));
          break;
        }
        expectKind(access, message.address, 'action');
        const reply = await access.ask(message.address, message.arguments, `websocket:${client.number}`);
        if (reply.length === 0) break;
        client.send({ type: 'reply', id, address: message.address, values: reply });
        return;
      }
    }
    if (id !== undefined) client.send({ type: 'done', id });
  }

  private clocks(): ClockPair {
    return { engineMicros: this.clock.now(), wallMilliseconds: Date.now() };
  }
}

/** The value of an address, or the values of all that a pattern matches; actions among them have none. */
function read(access: ParameterAccess, path: string): Extract<ServerMessage, { type: 'value' | 'values' }> {
  if (!isPattern(path)) return { type: 'value', address: path, value: access.get(path) };
  const addresses = addressesFor(access.addresses(), path).filter((address) => access.entry(address).kind === 'value');
  return { type: 'values', values: Object.fromEntries(addresses.map((address) => [address, access.get(address)])) };
}

/** Does it to every address that a path stands for, if all are of one kind. */
async function each(access: ParameterAccess, path: string, kind: 'value' | 'action', perform: (address: string) => Promise<void>): Promise<void> {
  const addresses = addressesFor(access.addresses(), path);
  for (const address of addresses) expectKind(access, address, kind);
  await Promise.all(addresses.map(perform));
}

function expectKind(access: ParameterAccess, address: string, kind: 'value' | 'action'): void {
  if (access.entry(address).kind === kind) return;
  throw new ContinuoError('badValue', kind === 'value' ? `${address} is an action: use invoke.` : `${address} is a value: use set.`);
}

function listing(access: ParameterAccess, address: string): ParameterListing {
  const entry = access.entry(address);
  return entry.kind === 'value' ? { ...entry, address, value: access.get(address) } : { ...entry, address };
}

function decksOf(addresses: readonly string[]): readonly number[] {
  const numbers = addresses.flatMap((address) => /^deck\/(\d+)\//.exec(address)?.[1] ?? []);
  return [...new Set(numbers)].map(Number).sort((a, b) => a - b);
}

function answerError(client: Client, id: MessageId, cause: unknown): void {
  const error = ContinuoError.from(cause, 'badMessage');
  client.send({ type: 'error', id, code: error.code, text: error.message });
}
