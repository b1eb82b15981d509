import 'reflect-metadata';
import { Container } from 'inversify';
import { join } from 'node:path';
import { memoryRoom } from './capacity/memory-room.js';
import { usualLimitMebibytes } from './capacity/waiting-memory.js';
import type { Configuration } from './configuration.js';
import type { PluginDescriptor } from './contracts/plugin.js';
import { ControllerDesk } from './controllers/controller-desk.js';
import { ControllerFile } from './controllers/controller-file.js';
import { applyStartValues } from './deck-count.js';
import { placesFor } from './capacity/machine.js';
import { Engine, type EngineParts } from './engine.js';
import { steers } from './deck/deck-controls.js';
import { Ensemble } from './ensemble.js';
import type { ProviderChoice } from './generation/onnx/providers.js';
import { SentNotes } from './listening/sent-notes.js';
import { watchedSender } from './listening/watched-sender.js';
import { PackShelf } from './packs/pack-shelf.js';
import { promptFrom } from './midi-file/prompt-file.js';
import { ParameterStore } from './parameters/parameter-store.js';
import { repositoryRoot } from './paths.js';
import { PluginRegistry } from './plugins/plugin-registry.js';
import { Recording, type RecordingParts } from './recording/recording.js';
import { Scenes } from './scenes/scenes.js';
import { SendThread } from './scheduling/send-thread.js';
import { Sender } from './scheduling/sender.js';
import { systemAlarm, type Alarm } from './sync/alarm.js';
import { InternalSource } from './sync/internal-source.js';
import { SyncChooser, type LeaderListener } from './sync/sync-chooser.js';
import { Clock, monotonicClock } from './time/clock.js';
import { PackVoices } from './voices.js';

/** Service identifier of the configuration. */
export const ConfigurationService = Symbol.for('continuo.Configuration');
/** Service identifier of the {@link Alarm} that the engine's ending goes by. */
export const AlarmService = Symbol.for('continuo.Alarm');
/** Service identifier of the built-in plugins' descriptors. */
export const BuiltInPlugins = Symbol.for('continuo.BuiltInPlugins');

/**
 * The composition root: every part once, made when first asked for. Rebind a service before asking for {@link Engine}
 * to replace it. Thread: main.
 */
export function engineContainer(configuration: Configuration, builtInPlugins: readonly PluginDescriptor[]): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.bind<Configuration>(ConfigurationService).toConstantValue(configuration);
  container.bind<readonly PluginDescriptor[]>(BuiltInPlugins).toConstantValue(builtInPlugins);
  container.bind<Clock>(Clock).toConstantValue(monotonicClock);
  container.bind<Alarm>(AlarmService).toConstantValue(systemAlarm);
  container.bind(ParameterStore).toDynamicValue(() => new ParameterStore()).inSingletonScope();
  container.bind(PluginRegistry).toResolvedValue(registryOf, [BuiltInPlugins]).inSingletonScope();
  container.bind(PackShelf).toResolvedValue(shelfOf, [PluginRegistry, ConfigurationService]).inSingletonScope();
  container.bind(SentNotes).toResolvedValue(sentNotesOf, [Clock]).inSingletonScope();
  container.bind<Sender>(Sender).toResolvedValue(senderOf, [ParameterStore, SentNotes]).inSingletonScope();
  container.bind(InternalSource).toResolvedValue(internalOf, [Clock, ConfigurationService]).inSingletonScope();
  container.bind(PackVoices).toResolvedValue(voicesOf, [PackShelf, ConfigurationService, ParameterStore]).inSingletonScope();
  container
    .bind(Ensemble)
    .toResolvedValue(ensembleOf, [Clock, Sender, PackVoices, ParameterStore, InternalSource, ConfigurationService, SentNotes])
    .inSingletonScope();
  container.bind(SyncChooser).toResolvedValue(chooserOf, [Clock, InternalSource, ParameterStore, Ensemble, ConfigurationService]).inSingletonScope();
  container.bind(ControllerDesk).toResolvedValue(deskOf, [ParameterStore, ConfigurationService]).inSingletonScope();
  container.bind(Scenes).toResolvedValue(scenesOf, [ParameterStore, Ensemble, ControllerDesk, PackShelf]).inSingletonScope();
  container.bind<Recording | undefined>(Recording).toResolvedValue(recordingOf, [ParameterStore, ConfigurationService, Ensemble]).inSingletonScope();
  container
    .bind(Engine)
    .toResolvedValue(engineOf, [
      Clock, AlarmService, ConfigurationService, PluginRegistry, PackShelf, PackVoices, ParameterStore, Sender, InternalSource, SyncChooser,
      Ensemble, ControllerDesk, Scenes, Recording,
    ])
    .inSingletonScope();
  return container;
}

