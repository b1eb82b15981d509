import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { readModelFile } from '../../../../src/plugins/tokenizers/theremin/sentencepiece/model-file.js';
import { SentencePiece } from '../../../../src/plugins/tokenizers/theremin/sentencepiece/sentence-piece.js';

interface ModelVectors {
  readonly model_file: string;
  readonly vocab_size: number;
  readonly encode: { text: string; ids: number[]; pieces: string[]; decoded: string }[];
  readonly decode: { ids: number[]; text: string }[];
}

const folder = join(repositoryRoot, 'test/fixtures/theremin');
const vectors = ['sentencepiece.json', 'sentencepiece-more.json'].flatMap((file) =>
  Object.values((JSON.parse(readFileSync(join(folder, file), 'utf8')) as { models: Record<string, ModelVectors> }).models),
);
const readBytes = (file: string): Uint8Array => readFileSync(join(folder, file));
const open = (file: string): SentencePiece => new SentencePiece(readModelFile(readBytes(file), file));

describe('SentencePiece agrees with the library of Google', () => {
  for (const { model_file, vocab_size, encode, decode } of vectors) {
    it(`${model_file}: encodes ${encode.length} texts and decodes ${encode.length + decode.length} lists of ids`, () => {
      const pieces = open(model_file);
      assert.equal(pieces.model.pieces.length, vocab_size);
      for (const { text, ids, decoded } of encode) {
        assert.deepEqual([...pieces.encode(text)], ids, JSON.stringify(text));
        assert.equal(pieces.decode(ids), decoded, JSON.stringify(text));
      }
      for (const { ids, text } of decode) assert.equal(pieces.decode(ids), text, ids.join());
    });
  }
});

describe('a SentencePiece model file', () => {
  const good = readBytes('small-bpe-bytes.model');

  it('is refused by number when it is garbage, cut off, or empty', () => {
    const garbage = [new Uint8Array(), new Uint8Array(1000), good.subarray(0, good.length >> 1), new TextEncoder().encode('MThd\0\0\0\x06')];
    for (const bytes of garbage) {
      assert.throws(() => readModelFile(bytes, 'x.model'), { errorName: 'badPack', code: 211, message: /^x\.model is / });
    }
  });

  it('is read or refused by number whatever bytes are changed in it', () => {
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
        const bytes = Uint8Array.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        try {
          const pieces = new SentencePiece(readModelFile(bytes, 'x.model'));
          pieces.decode(pieces.encode('\u{80343} a\u{c0222}'));
        } catch (error) {
          assert.equal((error as { errorName?: string }).errorName, 'badPack', String(error));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('refuses ids it does not have', () => {
    const pieces = open('bpe.model');
    for (const id of [-1, 6000, 1.5]) assert.throws(() => pieces.decode([id]), { errorName: 'badTokens' });
  });
});
