import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readTickScore } from '../../src/engine/midi-file/read-midi-file.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import type { TokenFileHeader } from '../../src/cli/token-file.js';
import { runCli } from './run-cli.js';

const fixtures = join(repositoryRoot, 'test/fixtures');
const theremin = join(fixtures, 'skytnt/theremin_notes.mid');
const ties = join(fixtures, 'skytnt/syn_format0_ties.mid');
const broken = join(fixtures, 'torture/synth/html-page.mid');
const odd = join(fixtures, 'torture/synth/trailing-garbage.mid');
const folder = mkdtempSync(join(tmpdir(), 'continuo-tokenize-'));
const skytnt = ['--tokenizer', 'skytnt-events'];

interface Vector {
  readonly case: string;
  readonly tokens: number[][];
}

function rowsOf(name: string, label: string): number[][] {
  const vectors = JSON.parse(readFileSync(join(fixtures, 'skytnt', `${name}.json`), 'utf8')) as { cases: Vector[] };
  return (vectors.cases.find((vector) => vector.case === label) as Vector).tokens;
}

after(() => rmSync(folder, { recursive: true }));

describe('continuo tokenize', () => {
  it('prints one file as {"file","tokens"} in rows of eight', async () => {
    const { code, stdout, stderr } = await runCli('tokenize', theremin, ...skytnt, '--option', 'optimise_midi=true');
    assert.deepEqual(JSON.parse(stdout), { file: theremin, tokens: rowsOf('theremin_notes', 'v2_opt') });
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('takes the options of the reference by their names', async () => {
    const options = ['version=v1', 'optimise_midi=true'].flatMap((option) => ['--option', option]);
    const { stdout } = await runCli('tokenize', theremin, ...skytnt, ...options, '--json');
    assert.deepEqual(JSON.parse(stdout), { file: theremin, tokens: rowsOf('theremin_notes', 'v1_opt') });
  });

  it('prints one list of ids where it is asked for the flat form', async () => {
    const options = ['form=flat', 'optimise_midi=true'].flatMap((option) => ['--option', option]);
    const { stdout } = await runCli('tokenize', theremin, ...skytnt, ...options);
    assert.deepEqual(JSON.parse(stdout), { file: theremin, tokens: rowsOf('theremin_notes', 'v2_opt')?.flat() });
  });

  it('prints several files as an array', async () => {
    const { stdout } = await runCli('tokenize', theremin, ties, ...skytnt);
    assert.deepEqual(JSON.parse(stdout), [
      { file: theremin, tokens: rowsOf('theremin_notes', 'v2_noopt') },
      { file: ties, tokens: rowsOf('syn_format0_ties', 'v2_noopt') },
    ]);
  });

  it('says one sentence about a bad file, does the others and exits with 1', async () => {
    const { code, stdout, stderr } = await runCli('tokenize', broken, theremin, ...skytnt, '--json');
    assert.equal(code, 1);
    assert.deepEqual((JSON.parse(stdout) as { file: string }[]).map(({ file }) => file), [theremin]);
    assert.equal(stderr, `${broken}: This is not a MIDI file: no MThd header, it begins with "<!DOCTYPE ht".\n`);
  });

  it('names a file that is not there', async () => {
    const { code, stdout, stderr } = await runCli('tokenize', join(folder, 'none.mid'), ...skytnt);
    assert.deepEqual([code, stdout, stderr], [1, '', `${join(folder, 'none.mid')}: there is no such file or folder\n`]);
  });

  it('reads a damaged file and says what it left out', async () => {
    const { code, stderr } = await runCli('tokenize', odd, ...skytnt);
    assert.deepEqual([code, stderr], [0, `${odd}: 12 bytes that are no MIDI chunk were skipped.\n`]);
  });

  it('writes all files to one binary file', async () => {
    const out = join(folder, 'corpus.bin');
    const { code, stdout } = await runCli('tokenize', theremin, ties, ...skytnt, '--out', out, '--json');
    const bytes = readFileSync(out);
    const headerEnd = bytes.indexOf('\n', 6);
    const header = JSON.parse(bytes.toString('utf8', 6, headerEnd)) as TokenFileHeader;
    assert.equal(bytes.toString('latin1', 0, 6), 'CTOK1\n');
    const { options, files, ...about } = header;
    assert.deepEqual(about, { tokenizer: 'skytnt-events', vocabularySize: 3406, rowWidth: 8, dtype: 'uint16' });
    assert.equal((options as { version: string }).version, 'v2');
    assert.deepEqual(files.map(({ file }) => file), [theremin, ties]);
    const ids = Array.from({ length: (bytes.length - headerEnd - 1) / 2 }, (_, at) => bytes.readUInt16LE(headerEnd + 1 + 2 * at));
    for (const [index, name] of ['theremin_notes', 'syn_format0_ties'].entries()) {
      const { offset, length } = files[index];
      assert.deepEqual(ids.slice(offset, offset + length), rowsOf(name, 'v2_noopt').flat());
    }
    assert.deepEqual([code, JSON.parse(stdout)], [0, { out, files: 2, failed: 0, ids: ids.length }]);
    assert.equal(existsSync(`${out}.part`), false);
  });

  it('refuses options, tokenizers and files it cannot take, in a sentence', async () => {
    const refusal = async (...words: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runCli('tokenize', theremin, ...words);
      assert.deepEqual([code, stdout], [1, '']);
      return stderr;
    };
    assert.match(await refusal('--tokenizer', 'morse'), /no tokenizer plugin named morse; there are .*skytnt-events/);
    assert.match(await refusal(...skytnt, '--option', 'version=v3'), /^The tokenizer skytnt-events does not take .*version/);
    assert.match(await refusal(...skytnt, '--option', 'verison=v2'), /verison/);
    assert.match(await refusal(...skytnt, '--option', 'nonsense'), /--option nonsense is not of the form key=value/);
    assert.match(await refusal(...skytnt, '--out', join(folder, 'no/such/folder.bin')), /cannot be written: there is no such file or folder\./);
  });
});

describe('continuo detokenize', () => {
  const tokens = join(folder, 'tokens.json');
  const out = join(folder, 'back.mid');

  it('writes the MIDI file that tokens stand for', async () => {
    writeFileSync(tokens, (await runCli('tokenize', theremin, ...skytnt)).stdout);
    const { code, stdout } = await runCli('detokenize', tokens, ...skytnt, '--out', out, '--json');
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), { out, tracks: 1, notes: 35 });
    assert.equal(readTickScore(readFileSync(out)).tracks[0].filter(({ type }) => type === 'note').length, 35);
    const again = await runCli('tokenize', out, ...skytnt);
    assert.deepEqual((JSON.parse(again.stdout) as { tokens: number[][] }).tokens, rowsOf('theremin_notes', 'v2_noopt'));
  });

  it('takes one of several files, rows alone, and ids in one list', async () => {
    writeFileSync(tokens, (await runCli('tokenize', theremin, ties, ...skytnt)).stdout);
    const unnamed = await runCli('detokenize', tokens, ...skytnt, '--out', out);
    assert.equal(unnamed.code, 1);
    assert.match(unnamed.stderr, /Say with --file which one/);
    assert.equal((await runCli('detokenize', tokens, ...skytnt, '--out', out, '--file', ties)).code, 0);
    const expected = readFileSync(out);
    for (const value of [rowsOf('syn_format0_ties', 'v2_noopt'), rowsOf('syn_format0_ties', 'v2_noopt').flat()]) {
      writeFileSync(tokens, JSON.stringify(value));
      assert.equal((await runCli('detokenize', tokens, ...skytnt, '--out', out)).code, 0);
      assert.deepEqual(readFileSync(out), expected);
    }
  });

  it('names a file that is not there', async () => {
    const { code, stderr } = await runCli('detokenize', join(folder, 'none.json'), ...skytnt, '--out', out);
    assert.deepEqual([code, stderr], [1, `${join(folder, 'none.json')} cannot be read: there is no such file or folder.\n`]);
  });

  it('refuses what holds no tokens, in a sentence', async () => {
    const refusal = async (text: string): Promise<string> => {
      writeFileSync(tokens, text);
      const { code, stderr } = await runCli('detokenize', tokens, ...skytnt, '--out', out);
      assert.equal(code, 1);
      return stderr;
    };
    assert.match(await refusal('<html>'), /no JSON/);
    assert.match(await refusal('{"words":[]}'), /holds no tokens/);
    assert.match(await refusal('[[1,2,3]]'), /Row 0 does not hold 8 ids/);
    assert.match(await refusal('[1,2,3]'), /3 ids do not make whole rows of 8/);
    assert.match(await refusal('[1,0,0,0,0,0,0,3406]'), /Id 3406 at place 7 is outside the vocabulary, 0 to 3405/);
  });
});
