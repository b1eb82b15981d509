import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LanguageModel } from '../../../../src/engine/contracts/language-model.js';
import { makeComposer } from '../../../../src/engine/generation/make-composer.js';
import { anyTwoIds } from '../../../../src/engine/contracts/unit-table.js';
import { InferenceRuntime } from '../../../../src/engine/generation/onnx/inference-runtime.js';
import { WorkerComposer } from '../../../../src/engine/generation/worker-composer.js';
import { loadInContainer } from '../../../../src/engine/plugins/load-in-container.js';
import { DecoderLanguageModel } from '../../../../src/plugins/models/decoder-lm/decoder-lm.js';
import { remote } from '../../../../src/plugins/models/remote/descriptor.js';
import { RemoteLanguageModel } from '../../../../src/plugins/models/remote/remote-language-model.js';
import { composerContract, plainControls, twoBars } from '../../../engine/contracts/composer-contract.js';
import { languageModelContract } from '../../../engine/contracts/language-model-contract.js';
import { fixtureRecipe } from '../../../engine/generation/recipes.js';
import { runtime, tinyContext } from '../decoder-lm/tiny-pack.js';
import { FakeInferenceServer, sendJson } from './fake-inference-server.js';
import { refused, remoteContext, remoteRecipe, runtimeHere } from './remote-support.js';
import { ServedTinyLm } from './served-tiny-lm.js';

const never = (): boolean => false;
/** Rows of the fixture's vocabulary: start, a meter, two notes. */
const rows = [
  [1, 0, 0, 0, 0, 0, 0, 0],
  [7, 9, 137, 2201, 3372, 3386, 0, 0],
  [3, 9, 137, 2202, 2329, 2405, 2553, 169],
  [3, 10, 141, 2202, 2329, 2409, 2553, 161],
].flat();

describe('a model on a server', () => {
  let tiny: ServedTinyLm;
  let server: FakeInferenceServer;

  before(async () => {
    tiny = await ServedTinyLm.load();
    server = await new FakeInferenceServer({ tiny, units: tiny.units }).start();
  });

  after(async () => {
    await server.kill();
    await tiny.dispose();
  });

  languageModelContract('remote', () => new RemoteLanguageModel(remoteContext(server), runtimeHere()), { tokens: rows });

  languageModelContract('remote with units', () => new RemoteLanguageModel(remoteContext(server, { unitModel: 'units' }), runtimeHere()), { tokens: rows });

  composerContract('TokenComposer over a server', () => makeComposer(remoteRecipe(server), () => undefined), {
    constraints: ['pitchRange'],
    beats: 4,
  });

  it('is bound by its module', async () => {
    const container = await loadInContainer(remote, remoteContext(server), new Map([[InferenceRuntime, runtimeHere()]]));
    assert.equal(container.get<LanguageModel>(LanguageModel).vocabularySize, 3406);
  });

  for (const encoding of ['binary', 'json'] as const) {
    it(`says what the same model says here, in ${encoding}`, async () => {
      const here = new DecoderLanguageModel(tinyContext(), runtime);
      const there = new RemoteLanguageModel(remoteContext(server, { encoding }), runtimeHere());
      await Promise.all([here.prepare(), there.prepare()]);
      const expected = await here.extend(rows);
      const actual = await there.extend(rows);
      assert.ok(expected.every((logit, id) => Math.abs(logit - actual[id]) < 1e-4));
      assert.equal(server.encodings.at(-1), encoding);
      await Promise.all([here.dispose(), there.dispose()]);
    });
  }

  for (const unitModel of [undefined, 'units']) {
    it(`plays the same notes as the local pack from the same seed, ${unitModel ? 'a whole event' : 'one id'} in a request`, async () => {
      const played = [];
      const before = server.inferences;
      for (const recipe of [fixtureRecipe('tiny-lm'), remoteRecipe(server, { unitModel })]) {
        const composer = new WorkerComposer(recipe);
        await composer.prepare();
        await composer.prime(twoBars, 8);
        const first = await composer.compose(14, plainControls, never);
        await composer.rewind(11);
        const again = await composer.compose(16, plainControls, never);
        played.push([...first.notes, ...again.notes]);
        assert.equal(first.link !== undefined && first.link.trips > 0, recipe.model.implementation === remote.implementation);
        await composer.dispose();
      }
      assert.ok(played[0].length > 10);
      assert.deepEqual(played[1], played[0]);
      if (unitModel !== undefined) assert.ok(server.inferences - before < 3 * played[1].length + 40, 'few requests');
    });
  }

  it('reads a history with the first opinion it asks for, in one request', async () => {
    const composer = await makeComposer(remoteRecipe(server, { unitModel: 'units' }), () => undefined);
    await composer.prepare();
    const before = server.inferences;
    await composer.prime(twoBars, 8);
    assert.equal(server.inferences, before);
    const { tokens } = await composer.compose(9, plainControls, never);
    assert.equal(server.inferences, before + tokens);
    await composer.dispose();
  });

  it('refuses units that were not asked for', async () => {
    const model = new RemoteLanguageModel(remoteContext(server, { unitModel: 'units' }), runtimeHere());
    await model.prepare();
    server.mischief = (path, response) => {
      if (path.includes('units')) sendJson(response, 200, { outputs: [{ name: 'tokens', datatype: 'INT64', shape: [1, 2], data: [7, 4000] }] });
      return path.includes('units');
    };
    await assert.rejects(async () => model.generate?.(rows, anyTwoIds(3406), Float64Array.of(0.5, 0.5)), refused('modelFailed', /writes ids that were not asked for/));
    assert.equal(model.mark().tokens, 0);
    server.mischief = () => false;
    const ids = await model.generate?.(rows, anyTwoIds(3406), Float64Array.of(0.5, 0.5));
    assert.equal(ids?.length, 2);
    assert.equal(model.mark().tokens, rows.length + 1);
    await model.dispose();
  });

  it('refuses a model for units that is none', async () => {
    const model = new RemoteLanguageModel(remoteContext(server, { unitModel: 'tiny' }), runtimeHere());
    await assert.rejects(model.prepare(), refused('badPack', /the model tiny on .* has no input count; it has ids/));
  });

  it('keeps its connections from one request to the next', async () => {
    const model = new RemoteLanguageModel(remoteContext(server), runtimeHere());
    await model.prepare();
    const { connections } = server;
    for (let count = 0; count < 20; count += 1) await model.extend([rows[count]]);
    assert.equal(server.connections, connections);
    await model.dispose();
  });

  it('tells how long the server takes when it is loaded', async () => {
    const said: string[] = [];
    const model = new RemoteLanguageModel(remoteContext(server), runtimeHere(said));
    await model.prepare();
    assert.match(said.join(), /answers in [\d.]+ ms, in [\d.]+ ms with 384 ids/);
    await model.dispose();
  });
});
