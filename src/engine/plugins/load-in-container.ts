import { Container, ContainerModule, type ContainerModuleLoadOptions } from 'inversify';
import { PluginContext, type PluginDescriptor } from '../contracts/plugin.js';
import { ContinuoError } from '../errors.js';
import { reasonOf } from '../reason-of.js';

/**
 * Imports a plugin's implementation and returns a new container in which its contract is bound, e.g.
 * `(await loadInContainer(descriptor, { options, files: {} })).get<Tokenizer>(Tokenizer)`.
 * {@link PluginContext} is bound to `context`; further services the implementation is promised come in `constants`.
 * The module's default export is an inversify `ContainerModule`, or the function one would be made of.
 *
 * Thread: any; the implementation then lives in that thread. Blocks: while the module is imported.
 * Errors: `badPlugin` when the module cannot be imported or binds nothing.
 */
export async function loadInContainer(
  plugin: Pick<PluginDescriptor, 'implementation'>,
  context: PluginContext,
  constants: ReadonlyMap<symbol, unknown> = new Map(),
): Promise<Container> {
  const module = await importModule(plugin.implementation);
  const container = new Container();
  container.bind<PluginContext>(PluginContext).toConstantValue(context);
  for (const [identifier, value] of constants) container.bind(identifier).toConstantValue(value);
  try {
    await container.loadAsync(module);
  } catch (cause) {
    throw fault(plugin.implementation, `does not bind its contract: ${reasonOf(cause)}`, cause);
  }
  return container;
}

async function importModule(implementation: string): Promise<ContainerModule> {
  let namespace: { default?: unknown };
  try {
    namespace = (await import(implementation)) as { default?: unknown };
  } catch (cause) {
    throw fault(implementation, `cannot be imported: ${reasonOf(cause)}`, cause);
  }
  const module = namespace.default;
  if (typeof module === 'function') return new ContainerModule(module as (options: ContainerModuleLoadOptions) => void);
  if (isContainerModule(module)) return module;
  throw fault(implementation, 'has no ContainerModule, and no function (options) => { options.bind(…) }, as its default export');
}

// A package may bring its own copy of inversify, so that `instanceof` would refuse a good module.
function isContainerModule(value: unknown): value is ContainerModule {
  return typeof value === 'object' && value !== null && typeof (value as ContainerModule).load === 'function';
}

function fault(implementation: string, what: string, cause?: unknown): ContinuoError {
  return new ContinuoError('badPlugin', `the implementation ${implementation} ${what}`, { cause });
}
