import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { Tokenizer } from '@huggingface/tokenizers';
import { miditok } from '../../../../src/plugins/tokenizers/remi-bpe/miditok/descriptor.js';
import { parseMiditokFile } from '../../../../src/plugins/tokenizers/remi-bpe/miditok/file.js';
import { MiditokTokenizer } from '../../../../src/plugins/tokenizers/remi-bpe/miditok/tokenizer.js';
import { describeTokenizerContract, walk } from '../../../engine/contracts/tokenizer-contract.js';
import { miditokNamed, readTokenizerFile, readVectors, tokenizerNames, type Fingerprint } from './miditok-vectors.js';
import { readFixture, samples } from './samples.js';

const vectors = readVectors();

function fingerprint(ids: Int32Array): Fingerprint {
  return [ids.length, createHash('sha256').update(Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength)).digest('hex')];
}

/** The same file without what was learned. */
function withoutModel(text: string): string {
  const content = JSON.parse(text) as Record<string, unknown>;
  const order = /"time_signature_range":\{[^{}]*\}/.exec(text)?.[0] ?? '';
  delete content._model;
  return JSON.stringify(content).replace(/"time_signature_range":\{[^{}]*\}/, order);
}

describe('miditok gives the ids that MidiTok gives', () => {
  for (const name of tokenizerNames) {
    const files = Object.entries(vectors[name]);
    it(`${name}: ${files.length} files of three sets`, () => {
      assert.ok(files.length >= 30);
      const text = readTokenizerFile(name);
      const tokenizer = new MiditokTokenizer(text);
      const base = new MiditokTokenizer(withoutModel(text));
      for (const [file, expected] of files) {
        const score = readFixture(`remi-bpe/midi/${file}`);
        assert.deepEqual(fingerprint(base.encode(score)), expected.base, file);
        assert.deepEqual(fingerprint(tokenizer.encode(score)), expected.ids, file);
      }
    });
  }
});

describe('the byte pair encoding of miditok', () => {
  for (const name of ['remi-bpe', 'remi-bpe-whole', 'mmm-bpe'] as const) {
    it(`agrees with another implementation on the bars of ${name}`, () => {
      const text = readTokenizerFile(name);
      const { learned } = parseMiditokFile(text);
      assert.ok(learned !== undefined);
      const other = new Tokenizer(JSON.parse((JSON.parse(text) as { _model: string })._model), {});
      const base = new MiditokTokenizer(withoutModel(text));
      const tokenizer = new MiditokTokenizer(text);
      const characters = new Map(Object.entries(learned.characters).map(([character, word]) => [word, character]));
      for (const file of Object.keys(vectors[name]).slice(0, 12)) {
        const score = readFixture(`remi-bpe/midi/${file}`);
        const words = [...base.encode(score)].map((id) => base.vocabulary.describe(id));
        const expected = barsOf(words, name === 'remi-bpe-whole').flatMap((bar) => {
          const written = bar.map((word) => characters.get(word)).join('');
          return other.encode(written, { add_special_tokens: false }).ids;
        });
        assert.deepEqual([...tokenizer.encode(score)], expected, file);
      }
    });
  }
});

/** Words cut before each bar but the first of a track. */
function barsOf(words: readonly string[], isWhole: boolean): string[][] {
  const bars: string[][] = [[]];
  let hasBar = false;
  for (const word of words) {
    if (word === 'Track_Start') {
      hasBar = false;
      bars.push([]);
    }
    if (word === 'Bar_None' && !isWhole) {
      if (hasBar) bars.push([]);
      hasBar = true;
    }
    bars[bars.length - 1].push(word);
  }
  return bars.filter((bar) => bar.length > 0);
}

describe('a miditok file', () => {
  const refused = (change: (content: { config: Record<string, unknown>; tokenization: string }) => void, message: RegExp): void => {
    const content = JSON.parse(readTokenizerFile('remi')) as { config: Record<string, unknown>; tokenization: string };
    change(content);
    assert.throws(() => new MiditokTokenizer(JSON.stringify(content)), { errorName: 'badPack', message });
  };

  it('is refused, with what is wrong, when it is damaged or holds more than is supported', () => {
    for (const text of ['', '{', '[]', '{}', '{"config":{},"tokenization":"REMI"}', 'null']) {
      assert.throws(() => new MiditokTokenizer(text), { errorName: 'badPack', message: /is not what MidiTok writes/ });
    }
    refused((content) => (content.tokenization = 'TSD'), /its tokenization TSD/);
    refused((content) => (content.config.use_chords = true), /use_chords is not supported/);
    refused((content) => (content.config.use_programs = false), /use_programs = false/);
    refused((content) => (content.config.one_token_stream_for_programs = false), /one_token_stream_for_programs/);
  });

  it('is refused when its vocabulary has holes', () => {
    refused((content) => Object.assign(content, { _vocab_base: { PAD_None: 0, Bar_None: 2 } }), /no token 1/);
  });

  it('lays its vocabulary out in the order of its text', () => {
    const { vocabulary } = miditokNamed('remi');
    const words = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.describe(id));
    assert.deepEqual(words.slice(0, 6), ['PAD_None', 'BOS_None', 'EOS_None', 'MASK_None', 'Bar_None', 'Pitch_21']);
    assert.deepEqual(words.slice(-9), ['3/8', '12/8', '6/8', '5/4', '6/4', '3/4', '2/4', '1/4', '4/4'].map((meter) => `TimeSig_${meter}`));
  });
});

describe('a miditok grammar', () => {
  for (const name of tokenizerNames) {
    it(`of ${name} gives nothing but complete notes in 20 random streams of 2,000 ids`, () => {
      const { grammar, vocabulary } = miditokNamed(name);
      for (let seed = 1; seed <= 20; seed += 1) {
        const words: string[] = [];
        walk(grammar, vocabulary.size, {}, seed, 2000, (_state, id) => words.push(...vocabulary.describe(id).split(', ')));
        const kinds = words.map((word) => word.slice(0, word.indexOf('_')));
        kinds.slice(0, -3).forEach((kind, at) => {
          if (kind === 'Pitch' || kind === 'PitchDrum') assert.deepEqual(kinds.slice(at + 1, at + 3), ['Velocity', 'Duration']);
          if (kind === 'Bar' && words[at] !== 'Bar_End') assert.equal(kinds[at + 1], 'TimeSig');
        });
        assert.ok(kinds.some((kind) => kind === 'Pitch'));
      }
    });
  }
});

for (const name of tokenizerNames) {
  describeTokenizerContract(`miditok with ${name}`, {
    make: () => miditokNamed(name),
    samples: samples.slice(0, 5),
    capabilities: miditok.capabilities.filter((word) => !miditokNamed(name).lacks.includes(word)),
    // Tempos of MMM come track by track: what is wished for is chosen, but need not be said first.
    alsoHeeds: ['tempo'],
    encodesItsOwnDecoding: false,
  });
}
