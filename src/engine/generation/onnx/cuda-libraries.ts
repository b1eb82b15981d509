import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** What the CUDA provider of onnxruntime 1.29 needs, in the order in which they need each other. */
const libraries = ['libcudart.so.13', 'libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcudnn.so.9'];
/** glibc's RTLD_NODELETE. */
const keepLoaded = 0x1000;

/** Where onnxruntime looks for its own provider libraries. */
export function providerFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return join(dirname(manifest), 'bin', 'napi-v6', process.platform, process.arch);
}

/** Why CUDA cannot even be tried here, in words; `undefined` when it can. */
export function cudaObstacle(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return `there is no CUDA provider for ${process.platform} on ${process.arch}`;
  const library = join(providerFolder(), 'libonnxruntime_providers_cuda.so');
  return existsSync(library) ? undefined : `its provider is not installed (${library})`;
}

/**
 * Loads the CUDA libraries in the folders of `CONTINUO_CUDA_LIBS` into the process, so that the provider finds them
 * wherever they are. Libraries the system knows need no folder.
 */
export function preloadCudaLibraries(folders = (process.env.CONTINUO_CUDA_LIBS ?? '').split(delimiter)): void {
  for (const library of libraries) {
    const path = folders.filter((folder) => folder !== '').map((folder) => join(folder, library)).find((candidate) => existsSync(candidate));
    if (path !== undefined) openLibrary(path);
  }
}

/** Why the CUDA provider did not load, as the system's loader says it; `undefined` when it loads. */
export function cudaLoadFault(): string | undefined {
  for (const name of ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']) {
    const fault = openLibrary(join(providerFolder(), name));
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function openLibrary(path: string): string | undefined {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    process.dlopen({ exports: {} }, path, RTLD_NOW | RTLD_GLOBAL | keepLoaded);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // Node opens it as an add-on, which it is not: it is loaded all the same.
    return reason.includes('did not self-register') ? undefined : reason;
  }
  return undefined;
}
