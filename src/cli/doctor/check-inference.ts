import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cudaObstacle } from '../../engine/generation/onnx/cuda-libraries.js';
import { repositoryRoot } from '../../engine/paths.js';
import type { Finding } from './finding.js';
import { attemptProvider, type ProviderAttempt } from './provider-attempt.js';

interface CudaSearch {
  hasNvidiaGpu(): boolean;
  installCommand(): string;
  findCudaLibraries(): { readonly folders: readonly string[]; readonly missing: readonly string[] };
}

/** What there is of a GPU, before anything was tried. */
export interface GpuSituation {
  readonly present: boolean;
  /** Why onnxruntime cannot even try it. */
  readonly obstacle?: string;
  /** Names of CUDA libraries that were not found, and the command that gets them. */
  readonly missing: readonly string[];
  readonly installCommand: string;
}

/** Runs a small model on the CPU, and on the GPU where there is one. */
export async function checkInference(): Promise<Finding[]> {
  const cpu = cpuFinding(await attemptProvider('cpu'));
  const situation = await gpuSituation();
  return [cpu, gpuFinding(situation, situation.present ? await attemptProvider('cuda') : undefined)];
}

function cpuFinding(attempt: ProviderAttempt): Finding {
  return attempt.works
    ? { topic: 'inference', state: 'ready', sentence: `Models run on the CPU (onnxruntime ready in ${Math.round(attempt.milliseconds)} ms).` }
    : {
        topic: 'inference',
        state: 'fault',
        sentence: `Models cannot run: ${attempt.reason}; delete node_modules and start again. Packs without weights play all the same.`,
      };
}

/** One sentence about the GPU; `attempt` is what came of using it. */
export function gpuFinding({ present, obstacle, missing, installCommand }: GpuSituation, attempt: ProviderAttempt | undefined): Finding {
  if (!present) return off('There is no NVIDIA GPU here; models run on the CPU.');
  if (attempt?.works) {
    return { topic: 'inference', state: 'ready', sentence: `Models run on the GPU with CUDA (ready in ${Math.round(attempt.milliseconds)} ms).` };
  }
  if (obstacle !== undefined) return off(`The GPU is not used: ${obstacle}; run npm run setup where the npm registry can be reached.`);
  if (missing.length > 0) {
    return off(
      `The GPU is not used: CUDA 13 and cuDNN 9 are not complete (no ${missing.join(', ')}); run "${installCommand}", or set CONTINUO_CUDA_LIBS to the folders that hold them.`,
    );
  }
  const reason = attempt ? inShort(attempt.reason) : 'it was not tried';
  return { topic: 'inference', state: 'fault', sentence: `The GPU is not used: ${reason}; see whether nvidia-smi works and its driver knows CUDA 13.` };
}

/**
 * The part of onnxruntime's words that says what is wrong, without its source files and template types.
 * @example inShort('/onnxruntime_src/… CUDA failure 35: driver too old ; GPU=-1 ; …') // → 'CUDA failure 35: driver too old'
 */
export function inShort(reason: string): string {
  return (/CUDA failure \d+: [^;]+/.exec(reason)?.[0] ?? reason.split('\n')[0]).trim();
}

function off(sentence: string): Finding {
  return { topic: 'inference', state: 'off', sentence };
}

async function gpuSituation(): Promise<GpuSituation> {
  // The set-up's own search: it runs before there are packages, so it is plain JavaScript.
  const search = (await import(pathToFileURL(join(repositoryRoot, 'scripts', 'setup', 'cuda-libraries.js')).href)) as CudaSearch;
  const installCommand = search.installCommand();
  if (!search.hasNvidiaGpu()) return { present: false, missing: [], installCommand };
  return { present: true, obstacle: cudaObstacle(), missing: search.findCudaLibraries().missing, installCommand };
}
