import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { libraryFault } from './native-library.js';
import { platformObstacle } from './providers.js';
import { providerFolder } from './runtime-files.js';

/** What the CUDA provider of onnxruntime 1.29 needs, in the order in which they need each other. */
const libraries = ['libcudart.so.13', 'libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcudnn.so.9'];

/** Why CUDA cannot even be tried here, in words; `undefined` when it can. */
export function cudaObstacle(): string | undefined {
  const obstacle = platformObstacle('cuda');
  if (obstacle !== undefined) return obstacle;
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
    if (path !== undefined) libraryFault(path);
  }
}
