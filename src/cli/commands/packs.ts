import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { capacitySentence, notesPerSecond, tryOut } from '../../engine/capacity/playing-capacity.js';
import { loadConfiguration, type Configuration } from '../../engine/configuration.js';
import { WorkerComposer } from '../../engine/generation/worker-composer.js';
import { adoptPack } from '../../engine/packs/adopt-pack.js';
import type { PackSummary } from '../../engine/packs/pack.js';
import { ContinuoError } from '../../engine/errors.js';
import { PackShelf } from '../../engine/packs/pack-shelf.js';
import { toRecipe } from '../../engine/packs/recipe.js';
import { repositoryRoot } from '../../engine/paths.js';
import { loadPlugins } from '../../engine/plugins/plugin-loader.js';
import { PluginRegistry } from '../../engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../plugins/manifest.js';
import { complain } from '../complain.js';
import { table } from '../table.js';

interface PacksOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly measure?: boolean;
}

/** `continuo packs`: what a deck can load, each pack checked to the last byte. */
export function register(program: Command): void {
  const command = program
    .command('packs')
    .summary('list the packs a deck can load')
    .description('Lists the packs of models/ and of the configured folders, and those that are built in, in the order of the keys 1 to 9.')
    .option('--config <file>', 'configuration file (JSON)')
    .option('--measure', 'load each pack and say what tempo and density it can hold on this machine now')
    .option('--json', 'print one JSON document and nothing else')
    .action(packs);
  command
    .command('adopt')
    .summary('take graphs that came from elsewhere as a pack')
    .description('Writes size and SHA-256 of every file that FOLDER/pack.json names into it, so that a later change is noticed.')
    .argument('<folder>')
    .action(adopt);
}

async function adopt(folder: string): Promise<void> {
  const files = await adoptPack(resolve(folder));
  const rows = files.map(({ path, bytes, sha256 }) => [path, String(bytes), sha256]);
  process.stdout.write(table([['FILE', 'BYTES', 'SHA-256'], ...rows], process.stdout.columns));
}

async function packs({ config, json, measure }: PacksOptions): Promise<void> {
  const configuration = loadConfiguration(config);
  const registry = new PluginRegistry(builtInPlugins);
  const { faults } = await loadPlugins(registry, configuration.plugins, configuration.folder);
  const shelf = new PackShelf(registry, [join(repositoryRoot, 'models'), ...configuration.packFolders]);
  await shelf.read();
  await shelf.verifyAll();
  const summaries = shelf.list();
  if (!json) process.stdout.write(tableOf(summaries));
  const capacities = measure ? await measured(shelf, configuration, json ? complain : (sentence) => process.stdout.write(`${sentence}\n`)) : new Map<string, number>();
  if (json) process.stdout.write(`${JSON.stringify(summaries.map((summary) => ({ ...summary, notesPerSecond: capacities.get(summary.name) })))}\n`);
  if (!json) for (const { fault } of summaries) if (fault !== undefined) complain(fault);
  for (const { message } of faults) complain(message);
  for (const fault of shelf.faults) complain(fault);
}

/** Notes a second by the name of the pack; packs that cannot be loaded are told of and left out. */
async function measured(shelf: PackShelf, configuration: Configuration, tell: (sentence: string) => void): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const { name, fault } of shelf.list()) {
    if (fault !== undefined) continue;
    const pack = await shelf.take(name);
    const composer = new WorkerComposer(toRecipe(pack, configuration.inference));
    try {
      await composer.prepare();
      const trial = await tryOut(composer, pack.sampling);
      found.set(name, notesPerSecond(trial));
      tell(capacitySentence({ pack: name, usualNotesPerBeat: pack.usualNotesPerBeat, ...trial }));
    } catch (cause) {
      complain(ContinuoError.from(cause, 'modelFailed').message);
    } finally {
      await composer.dispose();
    }
  }
  return found;
}

function tableOf(summaries: readonly PackSummary[]): string {
  const rows = summaries.map(({ name, family, licence, title, fault }) => [name, fault === undefined ? 'ready' : 'fault', family, licence, title]);
  return table([['NAME', 'STATE', 'FAMILY', 'LICENCE', 'TITLE'], ...rows], process.stdout.columns);
}
