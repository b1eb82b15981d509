import type { ControlSurface, ParameterAccess } from '../../engine/contracts/control-surface.js';
import { ContinuoError } from '../../engine/errors.js';
import type { PackSummary } from '../../engine/packs/pack.js';
import type { ParameterValue } from '../../engine/parameters/parameter.js';
import type { Clock } from '../../engine/time/clock.js';
import { addressMatcher, isPattern } from './address-pattern.js';
import { eventMessage } from './osc-events.js';
import { OscListeners, type OscPeer } from './osc-listeners.js';
import { readPacket, type OscMessage } from './osc-packet.js';
import type { OscSocket } from './osc-socket.js';
import { argumentOf, valuesOf } from './osc-values.js';

const prefix = '/continuo/';

/** Writes to the table in the sender's name; what is wrong with it is answered to the sender. */
export type TableWriter = (address: string, ...values: readonly ParameterValue[]) => void;

/** What to do with a word that is no address of the table, e.g. `host/beat` or, of others, `/tempo`. May throw. */
export type WordHandler = (message: OscMessage, values: readonly ParameterValue[], write: TableWriter) => void;

/**
 * The parameter table over OSC: `/continuo/<address> value…` writes or triggers, without arguments a value is answered.
 * `/continuo/listen [pattern [port]]`, `/continuo/unlisten [pattern]` and `/continuo/packs` are the wire's own words.
 * Whatever is wrong with a packet is answered with `/continuo/error code text` and stops nothing.
 * Thread: main. Blocks: no.
 */
export class OscSurface implements ControlSurface {
  readonly name = 'osc';
  private readonly listeners = new OscListeners();
  private access: ParameterAccess | undefined;
  private unsubscribe: readonly (() => void)[] = [];

  constructor(
    private readonly socket: OscSocket,
    private readonly clock: Clock,
    private readonly packs: () => readonly PackSummary[],
    private readonly words: ReadonlyMap<string, WordHandler> = new Map(),
  ) {}

  attach(access: ParameterAccess): void {
    this.detach();
    this.access = access;
    this.socket.receive = (datagram, sender) => this.receive(access, datagram, sender);
    this.unsubscribe = [
      access.onChange((address, value) => {
        for (const target of this.listeners.interestedIn(address)) this.tell(access, target, address, value);
      }),
      access.onEvent((event) => {
        const message = eventMessage(event, this.clock.now());
        if (message === undefined) return;
        for (const target of this.listeners.interestedIn(message.path)) this.socket.send(target, prefix + message.path, ...message.values);
      }),
    ];
  }

  detach(): void {
    this.socket.receive = () => undefined;
    for (const end of this.unsubscribe) end();
    this.unsubscribe = [];
    this.listeners.clear();
    this.access = undefined;
  }

  private receive(access: ParameterAccess, datagram: Buffer, sender: OscPeer): void {
    this.listeners.heard(sender);
    try {
      for (const message of readPacket(datagram)) this.handle(access, message, sender);
    } catch (error) {
      this.answerError(sender, error);
    }
  }

  private handle(access: ParameterAccess, message: OscMessage, sender: OscPeer): void {
    // Errors are never answered: two engines that talk to each other would do so for ever.
    if (message.address === `${prefix}error`) return;
    try {
      const path = message.address.startsWith(prefix) ? message.address.slice(prefix.length) : message.address;
      const word = this.words.get(path);
      if (!word && path === message.address) {
        throw new ContinuoError('unknownAddress', `There is nothing at ${path}: addresses begin with ${prefix}.`);
      }
      const values = valuesOf(message.values);
      if (word) word(message, values, (address, ...written) => this.readOrWrite(access, address, written, sender));
      else if (path === 'listen') this.listen(access, sender, values);
      else if (path === 'unlisten') this.listeners.unlisten(sender, values.length === 0 ? undefined : String(values[0]));
      else if (path === 'packs') this.tellPacks(this.listeners.answerTo(sender));
      else for (const address of matching(access, path)) this.readOrWrite(access, address, values, sender);
    } catch (error) {
      this.answerError(sender, error);
    }
  }

  private readOrWrite(access: ParameterAccess, address: string, values: readonly ParameterValue[], sender: OscPeer): void {
    if (values.length === 0 && access.entry(address).kind === 'value') {
      this.tell(access, this.listeners.answerTo(sender), address, access.get(address));
      return;
    }
    access.write(address, values, `osc:${sender.address}:${sender.port}`).catch((error: unknown) => this.answerError(sender, error));
  }

  private listen(access: ParameterAccess, sender: OscPeer, values: readonly ParameterValue[]): void {
    const [pattern = '*', port] = values;
    if (typeof pattern !== 'string' || (port !== undefined && !isPort(port))) {
      throw new ContinuoError('badValue', '/continuo/listen takes an address or pattern (or *), then a UDP port to be answered at.');
    }
    const dropped = this.listeners.listen(sender, pattern, port);
    if (dropped) {
      this.answerError(dropped, new ContinuoError('queueFull', 'Too many programs listen; you were silent longest and are told nothing any more. Send /continuo/listen again.'));
    }
    const target = this.listeners.answerTo(sender);
    const matches = pattern === '*' ? () => true : addressMatcher(pattern);
    for (const address of access.addresses()) {
      if (matches(address) && access.entry(address).kind === 'value') this.tell(access, target, address, access.get(address));
    }
    if (matches('packs')) this.tellPacks(target);
  }

  private tell(access: ParameterAccess, target: OscPeer, address: string, value: ParameterValue): void {
    this.socket.send(target, prefix + address, argumentOf(value, access.entry(address)));
  }

  private tellPacks(target: OscPeer): void {
    this.socket.send(target, `${prefix}packs`, ...this.packs().map((pack) => argumentOf(pack.name)));
  }

  private answerError(sender: OscPeer, cause: unknown): void {
    if (this.access === undefined) return;
    const error = ContinuoError.from(cause, 'badMessage');
    this.socket.send(this.listeners.answerTo(sender), `${prefix}error`, argumentOf(error.code), argumentOf(error.message));
  }
}

/** The addresses a path stands for. Errors: `unknownAddress` for a pattern that stands for none. */
function matching(access: ParameterAccess, path: string): readonly string[] {
  if (!isPattern(path)) return [path];
  const addresses = access.addresses().filter(addressMatcher(path));
  if (addresses.length === 0) throw new ContinuoError('unknownAddress', `No address matches "${path}".`);
  return addresses;
}

function isPort(value: ParameterValue): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65536;
}
