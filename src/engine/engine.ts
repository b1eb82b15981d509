import type { Container } from 'inversify';
import type { Configuration } from './configuration.js';
import { transportOptions } from './configuration.js';
import type { PluginDescriptor } from './contracts/plugin.js';
import { Transport, TransportContext, type Endpoint, type Notice } from './contracts/transport.js';
import type { ControllerDesk } from './controllers/controller-desk.js';
import { bindDeckCount } from './deck-count.js';
import type { Deck } from './deck/deck.js';
import type { Position } from './deck/deck-dependencies.js';
import type { Disposable } from './disposable.js';
import type { Ensemble } from './ensemble.js';
import { ContinuoError } from './errors.js';
import { platformObstacle, possibleChoices, type ProviderChoice } from './generation/onnx/providers.js';
import type { Micros } from './music/units.js';
import { OutputPorts } from './output-ports.js';
import type { PackShelf } from './packs/pack-shelf.js';
import type { PackSummary } from './packs/pack.js';
import type { ParameterStore } from './parameters/parameter-store.js';
import { loadInContainer } from './plugins/load-in-container.js';
import { loadPlugins } from './plugins/plugin-loader.js';
import type { PluginRegistry } from './plugins/plugin-registry.js';
import type { Recording } from './recording/recording.js';
import { takeOutputName } from './recording/take-output.js';
import type { Scenes } from './scenes/scenes.js';
import type { Sender } from './scheduling/sender.js';
import type { Alarm } from './sync/alarm.js';
import type { InternalSource } from './sync/internal-source.js';
import { PerformerTempo } from './sync/performer-tempo.js';
import type { SyncChooser } from './sync/sync-chooser.js';
import type { Clock } from './time/clock.js';
import type { PackVoices } from './voices.js';

/** How often the decks are asked whether they need composing: no note waits for it, the horizon is beats long. */
const planningMilliseconds = 10;
const counterMilliseconds = 250;
/** Shorter than any bar: a crash costs no more of a take than this. */
const recordingMilliseconds = 100;
/** Longer than it takes to find out that a run on a device hangs. */
const patience: Micros = 12_000_000;
/** As in the wires' configuration. */
const largestOffsetMilliseconds = 1000;

export interface EngineParts {
  readonly clock: Clock;
  readonly alarm: Alarm;
  readonly configuration: Configuration;
  readonly plugins: PluginRegistry;
  readonly shelf: PackShelf;
  readonly voices: Pick<PackVoices, 'close'>;
  readonly parameters: ParameterStore;
  readonly sender: Sender;
  readonly internal: InternalSource;
  readonly chooser: SyncChooser;
  readonly ensemble: Ensemble;
  readonly desk: ControllerDesk;
  readonly scenes: Scenes;
  readonly recording: Recording | undefined;
}

/**
 * Everything together, alive: plugins, packs, wires, clock and decks. Thread: main. Blocks: no.
 *
 * Nothing that is missing keeps it from starting: what is off is said in {@link notices}.
 */
