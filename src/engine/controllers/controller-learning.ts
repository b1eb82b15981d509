import type { ControllerPlace } from '../contracts/controller-source.js';
import { ContinuoError } from '../errors.js';
import type { ParameterStore } from '../parameters/parameter-store.js';
import type { ParameterValue } from '../parameters/parameter.js';
import { reasonOf } from '../reason-of.js';
import type { ControllerFile } from './controller-file.js';
import { ControllerMap, defaultMappings, type Mapping } from './controller-map.js';
import { isSteerable } from './controller-scale.js';

/** Bank select and the numbers and values of registered parameters: no knob of its own says these. */
const notLearned = new Set([0, 6, 32, 38, 96, 97, 98, 99, 100, 101]);

/**
 * Which knob moves what, as the table has it and as performers taught it, kept in a file. Binds the actions `learn` and
 * `unlearn`. Thread: main. Blocks: while it is made, for the file.
 */
export class ControllerLearning {
  readonly map: ControllerMap;
  /** What is wrong with the file; nothing is learned then. */
  readonly fault: ContinuoError | undefined;
  private awaited: { readonly address: string; readonly values: readonly ParameterValue[] } | undefined;

  constructor(
    private readonly parameters: ParameterStore,
    private readonly file: ControllerFile,
  ) {
    let learned: readonly Mapping[] = [];
    try {
      learned = file.read();
    } catch (cause) {
      this.fault = ContinuoError.from(cause, 'badConfiguration');
    }
    this.map = new ControllerMap(defaultMappings(parameters), learned);
    this.show();
    parameters.onAddresses(() => this.map.setDefaults(defaultMappings(parameters)));
    parameters.handle('learn', ([address, values = '']) => this.learn(String(address), String(values)));
    parameters.handle('unlearn', ([address]) => this.unlearn(address === undefined ? undefined : String(address)));
  }

  /** Whether the next knob that is moved is learned. */
  get waits(): boolean {
    return this.awaited !== undefined;
  }

  /** A knob was moved: if one is waited for, it is this. */
  offer(source: string, place: ControllerPlace): void {
    if (this.awaited === undefined || notLearned.has(place.controller)) return;
    const { address, values } = this.awaited;
    this.await(undefined);
    this.map.learn(source, place, address, values);
    this.parameters.emit({ type: 'notice', sentence: `Controller ${place.controller} on channel ${place.channel + 1} of ${source} moves ${address} from now on.` });
    this.save();
  }

  private learn(address: string, words: string): void {
    if (this.fault) throw this.fault;
    if (address === '') {
      this.await(undefined);
      return;
    }
    const values = words.split(/\s+/).filter((word) => word !== '');
    const entry = this.parameters.entry(address);
    if (!isSteerable(entry, values)) {
      const reason = entry.kind === 'action' ? 'needs arguments: name them after the address' : 'has no range that a knob could turn through';
      throw new ContinuoError('badValue', `${address} ${reason}.`);
    }
    this.await({ address, values });
  }

  private unlearn(address: string | undefined): void {
    if (this.fault) throw this.fault;
    if (!this.map.unlearn(address)) throw new ContinuoError('badValue', `No knob was learned${address === undefined ? '' : ` for ${address}`}.`);
    this.save();
  }

  private await(awaited: ControllerLearning['awaited']): void {
    this.awaited = awaited;
    this.parameters.publish('learning', awaited?.address ?? '');
  }

  private save(): void {
    this.show();
    this.file.write(this.map.learned).catch((cause: unknown) => {
      const reason = reasonOf(cause);
      const sentence = `What was learned holds only until Continuo ends: ${this.file.path} cannot be written (${reason}).`;
      this.parameters.report(new ContinuoError('badConfiguration', sentence, { cause }), 'controllers');
    });
  }

  private show(): void {
    const words = this.map.learned.map(
      ({ address, source = 'any', channel, controller }) => `${address} ${source} ${channel === undefined ? 'any' : channel + 1}/${controller}`,
    );
    this.parameters.publish('learned', words.join(', '));
  }
}
