import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ContinuoError } from '../errors.js';

/**
 * The file URL of the module a configuration names: a path (`./x.js`, `/stage/x.js`, `file:…`; a folder stands for its
 * package) from the first of `folders`, or a package's name, looked for in the `node_modules` of each of `folders` and
 * of all folders above them.
 *
 * Errors: `badPlugin` when there is no such file or package.
 */
export function locateModule(name: string, folders: readonly string[]): string {
  const found = isPath(name) ? locatePath(name, folders[0] ?? '.') : locatePackage(name, folders);
  return pathToFileURL(found).href;
}

/** Whether a configuration means a file by `name`, not an installed package. */
export function isPath(name: string): boolean {
  return /^(\.{0,2}[/\\]|file:|[A-Za-z]:[/\\])/.test(name);
}

function locatePath(name: string, folder: string): string {
  const path = name.startsWith('file:') ? fileURLToPath(name) : resolve(folder, name);
  if (!existsSync(path)) throw new ContinuoError('badPlugin', `the plugin ${name} is not there: ${path} does not exist`);
  return statSync(path).isDirectory() ? packageEntry(path, name) : path;
}

function locatePackage(name: string, folders: readonly string[]): string {
  for (const start of folders) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      const candidate = join(folder, 'node_modules', name);
      if (existsSync(join(candidate, 'package.json'))) return packageEntry(candidate, name);
      if (dirname(folder) === folder) break;
    }
  }
  throw new ContinuoError('badPlugin', `the plugin package ${name} is not installed; install it with npm install ${name}`);
}

function packageEntry(folder: string, name: string): string {
  const manifestPath = join(folder, 'package.json');
  const manifest = existsSync(manifestPath) ? readManifest(manifestPath, name) : {};
  const entry = entryOf(manifest.exports) ?? (typeof manifest.main === 'string' ? manifest.main : 'index.js');
  const path = resolve(folder, entry);
  if (existsSync(path)) return path;
  throw new ContinuoError('badPlugin', `the plugin ${name} has no entry file: ${path} does not exist`);
}

function readManifest(path: string, name: string): { exports?: unknown; main?: unknown } {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { exports?: unknown; main?: unknown };
  } catch (cause) {
    throw new ContinuoError('badPlugin', `the plugin ${name} has a package.json that is no JSON: ${path}`, { cause });
  }
}

/** The main entry an `exports` field gives an importing Node, by Node's own order: the first condition that fits. */
function entryOf(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  for (const [key, value] of Object.entries(exports)) {
    const entry = ['.', 'node', 'import', 'default'].includes(key) ? entryOf(value) : undefined;
    if (entry !== undefined) return entry;
  }
  return undefined;
}
