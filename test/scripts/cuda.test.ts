import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { loadScript } from '../load-script.js';

interface Prepared {
  readonly environment: Record<string, string>;
  readonly sentence?: string;
}
const { prepareCuda } = await loadScript<{ prepareCuda(root: string, environment: NodeJS.ProcessEnv, say: (line: string) => void): Prepared }>('scripts/setup/cuda.js');
const { cudaLibraries } = await loadScript<{ cudaLibraries: readonly string[] }>('scripts/setup/cuda-libraries.js');
const { cudaProvider, providerFolder } = await loadScript<{
  cudaProvider: { readonly onnxruntimeVersion: string; readonly files: readonly string[] };
  providerFolder(root: string): string;
}>('scripts/setup/cuda-provider.js');

const elsewhere = process.platform !== 'linux' || process.arch !== 'x64';

describe('the set-up of a GPU', { skip: elsewhere && 'CUDA is for Linux on x64' }, () => {
  let root: string;
  let memory: string;
  let environment: NodeJS.ProcessEnv;
  const npmOfThisTest = process.env.npm_execpath;

  /** A checkout and a machine whose GPU is complete, by their file names. */
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'continuo-cuda-'));
    memory = join(root, '.continuo', 'cuda-libraries.json');
    const bin = join(root, 'bin');
    const libraries = join(root, 'cuda');
    for (const folder of [bin, libraries, join(root, '.continuo'), providerFolder(root)]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(bin, 'nvidia-smi'), '');
    for (const name of cudaLibraries) writeFileSync(join(libraries, name), '');
    for (const name of cudaProvider.files) writeFileSync(join(providerFolder(root), name), '');
    writeFileSync(join(root, 'node_modules', 'onnxruntime-node', 'package.json'), JSON.stringify({ version: cudaProvider.onnxruntimeVersion }));
    environment = { PATH: bin, CONTINUO_CUDA_LIBS: libraries, XDG_CACHE_HOME: join(root, 'cache') };
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
    if (npmOfThisTest === undefined) delete process.env.npm_execpath;
    else process.env.npm_execpath = npmOfThisTest;
  });

  const prepared = (): Prepared => prepareCuda(root, environment, () => undefined);
  const complete = (): Prepared => ({ environment: { CONTINUO_CUDA_LIBS: join(root, 'cuda') } });

  it('remembers where the libraries are', () => {
    assert.deepEqual(prepared(), complete());
    delete environment.CONTINUO_CUDA_LIBS;
    assert.deepEqual(prepared(), complete());
  });

  it('looks again where what it remembered is only half written, or no list', () => {
    for (const broken of ['["/half', 'null', '{}', '[1, null]']) {
      writeFileSync(memory, broken);
      assert.deepEqual(prepared(), complete(), broken);
    }
  });

  it('does without a memory where nothing can be written', () => {
    rmSync(join(root, '.continuo'), { recursive: true });
    writeFileSync(join(root, '.continuo'), 'a file in the place of the folder');
    assert.deepEqual(prepared(), complete());
  });

  it('says why the GPU stays unused, and stops no start, whatever is broken', () => {
    writeFileSync(join(root, 'node_modules', 'onnxruntime-node', 'package.json'), '{"version": "1.');
    const { environment: found, sentence } = prepared();
    assert.deepEqual(found, {});
    assert.match(sentence ?? '', /models run on the CPU because /);
  });

  it('asks a registry that does not answer once, and not for minutes', () => {
    rmSync(join(providerFolder(root), cudaProvider.files[0]));
    const npm = join(root, 'npm-cli.cjs');
    writeFileSync(npm, `require('node:fs').writeFileSync(${JSON.stringify(join(root, 'asked'))}, process.argv.slice(2).join(' ')); process.exit(7);`);
    process.env.npm_execpath = npm;
    assert.match(prepared().sentence ?? '', /could not be fetched: npm ci ended with 7/);
    assert.match(readFileSync(join(root, 'asked'), 'utf8'), /^ci .*--fetch-retries=0 --fetch-timeout=20000/);
  });
});
