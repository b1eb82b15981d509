import type { ControlSurface, ParameterAccess } from '../../engine/contracts/control-surface.js';
import { ContinuoError } from '../../engine/errors.js';
import type { PackSummary } from '../../engine/packs/pack.js';
import { addressesFor, addressMatcher } from '../../engine/parameters/address-pattern.js';
import { decodedValues } from '../../engine/parameters/decoded-values.js';
import type { ParameterValue } from '../../engine/parameters/parameter.js';
import type { Clock } from '../../engine/time/clock.js';
import { continuoVersion, protocolVersion } from '../../engine/version.js';
import { argumentOf } from './osc-argument.js';
import { capabilityArguments } from './osc-capability.js';
import { eventMessage } from './osc-events.js';
import { OscListeners, type OscPeer } from './osc-listeners.js';
import { readPacket, type OscMessage } from './osc-packet.js';
import type { OscSocket } from './osc-socket.js';
import { paced } from './paced.js';

const prefix = '/continuo/';
const longestLeaseSeconds = 86_400;

/** Writes to the table in the sender's name; what is wrong with it is answered to the sender. */
export type TableWriter = (address: string, ...values: readonly ParameterValue[]) => void;

/** What to do with a word that is no address of the table, e.g. `host/beat` or, of others, `/tempo`. May throw. */
export type WordHandler = (message: OscMessage, values: readonly ParameterValue[], write: TableWriter) => void;

/**
 * The parameter table over OSC: `/continuo/<address> value…` writes or triggers, without arguments a value is answered.
 * `/continuo/listen [pattern [port [seconds]]]`, `/continuo/unlisten [pattern]`, `/continuo/packs` and
 * `/continuo/capabilities [pattern]` are the wire's own words.
 * Whatever is wrong with a packet is answered with `/continuo/error code text` and stops nothing.
 * Thread: main. Blocks: no.
 */
export class OscSurface implements ControlSurface {
  readonly name = 'osc';
  private readonly listeners: OscListeners;
  private access: ParameterAccess | undefined;
  private unsubscribe: readonly (() => void)[] = [];

  constructor(
    private readonly socket: OscSocket,
    private readonly clock: Clock,
    private readonly packs: () => readonly PackSummary[],
    private readonly words: ReadonlyMap<string, WordHandler> = new Map(),
  ) {
    this.listeners = new OscListeners(clock);
  }

  attach(access: ParameterAccess): void {
    this.detach();
    this.access = access;
    this.socket.receive = (datagram, sender) => this.receive(access, datagram, sender);
    this.unsubscribe = [
      access.onChange((address, value) => {
        for (const target of this.listeners.interestedIn(address)) this.tell(access, target, address, value);
      }),
      access.onAddresses((prefix) => this.tellNew(access, prefix)),
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
      const values = decodedValues(message.values);
      if (word) word(message, values, (address, ...written) => this.readOrWrite(access, address, written, sender));
      else if (path === 'listen') this.listen(access, sender, values);
      else if (path === 'unlisten') this.listeners.unlisten(sender, values.length === 0 ? undefined : String(values[0]));
      else if (path === 'packs') this.tellPacks(this.listeners.answerTo(sender));
      else if (path === 'capabilities') this.tellCapabilities(access, sender, values);
      else for (const address of addressesFor(access.addresses(), path)) this.readOrWrite(access, address, values, sender);
    } catch (error) {
      this.answerError(sender, error);
    }
  }

  private readOrWrite(access: ParameterAccess, address: string, values: readonly ParameterValue[], sender: OscPeer): void {
    if (values.length === 0 && access.entry(address).kind === 'value') {
      this.tell(access, this.listeners.answerTo(sender), address, access.get(address));
      return;
    }
    access.ask(address, values, `osc:${sender.address}:${sender.port}`).then(
      (reply) => {
        if (reply.length > 0) this.socket.send(this.listeners.answerTo(sender), prefix + address, ...reply.map((value) => argumentOf(value)));
      },
      (error: unknown) => this.answerError(sender, error),
    );
  }

  private listen(access: ParameterAccess, sender: OscPeer, values: readonly ParameterValue[]): void {
    const [pattern = '*', port = 0, seconds] = values;
    if (typeof pattern !== 'string' || !isPort(port) || (seconds !== undefined && !isLease(seconds))) {
      throw new ContinuoError(
        'badValue',
        '/continuo/listen takes an address or pattern (or *), then a UDP port to be answered at (0: the one you send from), then for how many seconds of silence you may be taken to listen.',
      );
    }
    const wish = { ...(port === 0 ? {} : { port }), ...(seconds === undefined ? {} : { lease: seconds * 1e6 }) };
    const dropped = this.listeners.listen(sender, pattern, wish);
    if (dropped) {
      this.answerError(dropped, new ContinuoError('queueFull', 'Too many programs listen; you were silent longest and are told nothing any more. Send /continuo/listen again.'));
    }
    const target = this.listeners.answerTo(sender);
    const told = this.addresses(access, pattern).filter((address) => access.entry(address).kind === 'value');
    this.tellEach(
      access,
      told,
      (address) => this.tell(access, target, address, access.get(address)),
      () => {
        if (pattern === '*' || addressMatcher(pattern)('packs')) this.tellPacks(target);
      },
    );
  }

  /** What came since somebody asked for it by a pattern. */
  private tellNew(access: ParameterAccess, prefix: string): void {
    const added = access.addresses().filter((address) => address.startsWith(prefix) && access.entry(address).kind === 'value');
    const waiting = new Map(added.map((address) => [address, this.listeners.interestedIn(address)]));
    const wanted = added.filter((address) => waiting.get(address)?.length);
    this.tellEach(access, wanted, (address) => waiting.get(address)?.forEach((target) => this.tell(access, target, address, access.get(address))));
  }

  private tellCapabilities(access: ParameterAccess, sender: OscPeer, [pattern = '*']: readonly ParameterValue[]): void {
    const target = this.listeners.answerTo(sender);
    const addresses = this.addresses(access, String(pattern));
    this.socket.send(target, `${prefix}capabilities`, argumentOf(addresses.length), argumentOf(protocolVersion), argumentOf(continuoVersion));
    const tell = (address: string): void => this.socket.send(target, `${prefix}capability`, ...capabilityArguments(address, access.entry(address)));
    this.tellEach(access, addresses, tell);
  }

  private addresses(access: ParameterAccess, pattern: string): readonly string[] {
    return pattern === '*' ? access.addresses() : access.addresses().filter(addressMatcher(pattern));
  }

  /** For each address, as long as this surface is attached and the address there; `finish` comes last. */
  private tellEach(access: ParameterAccess, addresses: readonly string[], tell: (address: string) => void, finish: () => void = () => undefined): void {
    const steps = [...addresses.map((address) => () => access.addresses().includes(address) && tell(address)), finish];
    void paced(steps, (step) => this.access === access && step());
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

function isPort(value: ParameterValue): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 65536;
}

function isLease(value: ParameterValue): value is number {
  return typeof value === 'number' && value > 0 && value <= longestLeaseSeconds;
}
