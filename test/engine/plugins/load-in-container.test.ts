import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ContinuoError } from '../../../src/engine/errors.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';

const Service = Symbol.for('test.Service');
const Extra = Symbol.for('test.Extra');
const bindsContext = `({ bind }) => bind(Symbol.for('test.Service'))
  .toResolvedValue((context) => ({ context }), [Symbol.for('continuo.PluginContext')]).inSingletonScope()`;

describe('loadInContainer', () => {
  let folder = '';

  async function implementation(name: string, text: string): Promise<{ implementation: string }> {
    await writeFile(join(folder, name), text);
    return { implementation: pathToFileURL(join(folder, name)).href };
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'continuo-implementation-'));
  });

  after(() => rm(folder, { recursive: true }));

  it('binds what a plain function binds, with the context injected', async () => {
    const plugin = await implementation('function.mjs', `export default ${bindsContext};`);
    const context = { options: { rate: 2 }, files: { cpu: '/x/step.onnx' } };
    const container = await loadInContainer(plugin, context);
    assert.equal(container.get<{ context: unknown }>(Service).context, context);
  });

  it('binds what a ContainerModule binds', async () => {
    const inversify = import.meta.resolve('inversify');
    const plugin = await implementation(
      'module.mjs',
      `import { ContainerModule } from '${inversify}'; export default new ContainerModule(${bindsContext});`,
    );
    assert.ok((await loadInContainer(plugin, { options: {}, files: {} })).isBound(Service));
  });

  it('makes a new instance in every container', async () => {
    const plugin = await implementation('instances.mjs', `export default ${bindsContext};`);
    const first = await loadInContainer(plugin, { options: {}, files: {} });
    const second = await loadInContainer(plugin, { options: {}, files: {} });
    assert.equal(first.get(Service), first.get(Service));
    assert.notEqual(first.get(Service), second.get(Service));
  });

  it('offers the constants the caller promised', async () => {
    const plugin = await implementation(
      'constants.mjs',
      `export default ({ bind }) => bind(Symbol.for('test.Service')).toResolvedValue((extra) => extra, [Symbol.for('test.Extra')]);`,
    );
    const container = await loadInContainer(plugin, { options: {}, files: {} }, new Map([[Extra, 'promised']]));
    assert.equal(container.get(Service), 'promised');
  });

  it('says what is wrong with an implementation', async () => {
    const missing = { implementation: pathToFileURL(join(folder, 'missing.mjs')).href };
    const empty = await implementation('empty.mjs', `export const module = 1;`);
    const throws = await implementation('throws.mjs', `export default () => { throw new Error('no luck'); };`);
    for (const [plugin, sentence] of [
      [missing, /cannot be imported/],
      [empty, /has no ContainerModule/],
      [throws, /does not bind its contract: no luck/],
    ] as const) {
      await assert.rejects(
        loadInContainer(plugin, { options: {}, files: {} }),
        (error) => error instanceof ContinuoError && error.errorName === 'badPlugin' && sentence.test(error.message),
      );
    }
  });

  it('works in a worker thread', async () => {
    const plugin = await implementation('worker-plugin.mjs', `export default ${bindsContext};`);
    const loader = new URL('../../../src/engine/plugins/load-in-container.js', import.meta.url).href;
    const main = await implementation(
      'worker.mjs',
      `import { parentPort } from 'node:worker_threads';
       import { loadInContainer } from '${loader}';
       const container = await loadInContainer(${JSON.stringify(plugin)}, { options: { rate: 3 }, files: {} });
       parentPort.postMessage(container.get(Symbol.for('test.Service')));`,
    );
    const worker = new Worker(new URL(main.implementation));
    const message = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
    assert.deepEqual(message, { context: { options: { rate: 3 }, files: {} } });
  });
});
