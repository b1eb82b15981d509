import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, platform } from 'node:os';
import { join } from 'node:path';
import { defaultThreads } from '../../engine/generation/composer-recipe.js';

/** What a model finds on this machine. */
export interface MachineFacts {
  readonly processor: string;
  readonly cores: number;
  /** Threads a model computes with where the configuration says nothing. */
  readonly defaultThreads: number;
  /** Whether models can be put behind everything else, thread by thread. */
  readonly threadPriorities: boolean;
  /** Bytes copied from memory to memory in a second, the best of a few times, in GB: what large models are bound by. */
  readonly copiesGigabytesPerSecond: number;
  /** NVIDIA GPUs by their drivers' own account. */
  readonly nvidiaGpus: readonly string[];
  /** Version of NVIDIA's kernel driver, e.g. `580.65.06`. */
  readonly nvidiaDriver?: string;
}

const copiedBytes = 64 << 20;
const copies = 4;

export function machineFacts(): MachineFacts {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    defaultThreads: defaultThreads(),
    threadPriorities: platform() === 'linux',
    copiesGigabytesPerSecond: Math.round(copySpeed() * 10) / 10,
    nvidiaGpus: nvidiaGpus(),
    nvidiaDriver: nvidiaDriver(),
  };
}

function copySpeed(): number {
  const from = Buffer.alloc(copiedBytes, 1);
  const to = Buffer.alloc(copiedBytes);
  let best = Infinity;
  for (let count = 0; count < copies; count += 1) {
    const begin = performance.now();
    from.copy(to);
    best = Math.min(best, performance.now() - begin);
  }
  return copiedBytes / 1e6 / best;
}

/** The kernel driver tells the model of each GPU in a file; empty where there is no such driver. */
export function nvidiaGpus(root = '/proc/driver/nvidia'): readonly string[] {
  const folder = join(root, 'gpus');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((gpu) => /^Model:\s*(.+)$/m.exec(readFileSync(join(folder, gpu, 'information'), 'utf8'))?.[1].trim() ?? gpu);
}

/** @example of the file: `NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build …` */
export function nvidiaDriver(root = '/proc/driver/nvidia'): string | undefined {
  const file = join(root, 'version');
  return existsSync(file) ? /^NVRM version:.*?\s(\d+(?:\.\d+)+)\s/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}
