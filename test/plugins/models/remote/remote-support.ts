import assert from 'node:assert/strict';
import type { PluginContext } from '../../../../src/engine/contracts/plugin.js';
import { ContinuoError, type ErrorName } from '../../../../src/engine/errors.js';
import type { TokenRecipe } from '../../../../src/engine/generation/composer-recipe.js';
import type { InferenceRuntime } from '../../../../src/engine/generation/onnx/inference-runtime.js';
import { remote } from '../../../../src/plugins/models/remote/descriptor.js';
import { optionsSchema, type RemoteOptions } from '../../../../src/plugins/models/remote/options.js';
import { fixtureRecipe } from '../../../engine/generation/recipes.js';
import type { FakeInferenceServer } from './fake-inference-server.js';

/** Options of a pack whose model the server serves, with short times, so that no test waits long. */
export function remoteOptions(server: FakeInferenceServer, changes: Partial<RemoteOptions> = {}): RemoteOptions {
  return optionsSchema.parse({
    url: server.url,
    model: 'tiny',
    vocabularySize: 3406,
    contextTokens: 512,
    timeoutMilliseconds: 1500,
    patienceMilliseconds: 9000,
    probeMilliseconds: 1000,
    ...changes,
  });
}

export function remoteContext(server: FakeInferenceServer, changes: Partial<RemoteOptions> = {}): PluginContext {
  return { options: remoteOptions(server, changes), files: {} };
}

/** A performer who lets packs connect to this machine; what is said is kept. */
export function runtimeHere(said: string[] = [], changes: Partial<InferenceRuntime> = {}): InferenceRuntime {
  return { provider: 'cpu', threads: 1, allowedHosts: ['127.0.0.1'], notice: (sentence) => said.push(sentence), ...changes };
}

/** The tiny pack with its model on the server. */
export function remoteRecipe(server: FakeInferenceServer, changes: Partial<RemoteOptions> = {}): TokenRecipe {
  const recipe = fixtureRecipe('tiny-lm');
  const model = { implementation: remote.implementation, options: remoteOptions(server, changes), files: {} };
  return { ...recipe, model, runtime: { ...recipe.runtime, allowedHosts: ['127.0.0.1'] } };
}

export function refused(name: ErrorName, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ContinuoError, String(error));
    assert.match(error.message, words);
    assert.equal(error.errorName, name);
    return true;
  };
}
