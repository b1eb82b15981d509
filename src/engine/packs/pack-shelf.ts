import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { disposable, type Disposable } from '../disposable.js';
import { ContinuoError } from '../errors.js';
import type { PluginRegistry } from '../plugins/plugin-registry.js';
import { reasonOf } from '../reason-of.js';
import { builtInPacks } from './built-in-packs.js';
import { FileDigests } from './file-digests.js';
import { FolderWatch } from './folder-watch.js';
import type { Pack, PackSummary } from './pack.js';
import { manifestName, readPackManifest, usualOrder } from './pack-manifest.js';
import { checkPack, summaryOf, verifyPack } from './pack-verifier.js';

const defaultSettleMilliseconds = 400;

interface Entry {
  summary: PackSummary;
  /** Absent when the summary tells a fault. */
  pack?: Pack;
}

/**
 * All packs that can be had: those in the folders, in order of folder and name, then the built-in ones.
 * Thread: main. Blocks: no.
 *
 * @example
 * const shelf = new PackShelf(registry, [join(repositoryRoot, 'models')]);
 * await shelf.open();
 * shelf.list(); // → [{ name: 'my-pack', … }, …]
 * await shelf.take('my-pack'); // → a Pack, verified to the last byte
 */
export class PackShelf {
  private entries: readonly Entry[] = [];
  private notes: readonly string[] = [];
  private readonly digests = new FileDigests();
  private readonly listeners = new Set<() => void>();
  private readonly watches: FolderWatch[] = [];
  private readonly folders: readonly string[];
  private pluginListening: Disposable | undefined;
  private reading: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly plugins: PluginRegistry,
    folders: readonly string[],
    private readonly settleMilliseconds = defaultSettleMilliseconds,
  ) {
    this.folders = [...new Set(folders.map((folder) => resolve(folder)))];
  }

  /** Reads the folders once, without hashing: for a command that only lists. */
  async read(): Promise<void> {
    await this.reread(false);
  }

  /** Reads the folders, then watches them and the plugins; file hashes are checked meanwhile. */
  async open(): Promise<void> {
    for (const folder of this.folders) this.watches.push(new FolderWatch(folder, this.settleMilliseconds, () => this.stirred()));
    this.pluginListening = this.plugins.onChange(() => this.stirred());
    await this.reread(false);
    void this.verifyAll();
  }

  close(): void {
    this.closed = true;
    this.pluginListening?.dispose();
    for (const watch of this.watches) watch.dispose();
    this.listeners.clear();
  }

  list(): readonly PackSummary[] {
    return this.entries.map((entry) => entry.summary);
  }

  /** What is wrong with the shelf itself, one sentence each: a folder that is not there, a pack hidden by another. */
  get faults(): readonly string[] {
    return this.notes;
  }

  /** The first pack that needs no files and so can always play. */
  get fallback(): string | undefined {
    return this.entries.find((entry) => entry.pack && entry.summary.folder === '')?.summary.name;
  }

  /** The pack that a pack names to go on in its place. */
  fallbackOf(name: string): string | undefined {
    return this.entries.find((entry) => entry.summary.name === name)?.pack?.fallback;
  }

  /** A pack, its hashes checked. Errors: `unknownPack`, `badPack`, `badPlugin`. */
  async take(name: string): Promise<Pack> {
    const entry = this.entries.find((candidate) => candidate.summary.name === name);
    if (!entry) {
      const names = this.list().map((summary) => summary.name);
      throw new ContinuoError('unknownPack', `there is no pack named ${name}; there are ${names.join(', ') || 'none'}`);
    }
    const before = entry.summary.fault;
    await this.verify(entry);
    if (entry.summary.fault !== before) this.changed();
    if (entry.pack) return entry.pack;
    throw new ContinuoError('badPack', entry.summary.fault ?? `the pack ${name} cannot be used`);
  }

  /** Checks all hashes; faults are in the list afterwards. */
  async verifyAll(): Promise<void> {
    const { entries } = this;
    for (const entry of entries) {
      if (this.closed || entries !== this.entries) return;
      await this.verify(entry);
    }
    if (entries.some((entry) => entry.summary.fault !== undefined)) this.changed();
  }

  /** Called after every change of the list. */
  onChange(listener: () => void): Disposable {
    this.listeners.add(listener);
    return disposable(() => this.listeners.delete(listener));
  }

  private stirred(): void {
    void this.reread(true);
  }

  private async reread(hash: boolean): Promise<void> {
    this.reading = this.reading.then(() => this.readFolders(hash));
    await this.reading;
  }

  private async readFolders(hash: boolean): Promise<void> {
    if (this.closed) return;
    const notes: string[] = [];
    const builtIn: Entry[] = builtInPacks(this.plugins).map((pack) => ({ summary: pack.summary, pack }));
    const taken = new Map(builtIn.map((entry) => [entry.summary.name, 'the built-in one']));
    const found: Entry[] = [];
    await this.refreshWatches(notes);
    for (const folder of await this.packFolders(notes)) {
      const entry = await this.readPack(folder);
      const owner = taken.get(entry.summary.name);
      if (owner === undefined) {
        taken.set(entry.summary.name, `the one in ${folder}`);
        found.push(entry);
      } else {
        notes.push(`the pack ${entry.summary.name} in ${folder} is hidden by ${owner}; give it another name in its ${manifestName}`);
      }
    }
    const before = JSON.stringify([this.list(), this.notes]);
    found.sort((a, b) => orderOf(a) - orderOf(b));
    const entries = [...found, ...builtIn];
    if (hash) await Promise.all(entries.map((entry) => this.verify(entry)));
    this.entries = entries;
    this.notes = notes;
    if (JSON.stringify([this.list(), this.notes]) !== before) this.changed();
  }

  private async refreshWatches(notes: string[]): Promise<void> {
    for (const watch of this.watches) {
      if (!existsSync(watch.root)) continue;
      try {
        await watch.refresh();
      } catch (cause) {
        const reason = reasonOf(cause);
        notes.push(`the pack folder ${watch.root} cannot be watched, new packs in it appear at the next start: ${reason}`);
      }
    }
  }

  /** Every folder with a manifest: the configured folders themselves, and those right inside them. */
  private async packFolders(notes: string[]): Promise<string[]> {
    const found: string[] = [];
    for (const folder of this.folders) {
      const names = await readdir(folder).catch(() => undefined);
      if (names === undefined) notes.push(`the pack folder ${folder} cannot be read; create it, or correct packFolders in the configuration`);
      const candidates = [folder, ...(names ?? []).sort().map((name) => join(folder, name))];
      found.push(...candidates.filter((candidate) => existsSync(join(candidate, manifestName))));
    }
    return found;
  }

  private async readPack(folder: string): Promise<Entry> {
    const name = basename(folder);
    let summary: PackSummary = { name, title: name, family: '', licence: '', folder };
    try {
      const manifest = await readPackManifest(folder);
      summary = summaryOf(folder, manifest);
      const pack = await checkPack(folder, manifest, this.plugins);
      return { summary, pack };
    } catch (cause) {
      return { summary: { ...summary, fault: ContinuoError.from(cause, 'badPack').message } };
    }
  }

  private async verify(entry: Entry): Promise<void> {
    if (!entry.pack) return;
    try {
      await verifyPack(entry.pack, this.digests);
    } catch (cause) {
      entry.summary = { ...entry.summary, fault: ContinuoError.from(cause, 'badPack').message };
      entry.pack = undefined;
    }
  }

  private changed(): void {
    if (this.closed) return;
    for (const listener of [...this.listeners]) listener();
  }
}

function orderOf({ pack }: Entry): number {
  return pack?.order ?? usualOrder;
}
