import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { readTickScore } from '../../../../src/engine/midi-file/read-midi-file.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { seededRandom } from '../../../engine/contracts/tokenizer-contract.js';
import { tokenizerOf } from './vectors.js';

/** `CONTINUO_FUZZ_FILES=10000` for the whole of it. */
const damagedFiles = Number(process.env.CONTINUO_FUZZ_FILES ?? 300);
const fixtures = join(repositoryRoot, 'test/fixtures');
const midiFiles = (folder: string): string[] =>
  readdirSync(join(fixtures, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.mid'))
    .sort()
    .map((name) => join(fixtures, folder, name));

const tokenizers = [tokenizerOf('shipped'), tokenizerOf('unigram_ref.model', { compat: 'reference', parts: 'all' })];

/** A result or a numbered error, within two seconds of processor time for each tokenizer. */
function assertSaid(bytes: Uint8Array, name: string): void {
  for (const tokenizer of tokenizers) {
    const begin = process.cpuUsage().user;
    try {
      const ids = tokenizer.encode(readTickScore(bytes));
      tokenizer.decode(ids);
    } catch (error) {
      assert.ok(error instanceof ContinuoError && error.errorName === 'badMidiFile', `${name}: ${String(error)}`);
    }
    assert.ok(process.cpuUsage().user - begin < 2e6, `${name} took too long`);
  }
}

describe('whatever the file, theremin', () => {
  it('says it in ids or says what is wrong, for every torture file', () => {
    const files = midiFiles('torture');
    assert.ok(files.length > 150);
    for (const file of files) assertSaid(readFileSync(file), file);
  });

  it(`says it in ids or says what is wrong, for ${damagedFiles} damaged files`, () => {
    const seeds = midiFiles('skytnt').map((file) => readFileSync(file));
    for (let seed = 1; seed <= damagedFiles; seed += 1) {
      const random = seededRandom(seed);
      const bytes = Uint8Array.from(seeds[seed % seeds.length]);
      for (let count = 0; count < 8; count += 1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      assertSaid(random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes, `seed ${seed}`);
    }
  });
});
