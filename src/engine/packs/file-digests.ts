import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** SHA-256 of files, remembered until a file's size or time of change differs. Thread: any one. Blocks: no. */
export class FileDigests {
  private readonly known = new Map<string, { readonly stamp: string; readonly sha256: string }>();

  /** 64 lower-case hexadecimal digits. Errors: those of `fs` when the file cannot be read. */
  async sha256(path: string): Promise<string> {
    const { size, mtimeMs } = await stat(path);
    const stamp = `${size} ${mtimeMs}`;
    const known = this.known.get(path);
    if (known?.stamp === stamp) return known.sha256;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    const sha256 = hash.digest('hex');
    this.known.set(path, { stamp, sha256 });
    return sha256;
  }
}