export class Engine {
  private readonly wires: Transport[] = [];
  private readonly endpoints: Endpoint[] = [];
  private readonly outputs: OutputPorts;
  private readonly disposables: Disposable[] = [];
  private said: readonly Notice[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  /** What is being opened that {@link stop} closes. */
  private opening: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(private readonly parts: EngineParts) {
    const { sender, parameters, ensemble } = parts;
    this.outputs = new OutputPorts({
      sender,
      fault: (error, origin) => this.fault(error, origin),
      notice: (notice) => this.notice(notice),
      changed: (names) => parameters.publish('outputs', names.join(', ')),
      arrived: () => ensemble.decks.forEach((deck) => deck.ahead.welcome()),
    });
  }

  get parameters(): ParameterStore {
    return this.parts.parameters;
  }

  get position(): Position {
    return this.parts.ensemble.session;
  }

  get decks(): readonly Deck[] {
    return this.parts.ensemble.decks;
  }

  /** What is open and what is off, one sentence each. */
  get notices(): readonly Notice[] {
    return this.said;
  }

  packs(): readonly PackSummary[] {
    return this.parts.shelf.list();
  }

  /** Opens the wires, loads the first packs and, where the internal clock leads, plays. Ends early where it is stopped meanwhile. */
  async start(): Promise<void> {
    await (this.opening = this.open());
    await Promise.all(this.decks.map((deck) => this.firstLoad(deck)));
    await (this.opening = this.openSet());
    if (!this.isStopping) this.parts.chooser.launch();
  }

  /**
   * Ends every note, closes every wire, frees every model; also while it starts. Errors: `modelFailed` when a model runs on and on, and
   * only that is left.
   */
  async stop(): Promise<void> {
    const { sender, shelf, voices, chooser } = this.parts;
    this.isStopping = true;
    chooser.halt();
    // Before all that takes time: nobody knows how long a model runs on.
    sender.panic();
    // What opens now would never be closed; how it fails is told by start.
    await this.opening.catch(() => undefined);
    for (const timer of this.timers) clearInterval(timer);
    shelf.close();
    voices.close();
    for (const registration of this.disposables.splice(0).reverse()) registration.dispose();
    // Whatever does not end as it should: the notes are ended and the wires closed all the same.
    try {
      await this.disposeInTime();
    } finally {
      await sender.close().finally(() => Promise.all([this.parts.recording?.close(), ...this.wires.map((wire) => wire.close())]));
    }
  }

  private async disposeInTime(): Promise<void> {
    const { ensemble, alarm } = this.parts;
    await new Promise<void>((resolve, reject) => {
      const sentence = 'A model does not come to its end, and is left behind; everything else is closed. End the process where it does not end by itself.';
      const impatience = alarm(patience, () => reject(new ContinuoError('modelFailed', sentence)));
      void ensemble.dispose().then(resolve, reject).finally(() => impatience.dispose());
    });
  }

  /** Ends every note before it returns, for a process that ends without {@link stop}. Blocks: 50 ms at most. */
  lastWords(): void {
    this.parts.sender.panicNow();
  }

  /** All but the packs: from the first wire on, whatever is asked for is heard. */
  private async open(): Promise<void> {
    const { configuration, plugins, shelf, ensemble, parameters, scenes } = this.parts;
    const loaded = await loadPlugins(plugins, configuration.plugins, configuration.folder);
    this.disposables.push(...loaded.registrations);
    for (const fault of loaded.faults) this.fault(fault, 'plugins');
    await shelf.open();
    for (const fault of shelf.faults) this.notice({ level: 'off', sentence: fault });
    this.disposables.push(shelf.onChange(() => parameters.emit({ type: 'packs', names: this.packs().map((pack) => pack.name) })), scenes);
    this.bindParameters();
    if (this.parts.desk.fault) this.fault(this.parts.desk.fault, 'controllers');
    for (const [wire, options] of transportOptions(configuration, plugins)) {
      if (options !== false && !this.isStopping) await this.openWire(wire, options);
    }
    this.showSyncOrder();
    await this.record();
    this.timers.push(
      setInterval(() => {
        ensemble.advance();
        scenes.advance();
      }, planningMilliseconds),
      setInterval(() => ensemble.publishCounters(), counterMilliseconds),
    );
  }

  /** Writes down what is played and heard from now on. */
  private async record(): Promise<void> {
    const { recording, sender, parameters } = this.parts;
    if (!recording) {
      parameters.handle('save-take', () => {
        throw new ContinuoError('badValue', 'Nothing is recorded: `takes` is false in the configuration.');
      });
      return;
    }
    try {
      await sender.addOutput(recording.output);
      await recording.tidy();
    } catch (cause) {
      this.fault(ContinuoError.from(cause, 'recordingFailed'), takeOutputName);
    }
    this.timers.push(setInterval(() => void recording.advance(), recordingMilliseconds));
  }

  private async openSet(): Promise<void> {
    const { configuration, scenes } = this.parts;
    if (configuration.set === undefined || this.isStopping) return;
    try {
      await scenes.open(configuration.set);
    } catch (cause) {
      this.fault(ContinuoError.from(cause, 'badSetFile'), 'scenes');
    }
  }

  private bindParameters(): void {
    const { clock, parameters, chooser, configuration, internal, ensemble } = this.parts;
    const hand = new PerformerTempo(clock, chooser, internal);
    parameters.handle('bpm', ([bpm]) => {
      if (chooser.proposeTempo(bpm as number)) return;
      throw new ContinuoError('badValue', `${chooser.leader} leads the tempo: change it there, or set sync to ${internal.name}.`);
    });
    parameters.handle('sync', ([name]) => {
      if (name !== 'auto' && !chooser.names.includes(String(name))) {
        throw new ContinuoError('badValue', `There is no sync source "${String(name)}"; there are auto, ${chooser.names.join(', ')}.`);
      }
      chooser.choose(String(name));
    });
    parameters.handle('sync-order', ([text]) => {
      const order = String(text).split(/[\s,]+/).filter((name) => name !== '');
      const unknown = order.filter((name) => !chooser.names.includes(name));
      if (unknown.length > 0) throw new ContinuoError('badValue', `There is no sync source "${unknown[0]}"; there are ${chooser.names.join(', ')}.`);
      chooser.prefer(order);
    });
    parameters.handle('provider', ([choice]) => {
      const obstacle = platformObstacle(choice as ProviderChoice);
      if (obstacle !== undefined) throw new ContinuoError('badValue', `${obstacle}; choose one of ${possibleChoices().join(', ')}.`);
    });
    parameters.handle('start', () => chooser.start());
    parameters.handle('continue', () => chooser.continue());
    parameters.handle('stop', () => chooser.stop());
    parameters.handle('tap', () => hand.tap());
    parameters.handle('offset', ([output, milliseconds]) => this.offset(String(output), milliseconds as number));
    parameters.handle('nudge', ([milliseconds]) => hand.nudge(milliseconds as number));
    bindDeckCount({ ensemble, parameters, configuration }, (deck) => this.firstLoad(deck));
    parameters.publish('sync', configuration.sync);
    chooser.choose(configuration.sync);
  }

  /** All sources that have come, in the order that holds; a name in the configuration that nobody has is told. */
  private showSyncOrder(): void {
    const { parameters, chooser, configuration } = this.parts;
    parameters.publish('sync-order', chooser.wanted.join(', '));
    for (const name of configuration.syncOrder.filter((wanted) => !chooser.names.includes(wanted))) {
      this.notice({ level: 'off', sentence: `syncOrder names ${name}, which is no sync source there is; there are ${chooser.names.join(', ')}.` });
    }
  }

  private offset(output: string, milliseconds: number): void {
    if (!this.outputs.has(output)) {
      throw new ContinuoError('badValue', `There is no output "${output}"; there are ${this.outputs.names.join(', ') || 'none'}.`);
    }
    if (Math.abs(milliseconds) > largestOffsetMilliseconds) {
      throw new ContinuoError('badValue', `An offset is ${-largestOffsetMilliseconds} to ${largestOffsetMilliseconds} milliseconds, not ${milliseconds}.`);
    }
    this.parts.sender.setOffset(output, milliseconds * 1000);
  }

  private async openWire(descriptor: PluginDescriptor, options: unknown): Promise<void> {
    const { clock, parameters, chooser } = this.parts;
    const context: TransportContext = { options, clock, packs: () => this.packs(), endpoints: () => this.endpoints };
    try {
      const container: Container = await loadInContainer(descriptor, { options, files: {} }, new Map([[TransportContext, context]]));
      const wire = container.get<Transport>(Transport);
      const offer = await wire.open();
      this.wires.push(wire);
      this.endpoints.push(...(offer.endpoints ?? []));
      for (const notice of offer.notices) this.notice(notice);
      await this.outputs.add(offer.outputs);
      wire.watch?.(this.outputs.watcher);
      for (const source of offer.syncSources) this.disposables.push(chooser.register(source));
      for (const player of offer.noteSources ?? []) this.disposables.push(this.parts.ensemble.hearing.register(player));
      for (const source of offer.controllerSources ?? []) this.disposables.push(this.parts.desk.register(source));
      for (const surface of offer.controlSurfaces) {
        surface.attach(parameters);
        this.disposables.push({ dispose: () => surface.detach() });
      }
    } catch (cause) {
      this.fault(ContinuoError.from(cause, 'portUnavailable'), descriptor.name);
    }
  }

  /**
   * Brings a deck its pack where nobody else does: the one configured, else the first that can play; where it cannot be had the one it
   * names, else the one that always can.
   */
  private async firstLoad(deck: Deck): Promise<void> {
    const { configuration, shelf, parameters, scenes } = this.parts;
    const asked = configuration.decks.at(deck.number - 1)?.pack ?? configuration.pack;
    const sound = this.packs().filter((pack) => pack.fault === undefined);
    const first = asked ?? sound[0]?.name;
    const names = [first, first === undefined ? undefined : shelf.fallbackOf(first), shelf.fallback];
    for (const name of new Set(names.filter((candidate) => candidate !== undefined))) {
      // What is asked for by now may come, or fail.
      await deck.succession.ended();
      if (!(await scenes.leavesEmpty(deck))) return;
      try {
        await deck.load(name, 'now');
        return;
      } catch (cause) {
        // Called off.
        if (this.isStopping) return;
        parameters.report(ContinuoError.from(cause, 'badPack'), `deck ${deck.number}`);
      }
    }
  }

  private notice(notice: Notice): void {
    this.remember(notice);
    this.parts.parameters.emit({ type: 'notice', sentence: notice.sentence });
  }

  private fault(error: ContinuoError, origin: string): void {
    this.remember({ level: 'off', sentence: error.message });
    this.parts.parameters.report(error, origin);
  }

  /** What is said again is the latest: a device that comes and goes all night takes two lines. */
  private remember(notice: Notice): void {
    this.said = [...this.said.filter(({ sentence }) => sentence !== notice.sentence), notice];
  }
}
