import { watch, type FSWatcher } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disposable } from '../disposable.js';

/**
 * Tells when something below a folder has changed and then been quiet for a while: a folder being copied is told of
 * once, when the copy is done. Thread: main. Blocks: no.
 */
export class FolderWatch implements Disposable {
  private readonly watchers = new Map<string, FSWatcher>();
  private timer: NodeJS.Timeout | undefined;
  private disposed = false;

  constructor(
    readonly root: string,
    private readonly settleMilliseconds: number,
    private readonly onSettled: () => void,
  ) {}

  /**
   * Watches every folder below the root that is not watched yet. Call it before each reading of the folder: what
   * changes during the reading is then told of afterwards. Errors: those of `fs.watch` (no such folder, no more watches).
   */
  async refresh(): Promise<void> {
    const folders = await foldersBelow(this.root);
    if (this.disposed) return;
    for (const [folder, watcher] of this.watchers) {
      if (folders.includes(folder)) continue;
      watcher.close();
      this.watchers.delete(folder);
    }
    for (const folder of folders) {
      if (!this.watchers.has(folder)) this.watchers.set(folder, this.watchOne(folder));
    }
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private watchOne(folder: string): FSWatcher {
    const watcher = watch(folder, { persistent: false }, () => this.stir());
    // Windows reports a watched folder that is deleted as an error.
    watcher.on('error', () => {
      watcher.close();
      if (this.watchers.get(folder) === watcher) this.watchers.delete(folder);
      this.stir();
    });
    return watcher;
  }

  private stir(): void {
    if (this.disposed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.onSettled, this.settleMilliseconds);
  }
}

async function foldersBelow(root: string): Promise<string[]> {
  const found = [root];
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) found.push(join(entry.parentPath ?? entry.path, entry.name));
  }
  return found;
}
