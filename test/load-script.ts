import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '../src/engine/paths.js';

/** A plain JavaScript module of the repository, by its path from the root, as the shape the test expects. */
export async function loadScript<Exports>(path: string): Promise<Exports> {
  return (await import(pathToFileURL(join(repositoryRoot, path)).href)) as Exports;
}
