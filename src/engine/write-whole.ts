import { rename, rm, writeFile } from 'node:fs/promises';

let count = 0;

/**
 * Writes a file beside its place and puts it there at once: whoever reads it finds the old one or the new one, whole, and what fails
 * leaves nothing behind. Errors: what the file system says. Thread: any. Blocks: no.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  count += 1;
  const unfinished = `${path}.${process.pid}-${count}.unfinished`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw cause;
  }
}
