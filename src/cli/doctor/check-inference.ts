import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '../../engine/paths.js';
import type { Finding } from './finding.js';
import { attemptProvider, type ProviderAttempt } from './provider-attempt.js';

/** What the set-up knows of this machine's GPU; it looks before the packages are there, so it is plain JavaScript. */
interface CudaSearch {
  hasNvidiaGpu(): boolean;
  installCommand(): string;
  findCudaLibraries(): { readonly folders: readonly string[]; readonly missing: readonly string[] };
}

interface CudaProvider {
  providerInPlace(root: string): boolean;
}

/** What there is of a GPU, before anything was tried. */
export interface GpuSituation {
  readonly present: boolean;
  readonly providerInPlace: boolean;
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
export function gpuFinding({ present, providerInPlace, missing, installCommand }: GpuSituation, attempt: ProviderAttempt | undefined): Finding {
  if (!present) return off('There is no NVIDIA GPU here; models run on the CPU.');
  if (attempt?.works) {
    return { topic: 'inference', state: 'ready', sentence: `Models run on the GPU with CUDA (ready in ${Math.round(attempt.milliseconds)} ms).` };
  }
  const reason = attempt?.reason ?? 'it was not tried';
  if (!providerInPlace) {
    return off("The GPU is not used: onnxruntime's CUDA provider is not installed; run npm run setup where the npm registry can be reached.");
  }
  if (missing.length > 0) {
    return off(
      `The GPU is not used: CUDA 13 and cuDNN 9 are not complete (no ${missing.join(', ')}); run "${installCommand}", or set CONTINUO_CUDA_LIBS to the folders that hold them.`,
    );
  }
  return { topic: 'inference', state: 'fault', sentence: `The GPU is not used: ${reason}; see whether nvidia-smi works and its driver knows CUDA 13.` };
}

function off(sentence: string): Finding {
  return { topic: 'inference', state: 'off', sentence };
}

async function gpuSituation(): Promise<GpuSituation> {
  const search = await loadSetUp<CudaSearch>('cuda-libraries.js');
  const installCommand = search.installCommand();
  if (!search.hasNvidiaGpu()) return { present: false, providerInPlace: false, missing: [], installCommand };
  const provider = await loadSetUp<CudaProvider>('cuda-provider.js');
  return {
    present: true,
    providerInPlace: provider.providerInPlace(repositoryRoot),
    missing: search.findCudaLibraries().missing,
    installCommand,
  };
}

async function loadSetUp<Exports>(file: string): Promise<Exports> {
  return (await import(pathToFileURL(join(repositoryRoot, 'scripts', 'setup', file)).href)) as Exports;
}
