import type { PluginDescriptor, PluginKind } from '../contracts/plugin.js';
import { disposable, type Disposable } from '../disposable.js';
import { ContinuoError } from '../errors.js';

/**
 * Every plugin the engine may use, by kind and name. Thread: main. Blocks: no.
 *
 * @example
 * const registration = registry.register(descriptor);
 * registry.get('tokenizer', descriptor.name); // → descriptor
 * registration.dispose(); // unloaded: gone from the registry, running instances play on
 */
export class PluginRegistry {
  private readonly descriptors = new Map<string, PluginDescriptor>();
  private readonly listeners = new Set<() => void>();

  constructor(descriptors: Iterable<PluginDescriptor> = []) {
    for (const descriptor of descriptors) this.register(descriptor);
  }

  /** Errors: `badPlugin` when the name is taken within the kind. */
  register(descriptor: PluginDescriptor): Disposable {
    const key = keyOf(descriptor.kind, descriptor.name);
    if (this.descriptors.has(key)) {
      throw new ContinuoError(
        'badPlugin',
        `there is already a ${descriptor.kind} plugin named ${descriptor.name}; give one of the two another name`,
      );
    }
    this.descriptors.set(key, descriptor);
    this.changed();
    return disposable(() => {
      this.descriptors.delete(key);
      this.changed();
    });
  }

  /** Errors: `unknownPlugin`, naming the plugins of that kind there are. */
  get(kind: PluginKind, name: string): PluginDescriptor {
    const found = this.descriptors.get(keyOf(kind, name));
    if (found !== undefined) return found;
    const names = this.list(kind).map((descriptor) => descriptor.name);
    const rest = names.length > 0 ? `there are ${names.join(', ')}` : `no ${kind} plugin is installed`;
    throw new ContinuoError('unknownPlugin', `there is no ${kind} plugin named ${name}; ${rest}`);
  }

  /** In order of kind, and within a kind in order of registration. */
  list(kind?: PluginKind): readonly PluginDescriptor[] {
    return [...this.descriptors.values()]
      .filter((descriptor) => kind === undefined || descriptor.kind === kind)
      .sort((a, b) => a.kind.localeCompare(b.kind, 'en'));
  }

  /** Called after every registration and removal. */
  onChange(listener: () => void): Disposable {
    this.listeners.add(listener);
    return disposable(() => this.listeners.delete(listener));
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

function keyOf(kind: PluginKind, name: string): string {
  return `${kind} ${name}`;
}
