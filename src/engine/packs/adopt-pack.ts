import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ContinuoError } from '../errors.js';
import { writeWhole } from '../write-whole.js';
import { manifestName, readPackManifest, type PackManifest } from './pack-manifest.js';

type ListedFile = PackManifest['files'][number];

/**
 * Writes the list of files with their sizes and hashes into a pack.json whose graphs came from elsewhere: from then on a
 * file that changes is noticed. That the files are the right ones nobody but their source can say.
 * Errors: `badPack` when the manifest or a file it names cannot be read, or is wrong. Thread: main; hashing is streamed.
 */
export async function adoptPack(folder: string): Promise<readonly ListedFile[]> {
  const path = join(folder, manifestName);
  const manifest = await readJson(path);
  const files: ListedFile[] = [];
  for (const name of namedFiles(manifest)) files.push(await listed(folder, name));
  await writeWhole(path, `${JSON.stringify({ ...manifest, files }, null, 2)}\n`);
  await readPackManifest(folder);
  return files;
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ContinuoError('badPack', `${path} cannot be read: ${reason}; copy one from examples/ beside the graphs, or write one`, { cause });
  }
}

/** The files that parts of a manifest name; its form is checked once they are listed. */
function namedFiles(manifest: Record<string, unknown>): readonly string[] {
  const parts = [manifest.tokenizer, manifest.model, manifest.composer] as ({ files?: Record<string, unknown> } | undefined)[];
  const names = parts.flatMap((part) => Object.values(part?.files ?? {}));
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

async function listed(folder: string, name: string): Promise<ListedFile> {
  const path = join(folder, name);
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return { path: name, sha256: hash.digest('hex'), bytes: (await stat(path)).size };
  } catch (cause) {
    throw new ContinuoError('badPack', `${path} cannot be read: put the file that pack.json names there, then adopt the pack again`, { cause });
  }
}
