import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContinuoError } from '../../../src/engine/errors.js';
import { readTickScore } from '../../../src/engine/midi-file/read-midi-file.js';
import type { TickScore } from '../../../src/engine/music/tick-score.js';
import { damaged, midiFilesOf } from './support/damaged-files.js';
import { openTokenizers, type TokenizerForm } from './support/manifest.js';

/** `CONTINUO_FUZZ_FILES=10000` for the whole of it. */
const files = Number(process.env.CONTINUO_FUZZ_FILES ?? 100);
/** Of processor time, and so whatever else the machine does. */
const longestSeconds = 2;

const torture = midiFilesOf('torture');
const originals = midiFilesOf('torture', 'skytnt', 'beat-kmeans', 'remi-bpe/midi');

interface Count {
  said: number;
  refused: number;
  slowestSeconds: number;
}

/** Reads and tokenises each file and decodes its ids: a result or a numbered error that says in a sentence what is wrong. */
function survive({ tokenizer }: TokenizerForm, given: Iterable<readonly [string, Uint8Array]>): Count {
  const count: Count = { said: 0, refused: 0, slowestSeconds: 0 };
  for (const [name, bytes] of given) {
    const begin = process.cpuUsage();
    try {
      const ids = tokenizer.encode(readTickScore(bytes));
      assert.ok(ids.every((id) => id >= 0 && id < tokenizer.vocabulary.size), `${name}: an id outside the vocabulary`);
      assertSound(tokenizer.decode(ids), name);
      count.said += 1;
    } catch (error) {
      assert.ok(error instanceof ContinuoError && error.errorName === 'badMidiFile', `${name}: ${error instanceof Error ? error.stack : String(error)}`);
      assert.match(error.message, /^[A-Z].*\.$/s);
      count.refused += 1;
    }
    const { user, system } = process.cpuUsage(begin);
    const seconds = (user + system) / 1e6;
    assert.ok(seconds < longestSeconds, `${name} took ${seconds} s`);
    count.slowestSeconds = Math.max(count.slowestSeconds, seconds);
  }
  return count;
}

function assertSound(score: TickScore, name: string): void {
  for (const track of score.tracks) for (const { tick } of track) assert.ok(tick >= 0 && Number.isFinite(tick), `${name}: tick ${tick}`);
}

function* damagedFiles(): Generator<readonly [string, Uint8Array]> {
  for (let seed = 1; seed <= files; seed += 1) yield [`seed ${seed}`, damaged(originals, seed)];
}

for (const form of await openTokenizers()) {
  describe(`whatever the file, ${form.name}`, () => {
    it(`says it in ids or says what is wrong, for ${torture.length} files that trip readers`, (test) => {
      test.diagnostic(JSON.stringify(survive(form, torture.map(({ name, bytes }) => [name, bytes]))));
    });

    it(`says it in ids or says what is wrong, for ${files} damaged files`, (test) => {
      test.diagnostic(JSON.stringify(survive(form, damagedFiles())));
    });
  });
}
