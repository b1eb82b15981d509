import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadScript } from '../load-script.js';

const { chooseFolders, cudaLibraries, foldersInLinkerCache } = await loadScript<{
  chooseFolders(candidates: Iterable<string>, exists: (path: string) => boolean): { folders: string[]; missing: string[] };
  cudaLibraries: readonly string[];
  foldersInLinkerCache(listing: string): string[];
}>('scripts/setup/cuda-libraries.js');

function disk(contents: Record<string, readonly string[]>): (path: string) => boolean {
  const files = new Set(Object.entries(contents).flatMap(([folder, names]) => names.map((name) => `${folder}/${name}`)));
  return (path) => files.has(path);
}

describe('the search for the CUDA libraries', () => {
  it('takes the first folders that hold them, in order, and leaves out those that add nothing', () => {
    const cudnn = cudaLibraries.filter((name) => name.includes('cudnn'));
    const others = cudaLibraries.filter((name) => !name.includes('cudnn'));
    const exists = disk({ '/cu13': others, '/again': others, '/cudnn': cudnn });
    assert.deepEqual(chooseFolders(['/none', '/cu13', '/again', '/cudnn'], exists), { folders: ['/cu13', '/cudnn'], missing: [] });
  });
  it('looks no further once all are found', () => {
    function* candidates(): Iterable<string> {
      yield '/all';
      assert.fail('asked for another folder');
    }
    assert.deepEqual(chooseFolders(candidates(), disk({ '/all': cudaLibraries })).folders, ['/all']);
  });
  it('names what is in none of them', () => {
    const exists = disk({ '/old': ['libcudart.so.12', 'libcurand.so.10'] });
    const { folders, missing } = chooseFolders(['/old'], exists);
    assert.deepEqual(folders, ['/old']);
    assert.deepEqual(missing, cudaLibraries.filter((name) => name !== 'libcurand.so.10'));
  });
  it("reads the linker's list, 64-bit libraries only", () => {
    const listing = [
      '3 libs found in cache',
      '\tlibcudart.so.13 (libc6,x86-64) => /opt/cuda/lib64/libcudart.so.13',
      '\tlibcublas.so.13 (libc6) => /opt/cuda/lib32/libcublas.so.13',
      '\tlibc.so.6 (libc6,x86-64) => /lib/x86_64-linux-gnu/libc.so.6',
    ].join('\n');
    assert.deepEqual(foldersInLinkerCache(listing), ['/opt/cuda/lib64']);
  });
});
