import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { PluginDescriptor } from './contracts/plugin.js';
import { startValueSchemas } from './deck/shaping/start-values.js';
import { ContinuoError } from './errors.js';
import { defaultThreads } from './generation/composer-recipe.js';
import { platformObstacle, possibleChoices, providerChoices, type ProviderChoice } from './generation/onnx/providers.js';
import { findJsonFault } from './json-fault.js';
import { maximumBpm, minimumBpm } from './music/units.js';
import { mostDecks } from './parameters/most-decks.js';
import { describeIssues } from './plugins/describe-issues.js';
import { stateFolder } from './paths.js';
import { reasonOf } from './reason-of.js';
import { isPath } from './plugins/locate-module.js';
import type { PluginRegistry } from './plugins/plugin-registry.js';

const deckSchema = z.strictObject({
  /** The pack the deck starts with; absent: the configuration's `pack`. */
  pack: z.string().min(1).optional(),
  /** Names of the outputs it reaches. */
  outputs: z.union([z.literal('all'), z.array(z.string().min(1))]).default('all'),
  /** How it plays what its pack writes. */
  ...startValueSchemas,
});

const configurationSchema = z.strictObject({
  bpm: z.number().min(minimumBpm).max(maximumBpm).default(120),
  /** The pack to start with; absent: the first on the shelf. */
  pack: z.string().min(1).optional(),
  /** `auto`, or the name of the sync source that leads. */
  sync: z.string().min(1).default('auto'),
  /** With `auto`: the sources from the most to the least wanted. Others come after them as their wires are listed. */
  syncOrder: z.array(z.string().min(1)).default([]),
  /** More folders of packs, besides the one that comes with Continuo. Relative ones count from the file. */
  packFolders: z.array(z.string().min(1)).default([]),
  /** External plugins: names of installed packages, or paths (`./x.js` counts from the file). */
  plugins: z.array(z.string().min(1)).default([]),
  decks: z.array(deckSchema).min(1).max(mostDecks).default([{ outputs: 'all' }]),
  /** Each wire by its plugin's name: its options, or false for off. A wire that is not named is on, with its defaults. */
  transports: z.record(z.string(), z.union([z.literal(false), z.record(z.string(), z.unknown())])).default({}),
  /** The set list: scenes to recall. A relative path counts from the file. */
  set: z.string().min(1).optional(),
  /** What is played and heard is written down; false: it is not. */
  takes: z
    .union([
      z.literal(false),
      z.strictObject({
        /** Where takes are written as they go on. A relative path counts from the file. */
        folder: z.string().min(1).default(() => join(stateFolder(), 'takes')),
        /** How much of a take is kept, at 120 beats a minute. */
        minutes: z.number().min(1).max(1440).default(60),
      }),
    ])
    .prefault({}),
  /** Where knobs that were learned are kept. A relative path counts from the file. */
  controllerFile: z.string().min(1).default('continuo-controllers.json'),
  inference: z
    .strictObject({
      provider: z.enum(providerChoices).default('auto').superRefine(refuseImpossibleProvider),
      /** Threads each model computes with; the send thread wants a core for itself. */
      threads: z.int().min(1).max(64).default(() => defaultThreads()),
      /** Whether they spin while they wait for more work. */
      spinning: z.boolean().default(true),
      /** Hosts that packs may compute on, `host` or `host:port`. A pack that asks for another one is refused. */
      allowedHosts: z.array(z.string().regex(/^([^\s:/@]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/, 'must be host or host:port')).default([]),
    })
    .prefault({}),
});

/** What a performer sets up before the show. Everything has a default. Paths are absolute. */
export interface Configuration extends z.infer<typeof configurationSchema> {
  /** The folder relative paths count from: the file's, or the current one. */
  readonly folder: string;
}

/**
 * Reads the configuration file (JSON); without one, everything is as by default. Thread: main. Blocks: while reading.
 * Errors: `badConfiguration` with the line of broken JSON, or every key that is wrong.
 */
export function loadConfiguration(file?: string): Configuration {
  if (file === undefined) return parseConfiguration({}, process.cwd(), 'the configuration');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw badConfiguration(`${file} cannot be read: ${reasonOf(cause)}`, cause);
  }
  return parseConfiguration(parseJson(text, file), dirname(resolve(file)), file);
}

/**
 * The options of every wire there is, validated by its own schema: a map from wire to options, or to false where it is
 * off. Call it when external plugins are loaded. Errors: `badConfiguration`.
 */
export function transportOptions(configuration: Configuration, plugins: PluginRegistry): Map<PluginDescriptor, unknown> {
  const wires = plugins.list('transport');
  const unknown = Object.keys(configuration.transports).filter((name) => wires.every((wire) => wire.name !== name));
  if (unknown.length > 0) {
    const known = wires.map((wire) => wire.name).join(', ') || 'none';
    throw badConfiguration(`transports names ${unknown.join(', ')}, which is no wire there is; there are ${known}`);
  }
  return new Map(wires.map((wire) => [wire, wireOptions(configuration, wire)]));
}

/** The options of one wire, validated by its own schema, or false where it is off. Errors: `badConfiguration`. */
export function wireOptions({ transports }: Configuration, wire: PluginDescriptor): unknown {
  const given = transports[wire.name] ?? {};
  if (given === false) return false;
  const parsed = wire.optionsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw badConfiguration(`transports.${wire.name} is wrong: ${describeIssues(parsed.error)}`);
}

function refuseImpossibleProvider(choice: ProviderChoice, context: z.RefinementCtx): void {
  const obstacle = platformObstacle(choice);
  if (obstacle !== undefined) context.addIssue({ code: 'custom', message: `${obstacle}; choose one of ${possibleChoices().join(', ')}` });
}

function parseConfiguration(content: unknown, folder: string, source: string): Configuration {
  const parsed = configurationSchema.safeParse(content);
  if (!parsed.success) throw badConfiguration(`${source} is wrong: ${describeIssues(parsed.error)}`);
  const { data } = parsed;
  return {
    ...data,
    folder,
    controllerFile: resolve(folder, data.controllerFile),
    ...(data.set !== undefined && { set: resolve(folder, data.set) }),
    takes: data.takes && { ...data.takes, folder: resolve(folder, data.takes.folder) },
    packFolders: data.packFolders.map((path) => resolve(folder, path)),
    plugins: data.plugins.map((name) => (isPath(name) && !name.startsWith('file:') ? resolve(folder, name) : name)),
  };
}

function parseJson(text: string, file: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json);
  } catch (cause) {
    const fault = findJsonFault(json);
    const where = fault ? `line ${fault.line}: ${fault.reason}` : reasonOf(cause);
    throw badConfiguration(`${file} is no JSON, ${where}`, cause);
  }
}

function badConfiguration(sentence: string, cause?: unknown): ContinuoError {
  return new ContinuoError('badConfiguration', sentence, { cause });
}
