import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheFolder } from './places.js';

/** What the provider is linked against (CUDA 13) or opens by itself (cuDNN 9). */
export const cudaLibraries = ['libcudart.so.13', 'libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcudnn.so.9'];

const systemFolders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib/wsl/lib', '/usr/local/nvidia/lib64'];

/** Whether an NVIDIA driver is on this machine: its kernel part, its library, or its tool. */
export function hasNvidiaGpu(environment = process.env) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  if (existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl')) return true;
  const libraryFolders = [...splitPath(environment.LD_LIBRARY_PATH), ...systemFolders];
  if (libraryFolders.some((folder) => existsSync(join(folder, 'libcuda.so.1')))) return true;
  return splitPath(environment.PATH).some((folder) => existsSync(join(folder, 'nvidia-smi')));
}

/**
 * Folders that hold the CUDA libraries, in the order they should be searched, and the libraries in none of them.
 * @param {Iterable<string>} candidates
 * @param {(path: string) => boolean} exists
 */
export function chooseFolders(candidates, exists = existsSync) {
  const folders = [];
  let missing = cudaLibraries;
  for (const folder of candidates) {
    const stillMissing = missing.filter((library) => !exists(join(folder, library)));
    if (stillMissing.length < missing.length) folders.push(folder);
    missing = stillMissing;
    if (missing.length === 0) break;
  }
  return { folders, missing };
}

/** Where the advice below puts them: beside the other large downloads, for every clone on this machine. */
function wheelFolder(environment) {
  return join(cacheFolder(environment), 'cuda');
}

/** A command that gets the libraries from PyPI, without root, into a folder that is looked into. */
export function installCommand(environment = process.env) {
  const wheels = 'nvidia-cuda-runtime~=13.0 nvidia-cublas~=13.0 nvidia-curand~=10.4 nvidia-cudnn-cu13~=9.0';
  return `python3 -m pip install --target ${wheelFolder(environment)} ${wheels}`;
}

/**
 * Looks where such libraries live: folders that are named, those of last time, the linker's, the toolkit's, our own
 * cache, and Python environments' nvidia packages.
 * @param {NodeJS.ProcessEnv} environment
 * @param {readonly string[]} remembered folders found by an earlier search
 */
export function findCudaLibraries(environment = process.env, remembered = []) {
  return chooseFolders(candidateFolders(environment, remembered));
}

/** Lazy: asking the linker and Python costs a process each, and is needed only where the nearer places fail. */
function* candidateFolders(environment, remembered) {
  yield* splitPath(environment.CONTINUO_CUDA_LIBS);
  yield* splitPath(environment.LD_LIBRARY_PATH);
  yield* remembered;
  yield* nvidiaFolders(wheelFolder(environment));
  yield* linkerFolders();
  yield* systemFolders;
  yield* toolkitFolders();
  if (environment.CONDA_PREFIX) yield join(environment.CONDA_PREFIX, 'lib');
  for (const packages of pythonPackageFolders(environment)) yield* nvidiaFolders(packages);
}

function linkerFolders() {
  const result = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  return result.status === 0 ? foldersInLinkerCache(result.stdout) : [];
}

/**
 * Folders of the CUDA libraries that `ldconfig -p` lists.
 * @example foldersInLinkerCache('\tlibcudart.so.13 (libc6,x86-64) => /opt/cuda/lib64/libcudart.so.13') // ['/opt/cuda/lib64']
 */
export function foldersInLinkerCache(listing) {
  const folders = new Set();
  for (const line of listing.split('\n')) {
    const match = /^\s*(\S+) \(.*x86-64.*\) => (.*)\/[^/]+$/.exec(line);
    if (match && cudaLibraries.includes(match[1])) folders.add(match[2]);
  }
  return [...folders];
}

function toolkitFolders() {
  return listFolder('/usr/local')
    .filter((name) => name === 'cuda' || name.startsWith('cuda-13'))
    .flatMap((name) => [join('/usr/local', name, 'lib64'), join('/usr/local', name, 'targets', 'x86_64-linux', 'lib')]);
}

function pythonPackageFolders(environment) {
  const pythons = environment.VIRTUAL_ENV ? [join(environment.VIRTUAL_ENV, 'bin', 'python3'), 'python3'] : ['python3'];
  const program = 'import site, sys; print("\\n".join(p for p in sys.path + [site.getusersitepackages()] if "-packages" in p))';
  return pythons.flatMap((python) => {
    const result = spawnSync(python, ['-c', program], { encoding: 'utf8', timeout: 10_000 });
    return result.status === 0 ? result.stdout.split('\n').filter(Boolean) : [];
  });
}

/** CUDA 13's wheels share one folder, cuDNN's has its own. */
function nvidiaFolders(packages) {
  const nvidia = join(packages, 'nvidia');
  return listFolder(nvidia).map((name) => join(nvidia, name, 'lib'));
}

function listFolder(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function splitPath(list) {
  return (list ?? '').split(delimiter).filter(Boolean);
}
