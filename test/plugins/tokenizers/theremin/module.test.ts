import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Tokenizer } from '../../../../src/engine/contracts/tokenizer.js';
import { loadInContainer } from '../../../../src/engine/plugins/load-in-container.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { theremin } from '../../../../src/plugins/tokenizers/theremin/descriptor.js';

const fixture = join(repositoryRoot, 'test/fixtures/theremin/bpe.model');

async function sizeOf(options: Record<string, unknown>, files: Record<string, string> = {}): Promise<number> {
  const container = await loadInContainer(theremin, { options: theremin.optionsSchema.parse(options), files });
  return container.get<Tokenizer>(Tokenizer).vocabulary.size;
}

describe('the theremin plugin', () => {
  it('takes its model from the options, else from the pack, else the one that comes along', async () => {
    assert.equal(await sizeOf({}), 16384);
    assert.equal(await sizeOf({}, { model: fixture }), 6000);
    assert.equal(await sizeOf({ model: 'bytes' }, { model: fixture }), 260);
  });

  it('says by number what is wrong with a model', async () => {
    const wrong = join(repositoryRoot, 'package.json');
    await assert.rejects(sizeOf({ model: wrong }), { code: 211, message: /is no SentencePiece model/ });
    await assert.rejects(sizeOf({}, { model: '/nowhere' }), { code: 211, message: /cannot be read/ });
  });
});
