import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const sourceFolders = ['src', 'test', 'bench'];
const configurationFiles = ['tsconfig.json', 'package-lock.json'];
const output = 'dist';
const fingerprintFile = join(output, '.sources');
const buildInformationFile = join(output, '.tsbuildinfo');

/** Whether a source has changed since the last build. A published package has no sources and nothing to do. */
export function buildNeeded(root) {
  if (!existsSync(join(root, 'tsconfig.json'))) return false;
  const file = join(root, fingerprintFile);
  return !existsSync(file) || readFileSync(file, 'utf8') !== fingerprint(root);
}

/** Compiles what changed and removes what no source stands behind. Errors: the compiler's own lines. */
export function build(root) {
  const before = fingerprint(root);
  rmSync(join(root, fingerprintFile), { force: true });
  compile(root);
  const sources = listFiles(root, sourceFolders, '.ts');
  if (sources.some((source) => !existsSync(join(root, outputOf(source))))) {
    // The compiler trusts its own notes and does not emit a file again that somebody deleted.
    rmSync(join(root, buildInformationFile), { force: true });
    compile(root);
  }
  const outputs = listFiles(root, sourceFolders.map((folder) => join(output, folder)), '.js');
  for (const orphan of orphanedOutputs(outputs, sources)) {
    rmSync(join(root, orphan), { force: true });
    rmSync(join(root, `${orphan}.map`), { force: true });
  }
  mkdirSync(join(root, output), { recursive: true });
  writeFileSync(join(root, fingerprintFile), before);
}

/**
 * Compiled files whose source is gone: an old test among them would still run.
 * @example orphanedOutputs(['dist/src/a.js'], ['src/b.ts']) // ['dist/src/a.js']
 */
export function orphanedOutputs(outputs, sources) {
  const expected = new Set(sources.map(outputOf));
  return outputs.filter((file) => !expected.has(file));
}

function outputOf(source) {
  return join(output, source.replace(/\.ts$/, '.js'));
}

/** A hash over path, size and modification time of everything that is compiled. */
export function fingerprint(root) {
  const hash = createHash('sha256');
  for (const file of [...listFiles(root, sourceFolders, '.ts'), ...configurationFiles]) {
    const path = join(root, file);
    if (!existsSync(path)) continue;
    const { size, mtimeMs } = statSync(path);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function compile(root) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const result = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.json', '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status !== 0) throw new Error(`The sources do not compile:\n${result.stdout}${result.stderr}`.trimEnd());
}

function listFiles(root, folders, extension) {
  const files = [];
  for (const folder of folders) {
    const path = join(root, folder);
    if (!existsSync(path)) continue;
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && entry.name.endsWith(extension) && !entry.name.endsWith('.d.ts')) {
        files.push(relative(root, join(entry.parentPath ?? entry.path, entry.name)));
      }
    }
  }
  return files.sort((left, right) => (left.split(sep).join('/') < right.split(sep).join('/') ? -1 : 1));
}
