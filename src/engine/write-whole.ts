import { realpath, rename, rm, writeFile } from 'node:fs/promises';

let count = 0;

/**
 * Writes a file beside its place and puts it there at once: whoever reads it finds the old one or the new one, whole, and what fails
 * leaves nothing behind. A link to a file stays one: the file takes the content. Errors: what the file system says. Thread: any. Blocks: no.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const file = await fileOf(path);
  count += 1;
  const unfinished = `${file}.${process.pid}-${count}.unfinished`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw cause;
  }
}

/** The file that a path leads to; one that is not there yet is the path itself. */
async function fileOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw cause;
  }
}
