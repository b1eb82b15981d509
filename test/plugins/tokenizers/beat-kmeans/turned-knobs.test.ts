import assert from 'node:assert/strict';
import { it } from 'node:test';
import { NullLanguageModel } from '../../../../src/engine/contracts/null-language-model.js';
import { Tokenizer } from '../../../../src/engine/contracts/tokenizer.js';
import { TokenComposer } from '../../../../src/engine/generation/token-composer.js';
import type { MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { emptyScore } from '../../../../src/engine/music/score.js';
import { loadInContainer } from '../../../../src/engine/plugins/load-in-container.js';
import { beatKmeans } from '../../../../src/plugins/tokenizers/beat-kmeans/descriptor.js';
import { plainControls } from '../../../engine/contracts/composer-contract.js';
import { plainGeneration } from '../../../engine/generation/null-token-composer.js';

const never = (): boolean => false;
const near = 1e-6;

/** The format over a model without weights: it holds notes over many beats, and leaves beats without any. */
async function composer(): Promise<TokenComposer> {
  const container = await loadInContainer(beatKmeans, { options: beatKmeans.optionsSchema.parse({}), files: {} });
  const tokenizer = await container.getAsync<Tokenizer>(Tokenizer);
  const made = new TokenComposer(tokenizer, new NullLanguageModel({ vocabularySize: tokenizer.vocabulary.size }), { generation: plainGeneration, sampling: {} });
  await made.prepare();
  return made;
}

it('a turned knob of onsets holds from the first beat on that begins after the commit, whatever sounds over it', async () => {
  const constraints: readonly MusicConstraint[] = [{ onsetsPerBeat: { low: 3, high: 4 } }, { onsetsPerBeat: { low: 1, high: 1 } }, { maximumRestBeats: 1 }];
  for (const constraint of constraints) {
    const made = await composer();
    for (let seed = 1; seed <= 24; seed += 1) {
      const turnedBeat = 8 + (seed % 5) * 0.21;
      const firstBeat = Math.ceil(turnedBeat - near);
      const controls = { ...plainControls, sampling: { ...plainControls.sampling, seed } };
      await made.prime(emptyScore, 0);
      const held = await made.compose(16, { ...controls, constraint: { onsetsPerBeat: { low: 0, high: seed % 3 }, durationRange: { low: seed % 4, high: 8 } } }, never);
      await made.rewind(turnedBeat);
      const { notes } = await made.compose(16, { ...controls, constraint }, never);
      for (let beat = firstBeat; beat < 15; beat += 1) {
        const onsets = notes.filter((note) => note.beat >= beat - near && note.beat < beat + 1 - near).length;
        const { low, high } = constraint.onsetsPerBeat ?? { low: 1, high: Infinity };
        const what = `seed ${seed}, turned at ${turnedBeat}: ${onsets} notes in beat ${beat} under ${JSON.stringify(constraint)}; before ${JSON.stringify(held.notes.filter((note) => note.beat < turnedBeat).slice(-6).map((note) => [note.beat, note.duration, note.pitch]))}`;
        assert.ok(onsets >= low && onsets <= high, what);
      }
    }
    await made.dispose();
  }
});
