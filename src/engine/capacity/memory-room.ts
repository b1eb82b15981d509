import { freemem } from 'node:os';
import { ContinuoError } from '../errors.js';
import type { Pack } from '../packs/pack.js';

/** Memory a graph takes while it is loaded, in times of its file: it is read, parsed and laid out for the processor. */
const timesFile = 2.5;
/** What a model needs besides its graph: the runtime, a past, a thread. */
const besidesBytes = 128 * 2 ** 20;

/** Bytes that loading the pack's model takes at most, by what was measured with graphs of 10 to 1000 MB. */
export function memoryNeed(pack: Pick<Pack, 'composition' | 'files'>): number {
  const bytes = graphBytes(pack);
  return bytes === 0 ? 0 : bytes * timesFile + besidesBytes;
}

/** A thread of its own, with what runs in it, by what was measured. */
const threadBytes = 24 * 2 ** 20;
/** The runtime and a past, by what was measured. */
const runtimeBytes = 56 * 2 ** 20;

/** Bytes that a voice of the pack keeps while it waits, about. */
export function waitingNeed(pack: Pick<Pack, 'composition' | 'files'>): number {
  const bytes = graphBytes(pack);
  return threadBytes + (bytes === 0 ? 0 : runtimeBytes + bytes * timesFile);
}

/** Bytes of the graphs that are loaded on the CPU. */
export function graphBytes({ composition, files }: Pick<Pack, 'composition' | 'files'>): number {
  if (composition.kind !== 'tokens') return 0;
  const used = Object.entries(composition.model.files).filter(([role]) => !/gpu$/i.test(role));
  // Roles are absolute paths, the list is relative to the pack.
  const sizes = used.map(([, path]) => files.find((file) => path.replaceAll('\\', '/').endsWith(`/${file.path}`))?.bytes ?? 0);
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** Bytes this process may still take: what the system has free, within the limit that a container sets. */
export function memoryRoom(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  // Without a limit it is 0 or near 2^64.
  const within = limit > 0 && limit < 2 ** 53 ? limit - process.memoryUsage.rss() : Infinity;
  return Math.max(0, Math.min(freemem(), within));
}

/** Errors: `deviceUnavailable` when the pack's model does not fit into `room` bytes. */
export function checkMemory(pack: Pick<Pack, 'composition' | 'files' | 'summary'>, room: number): void {
  const need = memoryNeed(pack);
  if (need <= room) return;
  const [needed, free] = [need, room].map((bytes) => Math.round(bytes / 2 ** 20));
  throw new ContinuoError('deviceUnavailable', `${pack.summary.name} needs about ${needed} MB of memory to load and ${free} MB are free; close other programs, or load a smaller pack`);
}
