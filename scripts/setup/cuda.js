import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cudaProvider, fetchProvider, placeProvider, providerInPlace, providerMismatch } from './cuda-provider.js';
import { findCudaLibraries, hasNvidiaGpu, installCommand } from './cuda-libraries.js';
import { cacheFolder } from './places.js';

/**
 * Makes models run on an NVIDIA GPU where there is one, and never stops a start.
 * @param {string} root the checkout
 * @param {NodeJS.ProcessEnv} environment CONTINUO_CUDA=off leaves the GPU alone
 * @param {(line: string) => void} say told before the long download
 * @returns {{ environment: Record<string, string>, sentence?: string }} what the engine's process needs in its
 *   environment, and one sentence when the GPU stays unused
 */
export function prepareCuda(root, environment, say) {
  if (environment.CONTINUO_CUDA === 'off' || !hasNvidiaGpu(environment)) return { environment: {} };
  try {
    const mismatch = providerMismatch(root);
    if (mismatch) return unused(mismatch);
    if (!providerInPlace(root)) {
      say(`gpu: fetching onnxruntime's CUDA provider (${cudaProvider.megabytes} MB, once)`);
      placeProvider(fetchProvider(cacheFolder(environment)), root);
    }
    return withLibraries(root, environment);
  } catch (error) {
    return unused(error.message);
  }
}

function withLibraries(root, environment) {
  const memory = join(root, '.continuo', 'cuda-libraries.json');
  const remembered = recall(memory);
  const { folders, missing } = findCudaLibraries(environment, remembered);
  if (missing.length > 0) {
    return unused(
      `CUDA 13 and cuDNN 9 are not complete (no ${missing.join(', ')}): run "${installCommand(environment)}" (1.5 GB), ` +
        'or set CONTINUO_CUDA_LIBS to the folders that hold them',
    );
  }
  if (String(folders) !== String(remembered)) remember(memory, folders);
  return { environment: { CONTINUO_CUDA_LIBS: folders.join(':') } };
}

function recall(file) {
  try {
    const folders = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(folders) ? folders.filter((folder) => typeof folder === 'string') : [];
  } catch {
    // Not written yet, or only half: what it would have said is found by a search.
    return [];
  }
}

function remember(file, folders) {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(folders));
  } catch {
    // A checkout that can only be read: the next start searches again.
  }
}

function unused(reason) {
  return { environment: {}, sentence: `gpu: an NVIDIA GPU is here, but models run on the CPU because ${reason}.` };
}
