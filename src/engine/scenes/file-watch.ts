import { watch, type FSWatcher } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Disposable } from '../disposable.js';

/** An editor may write a file in several goes. */
const settleMilliseconds = 100;

export interface FileWatchListener {
  /** Something may have happened to the file. */
  stirred(): void;
  /** It is watched no longer. */
  lost(cause: unknown): void;
}

/** Hears of changes to a file, in place or by another in its place, and where it is a link, to what that leads to. Thread: main. Blocks: no. */
export class FileWatch implements Disposable {
  private watchers: readonly FSWatcher[] = [];
  /** Where the file was found to lie. */
  private place: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private disposed = false;

  constructor(
    readonly file: string,
    private readonly listener: FileWatchListener,
  ) {}

  /** Watches the file where it lies now: call it whenever something has happened to it. */
  async look(): Promise<void> {
    // What a link led to may come back.
    const place = await realpath(this.file).catch(() => this.place ?? this.file);
    if (this.disposed || place === this.place) return;
    this.close();
    this.place = place;
    this.watchers = [...new Set([this.file, place])].map((path) => this.watchFolderOf(path));
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.close();
  }

  /** The folder, as editors put another file in the place of one. */
  private watchFolderOf(path: string): FSWatcher {
    const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name !== null && name !== basename(path)) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.listener.stirred(), settleMilliseconds);
    });
    return watcher.on('error', (cause) => this.listener.lost(cause));
  }

  private close(): void {
    for (const watcher of this.watchers) watcher.close();
    this.watchers = [];
  }
}