function registryOf(builtIn: readonly PluginDescriptor[]): PluginRegistry {
  const registry = new PluginRegistry();
  for (const descriptor of builtIn) registry.register(descriptor);
  return registry;
}

function shelfOf(plugins: PluginRegistry, configuration: Configuration): PackShelf {
  return new PackShelf(plugins, [join(repositoryRoot, 'models'), ...configuration.packFolders]);
}

function sentNotesOf(clock: Clock): SentNotes {
  return new SentNotes(clock);
}

function senderOf(parameters: ParameterStore, sent: SentNotes): Sender {
  const sender = new SendThread({
    onFault: (error, origin) => parameters.report(error, origin),
    onNotice: (sentence) => parameters.emit({ type: 'notice', sentence }),
  });
  return watchedSender(sender, sent);
}

function internalOf(clock: Clock, configuration: Configuration): InternalSource {
  return new InternalSource(clock, configuration.bpm);
}

function voicesOf(shelf: PackShelf, configuration: Configuration, parameters: ParameterStore): PackVoices {
  parameters.publish('provider', configuration.inference.provider);
  return new PackVoices(
    shelf,
    () => ({ ...configuration.inference, provider: parameters.text('provider') as ProviderChoice }),
    (sentence) => parameters.emit({ type: 'notice', sentence }),
  );
}

function ensembleOf(
  clock: Clock,
  sender: Sender,
  voices: PackVoices,
  parameters: ParameterStore,
  internal: InternalSource,
  configuration: Configuration,
  sent: SentNotes,
): Ensemble {
  parameters.publish('cue-memory', usualLimitMebibytes(memoryRoom()));
  const ensemble = new Ensemble({ clock, sender, voices, parameters, timeline: internal.timeline, sent, places: placesFor(configuration.inference.threads) }, configuration.decks.length);
  for (const { number } of ensemble.decks) applyStartValues(number, configuration, parameters);
  return ensemble;
}

function chooserOf(
  clock: Clock,
  internal: InternalSource,
  parameters: ParameterStore,
  ensemble: Ensemble,
  { syncOrder }: Configuration,
): SyncChooser {
  const listener: LeaderListener = {
    leader: (name) => {
      parameters.publish('leader', name);
      parameters.emit({ type: 'notice', sentence: `${name} leads the clock` });
    },
    heard: (names) => parameters.publish('sync-heard', names.join(', ')),
    timeline: (timeline) => {
      ensemble.follow(timeline);
      parameters.emit({ type: 'timeline', leader: parameters.text('leader'), ...timeline });
    },
    transport: (change) => ensemble.transport(change),
  };
  const chooser = new SyncChooser(clock, internal, listener, { order: syncOrder, beatsPerBar: () => parameters.number('beats-per-bar') });
  parameters.publish('leader', chooser.leader);
  parameters.publish('sync-heard', internal.name);
  return chooser;
}

function deskOf(parameters: ParameterStore, configuration: Configuration): ControllerDesk {
  return new ControllerDesk(parameters, new ControllerFile(configuration.controllerFile));
}

function scenesOf(parameters: ParameterStore, ensemble: Ensemble, desk: ControllerDesk, shelf: PackShelf): Scenes {
  return new Scenes({
    parameters,
    desk,
    packs: () => shelf.list().map(({ name }) => name),
    decks: () => ensemble.decks,
    position: ensemble.session,
    settings: () => ensemble.settings(),
    steers,
    readPrompt: promptFrom,
  });
}

/** Undefined where nothing is to be recorded. */
function recordingOf(parameters: ParameterStore, { takes, folder }: Configuration, { session, hearing }: Ensemble): Recording | undefined {
  if (takes === false) return undefined;
  const position = (): ReturnType<RecordingParts['position']> => ({ beat: session.beat(), bpm: session.timeline.bpm });
  const recording = new Recording({ parameters, folder: takes.folder, saveFolder: folder, minutes: takes.minutes, position });
  hearing.onHeard((news) => recording.heard(news));
  session.onRelocated(() => recording.relocated());
  return recording;
}

function engineOf(
  clock: EngineParts['clock'],
  alarm: EngineParts['alarm'],
  configuration: EngineParts['configuration'],
  plugins: EngineParts['plugins'],
  shelf: EngineParts['shelf'],
  voices: EngineParts['voices'],
  parameters: EngineParts['parameters'],
  sender: EngineParts['sender'],
  internal: EngineParts['internal'],
  chooser: EngineParts['chooser'],
  ensemble: EngineParts['ensemble'],
  desk: EngineParts['desk'],
  scenes: EngineParts['scenes'],
  recording: EngineParts['recording'],
): Engine {
  return new Engine({ clock, alarm, configuration, plugins, shelf, voices, parameters, sender, internal, chooser, ensemble, desk, scenes, recording });
}
