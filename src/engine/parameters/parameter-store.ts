import type { ParameterAccess } from '../contracts/control-surface.js';
import { disposable, type Disposable } from '../disposable.js';
import { ContinuoError } from '../errors.js';
import type { EngineEvent } from '../events.js';
import type { Parameter, ParameterValue } from './parameter.js';
import { parameterTable } from './table.js';
import { validateArguments, validateValue } from './validate.js';

/** What an action comes to, where it answers. */
export type ActionReply = readonly ParameterValue[] | void;
export type ActionHandler = (values: readonly ParameterValue[], origin: string) => ActionReply | Promise<ActionReply>;
export type ChangeListener = (address: string, value: ParameterValue, origin: string) => void;
export type EventListener = (event: EngineEvent) => void;

interface Slot {
  readonly entry: Parameter;
  value: ParameterValue | undefined;
  handler: ActionHandler | undefined;
  /** Who asks for a new value, until the handler returns. */
  asker?: string;
  /** Whether anybody has ever set it. */
  wasSet: boolean;
}

/**
 * The live values of the parameter table, one slot an address (`bpm`, `deck/1/temperature`).
 * Thread: main. Listeners that throw are the listener's defect; they are not caught here.
 */
export class ParameterStore implements ParameterAccess {
  private readonly slots = new Map<string, Slot>();
  private readonly changeListeners = new Set<ChangeListener>();
  private readonly addressListeners = new Set<(prefix: string) => void>();
  private readonly eventListeners = new Set<EventListener>();

  constructor(private readonly table: readonly Parameter[] = parameterTable) {
    this.addScope('engine', '');
  }

  /** Makes the addresses of deck `number` (1..). Disposing takes them away. */
  addDeck(number: number): Disposable {
    return this.addScope('deck', `deck/${number}/`);
  }

  addresses(): readonly string[] {
    return [...this.slots.keys()];
  }

  has(address: string): boolean {
    return this.slots.has(address);
  }

  entry(address: string): Parameter {
    return this.slot(address).entry;
  }

  get(address: string): ParameterValue {
    const { entry, value } = this.slot(address);
    if (entry.kind === 'action' || value === undefined) {
      throw new ContinuoError('badValue', `${address} is an action: it has no value to read.`);
    }
    return value;
  }

  number(address: string): number {
    return this.get(address) as number;
  }

  /** The default of a numeric value, from the table. */
  defaultOf(address: string): number {
    const { entry } = this.slot(address);
    return entry.kind === 'value' ? (entry.default as number) : Number.NaN;
  }

  /** Whether a value is another than the table's default. */
  isTurned(address: string): boolean {
    const { entry, value } = this.slot(address);
    return entry.kind === 'value' && value !== entry.default;
  }

  /** Whether somebody has set a value, be it to what it was. */
  wasSet(address: string): boolean {
    return this.slot(address).wasSet;
  }

  boolean(address: string): boolean {
    return this.get(address) as boolean;
  }

  text(address: string): string {
    return this.get(address) as string;
  }

  async write(address: string, values: readonly ParameterValue[], origin: string): Promise<void> {
    await this.ask(address, values, origin);
  }

  async ask(address: string, values: readonly ParameterValue[], origin: string): Promise<readonly ParameterValue[]> {
    const slot = this.slot(address);
    if (slot.entry.kind === 'action') {
      const checked = validateArguments(address, slot.entry, values);
      if (!slot.handler) throw new ContinuoError('unknownAddress', `${address} does nothing at this moment: the engine has not started.`);
      return (await slot.handler(checked, origin)) ?? [];
    }
    if (slot.entry.readOnly) throw new ContinuoError('badValue', `${address} can be read, not set.`);
    if (values.length !== 1) throw new ContinuoError('badValue', `${address} takes one value, not ${values.length}.`);
    const checked = validateValue(address, slot.entry, values[0]);
    if (slot.handler) await this.consult(slot, slot.handler, checked, origin);
    slot.wasSet = true;
    this.publish(address, checked, origin);
    return [];
  }

  /**
   * Sets a value from inside the engine (read-only ones too) and tells the listeners if it changed. `origin`: where none is
   * named, whoever asks for a value that its handler publishes before it returns, else the engine.
   */
  publish(address: string, value: ParameterValue, origin?: string): void {
    const slot = this.slot(address);
    if (slot.value === value) return;
    slot.value = value;
    const by = origin ?? slot.asker ?? 'engine';
    for (const listener of this.changeListeners) listener(address, value, by);
  }

  /** What `run` finds with these values set, of which nobody is told; it must not wait for anything. Errors: `unknownAddress`. */
  supposing<Result>(values: ReadonlyMap<string, ParameterValue>, run: () => Result): Result {
    const slots = [...values.keys()].map((address) => this.slot(address));
    const before = slots.map((slot) => slot.value);
    try {
      [...values.values()].forEach((value, index) => {
        slots[index].value = value;
      });
      return run();
    } finally {
      slots.forEach((slot, index) => {
        slot.value = before[index];
      });
    }
  }

  /** What an action does, or what is asked before a value changes (throwing refuses it). */
  handle(address: string, handler: ActionHandler): void {
    this.slot(address).handler = handler;
  }

  onChange(listener: ChangeListener): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  /** Does something; disposing takes back the listeners for changes that were added meanwhile. */
  listening<Result>(act: () => Result): { readonly result: Result; readonly listeners: Disposable } {
    const before = new Set(this.changeListeners);
    const result = act();
    const added = [...this.changeListeners].filter((listener) => !before.has(listener));
    return { result, listeners: disposable(() => added.forEach((listener) => this.changeListeners.delete(listener))) };
  }

  onAddresses(listener: (prefix: string) => void): () => void {
    this.addressListeners.add(listener);
    return () => this.addressListeners.delete(listener);
  }

  onEvent(listener: EventListener): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  emit(event: EngineEvent): void {
    for (const listener of this.eventListeners) listener(event);
  }

  report(error: ContinuoError, origin: string): void {
    this.emit({ type: 'error', code: error.code, sentence: error.message, origin });
  }

  private addScope(scope: Parameter['scope'], prefix: string): Disposable {
    const added = this.table.filter((entry) => entry.scope === scope).map((entry) => {
      const address = `${prefix}${entry.name}`;
      this.slots.set(address, { entry, value: entry.kind === 'value' ? entry.default : undefined, handler: undefined, wasSet: false });
      return address;
    });
    const tell = (): void => this.addressListeners.forEach((listener) => listener(prefix));
    tell();
    return disposable(() => {
      for (const address of added) this.slots.delete(address);
      tell();
    });
  }

  private consult(slot: Slot, handler: ActionHandler, value: ParameterValue, origin: string): ReturnType<ActionHandler> {
    const before = slot.asker;
    slot.asker = origin;
    try {
      return handler([value], origin);
    } finally {
      slot.asker = before;
    }
  }

  /** Who names a deck that is not there is told so. */
  private hintFor(address: string): string {
    const [prefix, number] = /^deck\/(\d+)\//.exec(address) ?? [];
    return prefix === undefined || this.has(`${prefix}pack`) ? '' : `: there is no deck ${number} (\`decks\` says how many there are)`;
  }

  private slot(address: string): Slot {
    const slot = this.slots.get(address);
    if (!slot) throw new ContinuoError('unknownAddress', `There is no parameter "${address}"${this.hintFor(address)}.`);
    return slot;
  }
}
