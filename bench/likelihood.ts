import { basename } from 'node:path';
import { startProgress } from '../src/cli/progress.js';
import { LanguageModel } from '../src/engine/contracts/language-model.js';
import { Tokenizer, type TokenAttribute } from '../src/engine/contracts/tokenizer.js';
import { ContinuoError } from '../src/engine/errors.js';
import type { TokenRecipe } from '../src/engine/generation/composer-recipe.js';
import type { InferenceRuntime } from '../src/engine/generation/onnx/inference-runtime.js';
import { shiftIntoModelKey, transposeNote } from '../src/engine/generation/model-key.js';
import { PromptWriter } from '../src/engine/generation/prompt-writer.js';
import { bitsOf } from '../src/engine/generation/token-likelihood.js';
import { emptyScore, type Score } from '../src/engine/music/score.js';
import { midiFilesIn } from './statistics/midi-folder.js';
import { barsOfSong } from './statistics/song-prompt.js';
import { openRecipe } from './support/open-recipe.js';
import { make } from './support/timed-model.js';

export const summary =
  'bits per note of songs under the models of packs, the same songs for all: folder=DIR pack=NAME,NAME files=0 (all) bars=8 folders=DIR,DIR threads=1 provider=cpu';

const beatsPerBar = 4;

/**
 * How well models foresee real music: -log2 of the probability of every id of `bars` bars out of each song, read one by
 * one, over the number of notes. Packs of all families say the same notes, each with its own tokenizer, so their figures
 * can be compared, as far as what they keep of a note can: a coarser grid, or fewer velocities, cost fewer bits. The music
 * is put as the engine puts a history: in the model's key, after the setup rows, which are given. `plain` is against all
 * ids, `bitsPerNote` against those the grammar allows.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { folder } = options;
  if (folder === undefined) throw new ContinuoError('badValue', 'Name a folder of songs that no pack was trained on, such as folder=test.');
  const all = await midiFilesIn(folder);
  const files = all.slice(0, Number(options.files ?? 0) || all.length);
  const bars = Number(options.bars ?? 8);
  const rows = [];
  for (const pack of (options.pack ?? 'skytnt-pop').split(',')) {
    const { name, recipe } = await openRecipe({ ...options, pack });
    if (recipe.kind !== 'token') throw new ContinuoError('badValue', `The pack ${name} has no language model; name others with pack=NAME,NAME.`);
    rows.push({ pack: name, ...(await measure(recipe, files, bars)) });
  }
  return { folder: basename(folder), bars, packs: rows };
}

async function measure(recipe: TokenRecipe, files: readonly string[], bars: number): Promise<object> {
  const notices: string[] = [];
  const runtime: InferenceRuntime = { ...recipe.runtime, notice: (sentence) => notices.push(sentence) };
  const tokenizer = await make<Tokenizer>(recipe.tokenizer, Tokenizer, runtime);
  const model = await make<LanguageModel>(recipe.model, LanguageModel, runtime);
  await model.prepare();
  const { start } = tokenizer.vocabulary;
  const from = Math.max(1, start.length + recipe.generation.setup.flat().length);
  const writer = new PromptWriter(tokenizer, recipe.generation, model.contextTokens - 1);
  const byAttribute = new Map<TokenAttribute, number>();
  let [notes, ids, underGrammar, plain, shortened] = [0, 0, 0, 0, 0];
  const progress = startProgress('reading', files.length);
  for (const file of files) {
    const song = await barsOfSong(file, bars);
    const score = inModelKey({ ...emptyScore, notes: song.score.notes, tempos: [{ beat: 0, bpm: song.bpm }] }, recipe);
    const { tokens, originBeat } = writer.write(score, bars * beatsPerBar);
    const told = score.notes.filter((note) => note.beat >= originBeat).length;
    const bits = await bitsOf(tokenizer, model, tokens, from);
    if (told < score.notes.length) shortened += 1;
    notes += told;
    ids += bits.ids;
    underGrammar += bits.underGrammar;
    plain += bits.plain;
    for (const [attribute, cost] of bits.byAttribute) byAttribute.set(attribute, (byAttribute.get(attribute) ?? 0) + cost);
    progress.step();
  }
  progress.stop();
  await model.dispose();
  const perNote = (bits: number): number => bits / Math.max(1, notes);
  const attributes = Object.fromEntries([...byAttribute].map(([attribute, bits]) => [attribute, perNote(bits)]));
  return { songs: files.length, shortened, notes, idsPerNote: perNote(ids), bitsPerNote: perNote(underGrammar), plain: perNote(plain), ...attributes, ...(notices.length > 0 && { notices }) };
}

function inModelKey(score: Score, { generation }: TokenRecipe): Score {
  if (!generation.keyNormalised) return score;
  const shift = shiftIntoModelKey(score.notes, 0);
  return { ...score, notes: score.notes.map((note) => transposeNote(note, shift)) };
}
