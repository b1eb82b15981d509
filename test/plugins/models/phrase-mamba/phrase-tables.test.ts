import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { readCodeBook } from '../../../../src/plugins/models/phrase-mamba/code-book.js';
import { PhraseLanguageModel } from '../../../../src/plugins/models/phrase-mamba/phrase-language-model.js';
import { IdRole, readPhraseTables } from '../../../../src/plugins/models/phrase-mamba/phrase-tables.js';
import { barId, barWithHeadId, meterId, runtime, tempoId, tinyContext, tinyFiles } from './tiny-phrases.js';

const folder = mkdtempSync(join(tmpdir(), 'continuo-phrases-'));
const whole = JSON.parse(readFileSync(tinyFiles.phrases, 'utf8')) as { controls: { styles: object } } & Record<string, object>;

function written(content: string | Uint8Array, name = 'phrases.json'): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function refused(words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ContinuoError, String(error));
    assert.equal(error.errorName, 'badPack');
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}

after(() => rmSync(folder, { recursive: true }));

describe('the tables of a phrase model', () => {
  it('say what an id is to the model', () => {
    const tables = readPhraseTables(tinyFiles.phrases);
    assert.deepEqual([barId, barWithHeadId, meterId(1), tempoId(90), 5].map((id) => tables.roles[id]), [
      IdRole.opensBar,
      IdRole.opensBar,
      IdRole.ofHead,
      IdRole.ofHead,
      IdRole.ofPhrase,
    ]);
    assert.equal(tables.barId, barId);
    assert.ok(!tables.unheard.includes(barId));
    assert.ok(tables.unheard.includes(barWithHeadId));
  });

  it('sort tempos into slow, medium and fast, the edges of which are medium', () => {
    const tables = readPhraseTables(tinyFiles.phrases);
    const [slow, medium, fast] = tables.controls.tempo;
    assert.deepEqual([30, 86, 90, 138, 142, 210].map((bpm) => tables.tempoRow(tempoId(bpm))), [slow, slow, medium, medium, fast, fast]);
    assert.equal(tables.tempoRow(barWithHeadId), medium);
    assert.equal(tables.tempoRow(barId), undefined);
    assert.equal(tables.meterRow(barWithHeadId), tables.controls.meter[2]);
    assert.equal(tables.meterRow(meterId(7)), tables.controls.meter[7]);
    assert.equal(tables.meterRow(5), undefined);
  });

  it('may say more than is read', () => {
    assert.equal(readPhraseTables(written(JSON.stringify({ ...whole, remark: 'anything' }))).barId, barId);
  });

  const faults: readonly [object, RegExp][] = [
    [{ latent: 0 }, /no table of phrases: latent: /],
    [{ state: [2] }, /state/],
    [{ bars: [] }, /bars: /],
    [{ controls: { ...whole.controls, tempo: [1, 2, 3] } }, /controls\.tempo/],
    [{ controls: { ...whole.controls, mode: [0, 1, 2] } }, /controls\.mode\.0: /],
    [{ controls: { ...whole.controls, styles: { names: ['pop'], ids: [], unknown: 9 } } }, /names 1 styles and has 0 controls/],
    [{ cache: [3, 3, 8] }, /cache of 3 rows/],
    [{ tempoClasses: { slowBelow: 150, fastAbove: 140 } }, /below 150 slow and those above 140 fast/],
    [{ bars: [4, 4] }, /twice/],
    [{ heads: [4] }, /twice/],
    [{ heads: [9000], meterOf: {}, tempoOf: {} }, /id 9000, and its vocabulary has 8192/],
    [{ meterOf: { 9: 1 } }, /id 9 a metre or a tempo/],
    [{ meterOf: { 785: 8 } }, /id 785 the metre 8, and it has controls for 8/],
    [{ tempoOf: { x: 120 } }, /tempoOf/],
  ];

  for (const [change, words] of faults) {
    it(`are refused in one sentence when they hold ${JSON.stringify(change).slice(0, 60)}`, () => {
      assert.throws(() => readPhraseTables(written(JSON.stringify({ ...whole, ...change }))), refused(words));
    });
  }

  it('are refused when they are no JSON, or not there', () => {
    assert.throws(() => readPhraseTables(written('{ "latent": ')), refused(/phrases\.json cannot be read as JSON; copy the pack again/));
    assert.throws(() => readPhraseTables(join(folder, 'gone.json')), refused(/gone\.json cannot be read/));
  });

  it('must be of the vocabulary that the options name', async () => {
    await assert.rejects(new PhraseLanguageModel(tinyContext({ vocabularySize: 382 }), runtime).prepare(), refused(/8192 ids and the model's options of 382/));
  });

  it('must fit the graphs', async () => {
    const cases: readonly [object, RegExp][] = [
      [{ latent: 32, codes: 16 }, /codes .* bytes/],
      [{ state: [3, 1216] }, /input state of the graph .*mamba\.onnx is float32 \[2, 1216\] and should be float32 \[3, 1216\]/],
      [{ cache: [4, 3, 8] }, /input past of the graph .*decoder\.onnx/],
    ];
    for (const [change, words] of cases) {
      const phrases = written(JSON.stringify({ ...whole, ...change }));
      await assert.rejects(new PhraseLanguageModel(tinyContext({}, { phrases }), runtime).prepare(), refused(words));
    }
    await assert.rejects(new PhraseLanguageModel(tinyContext({}, { encoder: tinyFiles.mamba }), runtime).prepare(), refused(/has no input ids/));
    await assert.rejects(new PhraseLanguageModel(tinyContext({}, { decoder: written('weights', 'decoder.onnx') }), runtime).prepare(), refused(/decoder\.onnx cannot be loaded/));
  });
});

describe('the codes of a phrase model', () => {
  it('are rows of means, deviations and onsets per beat', () => {
    const book = readCodeBook(written(new Uint8Array(Float32Array.of(1, 2, 0.5, 0.25, 1, 3, 4, 0.125, 2, 5).buffer), 'codes.bin'), 2, 2);
    assert.deepEqual([...book.centre(1)], [3, 4]);
    assert.deepEqual([...book.deviation(0)], [0.5, 0.25]);
    assert.deepEqual([...book.busyness], [-1, 1]);
  });

  it('are refused when there are fewer or more than the tables say, when they are not there, and when they are no numbers', () => {
    const file = written(new Uint8Array(36), 'codes.bin');
    assert.throws(() => readCodeBook(file, 2, 2), refused(/have 36 bytes, and 2 codes of 2 numbers take 40/));
    assert.throws(() => readCodeBook(join(folder, 'gone.bin'), 2, 2), refused(/gone\.bin cannot be read/));
    assert.throws(() => readCodeBook(written(new Uint8Array(Float32Array.of(NaN, 0, 0).buffer), 'codes.bin'), 1, 1), refused(/no number/));
  });

  it('of equal density are all of middle density', () => {
    const book = readCodeBook(written(new Uint8Array(Float32Array.of(0, 1, 2, 0, 1, 2).buffer), 'codes.bin'), 2, 1);
    assert.deepEqual([...book.busyness], [0, 0]);
  });
});
