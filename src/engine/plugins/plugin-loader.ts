import type { PluginDescriptor } from '../contracts/plugin.js';
import type { Disposable } from '../disposable.js';
import { ContinuoError } from '../errors.js';
import { repositoryRoot } from '../paths.js';
import { describeIssues } from './describe-issues.js';
import { locateModule } from './locate-module.js';
import { pluginDescriptorSchema } from './plugin-descriptor-schema.js';
import type { PluginRegistry } from './plugin-registry.js';

export interface LoadedPlugins {
  /** One for each plugin registered; disposing unloads it. */
  readonly registrations: readonly Disposable[];
  /** One `badPlugin` for each name that could not be loaded; the others are registered all the same. */
  readonly faults: readonly ContinuoError[];
}

/**
 * Imports the external plugins a configuration names and registers them. Nothing is thrown: what cannot be loaded is
 * among the faults. Paths count from `folder`; packages are looked for there first, then beside the engine.
 *
 * Thread: main. Blocks: while modules are imported.
 */
export async function loadPlugins(
  registry: PluginRegistry,
  names: readonly string[],
  folder: string,
): Promise<LoadedPlugins> {
  const registrations: Disposable[] = [];
  const faults: ContinuoError[] = [];
  for (const name of names) {
    try {
      for (const descriptor of await importDescriptors(name, folder)) registrations.push(registry.register(descriptor));
    } catch (cause) {
      faults.push(ContinuoError.from(cause, 'badPlugin'));
    }
  }
  return { registrations, faults };
}

async function importDescriptors(name: string, folder: string): Promise<PluginDescriptor[]> {
  const url = locateModule(name, [folder, repositoryRoot]);
  let exported: unknown;
  try {
    exported = ((await import(url)) as { default?: unknown }).default;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ContinuoError('badPlugin', `the plugin ${name} cannot be imported: ${reason}`, { cause });
  }
  if (exported === undefined) {
    throw new ContinuoError('badPlugin', `the plugin ${name} exports nothing by default; it must export its descriptor, or an array of descriptors`);
  }
  return (Array.isArray(exported) ? exported : [exported]).map((candidate) => validate(candidate, name));
}

function validate(candidate: unknown, name: string): PluginDescriptor {
  const parsed = pluginDescriptorSchema.safeParse(candidate);
  if (parsed.success) return parsed.data;
  throw new ContinuoError('badPlugin', `the plugin ${name} has a bad descriptor: ${describeIssues(parsed.error)}`);
}
