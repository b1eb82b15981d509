import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { seededRandom } from '../../../engine/contracts/tokenizer-contract.js';

/** Larger files are damaged one time in a hundred: they take much longer, and break in the same ways. */
const usualBytes = 60_000;

export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** MIDI files below folders of the fixtures. */
export function midiFilesOf(...folders: readonly string[]): NamedFile[] {
  return folders.flatMap((folder) => {
    const root = join(repositoryRoot, 'test/fixtures', folder);
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(mid|rmi|smf)$/i.test(name));
    return names.sort().map((name) => ({ name: `${folder}/${name}`, bytes: readFileSync(join(root, name)) }));
  });
}

/** One of the files with bytes changed, and perhaps a stretch left out or doubled, or the end cut off; the same for the same seed. */
export function damaged(files: readonly NamedFile[], seed: number): Uint8Array {
  const random = seededRandom(seed);
  const upTo = (count: number): number => Math.floor(random() * count);
  const usual = files.filter(({ bytes }) => bytes.length <= usualBytes);
  const chosen = random() < 0.01 ? files : usual;
  let bytes = Uint8Array.from(chosen[upTo(chosen.length)].bytes);
  for (let change = upTo(20); change > 0 && bytes.length > 0; change -= 1) bytes[upTo(bytes.length)] = upTo(256);
  const at = upTo(bytes.length + 1);
  const kind = random();
  if (kind < 0.2) bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + upTo(60))]);
  else if (kind < 0.4) bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(Math.max(0, at - upTo(60)))]);
  else if (kind < 0.6) bytes = bytes.subarray(0, at);
  return bytes;
}
