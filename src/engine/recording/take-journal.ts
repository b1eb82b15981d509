import { appendFile, mkdir, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { ContinuoError } from '../errors.js';
import type { Beats } from '../music/units.js';
import { reasonOf } from '../reason-of.js';
import { phase } from '../time/phase.js';
import { formatLine, parseLines, settingOf, type TakeLine } from './take-line.js';

const ending = '.jsonl';
/** A file of a take holds so many beats; the oldest is let go as a whole. */
const segmentBeats = 1024;
/** Lines that wait for a disk that is slow or full; past that the oldest are let go and counted. */
const mostWaiting = 100_000;

/** A take on the disk: its files in order, and when the last was written to. */
export interface KeptTake {
  readonly name: string;
  readonly files: readonly string[];
  readonly writtenAt: Date;
}

/** A line that waits for the disk, and the file that it is to stand in. */
interface WaitingLine {
  readonly text: string;
  segment: number;
}

/** What there is of a take; `unreadable` are the paths of files that hold more of it and cannot be read. */
export interface ReadTake {
  readonly lines: readonly TakeLine[];
  readonly unreadable: readonly string[];
}

/**
 * A take that is written as it goes on, so that what cannot be foreseen costs no more than what was written last. It is kept
 * in files of 1,024 beats, the last `segments` of them. Each line is in them once, in the order in which it came, whatever the
 * disk refused meanwhile. Thread: main. Blocks: no.
 */
export class TakeJournal {
  private waiting: WaitingLine[] = [];
  private segment = 0;
  private segmentEnd = segmentBeats;
  /** What a file must say before anything else: whatever was set and holds on. */
  private readonly inForce = new Map<string, TakeLine>();
  /** How many bytes each file holds that were written as a whole. */
  private readonly written = new Map<number, number>();
  /** The disk is asked for one thing at a time, in turn. */
  private last: Promise<unknown> = Promise.resolve();
  private lost = 0;
  private failed = false;

  /**
   * @param name of the take, the beginning of its files' names.
   * @param onFault told once when the disk refuses, and again when it refuses after it had recovered.
   */
  constructor(
    private readonly folder: string,
    readonly name: string,
    private readonly segments: number,
    private readonly onFault: (error: ContinuoError) => void,
  ) {}

  /** Lines let go because they could not be written in time. */
  get dropped(): number {
    return this.lost;
  }

  /** @param end up to where there is music: a line may be of a beat that is still to come. */
  add(line: TakeLine, end: Beats = line.beat): void {
    if (end >= this.segmentEnd) this.nextSegment(end);
    const setting = settingOf(line);
    if (setting) this.inForce.set(setting.what, line);
    this.wait(line);
    this.dropOldest();
  }

  /** Writes what waits; resolves when it is on the disk, or was refused. */
  write(): Promise<void> {
    return this.inTurn(() => this.writeWaiting());
  }

  /** Everything that is left of the take, with what the disk has refused so far. */
  read(): Promise<ReadTake> {
    return this.inTurn(async () => {
      await this.writeWaiting();
      const { lines, unreadable } = await readFiles([...this.written].map(([segment, length]) => ({ file: this.fileOf(segment), length })));
      const waiting = parseLines(this.waiting.map(({ text }) => text).join(''));
      return { lines: [...lines, ...waiting], unreadable };
    });
  }

  private inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(task);
    // What failed was told to whoever asked for it.
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async writeWaiting(): Promise<void> {
    while (this.waiting.length > 0) {
      const [{ segment }] = this.waiting;
      const next = this.waiting.findIndex((line) => line.segment !== segment);
      const lines = this.waiting.splice(0, next < 0 ? this.waiting.length : next);
      try {
        await this.append(segment, lines.map(({ text }) => text).join(''));
        this.failed = false;
      } catch (cause) {
        this.keep(lines);
        if (!this.failed) this.report('The take is not written at the moment, and kept in memory', cause);
        this.failed = true;
        return;
      }
    }
  }

  private async append(segment: number, text: string): Promise<void> {
    const file = this.fileOf(segment);
    await mkdir(this.folder, { recursive: true });
    const size = await sizeOf(file);
    const length = Math.min(size, this.written.get(segment) ?? 0);
    // As far as it came, what was refused would stand there twice.
    if (size > length) await truncate(file, length);
    await appendFile(file, text);
    this.written.set(segment, length + Buffer.byteLength(text));
  }

  /** Takes lines back that were refused. */
  private keep(lines: readonly WaitingLine[]): void {
    // One file that refuses for good must not keep back what belongs in the next.
    for (const line of lines) line.segment = this.segment;
    this.waiting = [...lines, ...this.waiting];
    this.dropOldest();
  }

  private wait(line: TakeLine): void {
    this.waiting.push({ text: formatLine(line), segment: this.segment });
  }

  private dropOldest(): void {
    const tooMany = this.waiting.length - mostWaiting;
    if (tooMany <= 0) return;
    this.waiting.splice(0, tooMany);
    this.lost += tooMany;
  }

  private nextSegment(end: Beats): void {
    this.segment += 1;
    this.segmentEnd = Math.floor(end / segmentBeats + 1) * segmentBeats;
    for (const line of this.inForce.values()) {
      const beat = 'beatsPerBar' in line ? end - phase(end - line.beat, line.beatsPerBar) : end;
      this.wait({ ...line, beat, again: true });
    }
    const oldest = this.segment - this.segments;
    if (oldest < 0) return;
    void this.write();
    void this.inTurn(() => this.letGo(oldest));
  }

  private async letGo(segment: number): Promise<void> {
    const file = this.fileOf(segment);
    try {
      await rm(file, { force: true });
      this.written.delete(segment);
    } catch (cause) {
      this.report(`An older part of the take cannot be let go, and stays: ${file}`, cause);
    }
  }

  private report(sentence: string, cause: unknown): void {
    this.onFault(new ContinuoError('recordingFailed', `${sentence}: ${reasonOf(cause)}`, { cause }));
  }

  private fileOf(segment: number): string {
    return join(this.folder, `${this.name}.${String(segment).padStart(6, '0')}${ending}`);
  }
}

/** What files hold that follow each other, each up to `length` bytes where that is told. */
async function readFiles(files: readonly { readonly file: string; readonly length?: number }[]): Promise<ReadTake> {
  const lines: (readonly TakeLine[])[] = [];
  const unreadable: string[] = [];
  for (const { file, length } of files) {
    try {
      lines.push(parseLines((await readFile(file)).toString('utf8', 0, length)));
    } catch {
      unreadable.push(file);
    }
  }
  return { lines: lines.flat(), unreadable };
}

/** When the last of the files was written to; undefined where another engine has let go of all of them meanwhile. */
async function lastWritten(files: readonly string[]): Promise<Date | undefined> {
  const times = await Promise.all(files.map((file) => stat(file).then(({ mtime }) => mtime, () => undefined)));
  return times.findLast((time) => time !== undefined);
}

/** How many bytes a file holds; 0 where there is none. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw cause;
  }
}

/** The takes in a folder, the newest first. A folder that is not there has none. Errors: `recordingFailed`. */
export async function keptTakes(folder: string): Promise<readonly KeptTake[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new ContinuoError('recordingFailed', `The takes in ${folder} cannot be read: ${reasonOf(cause)}`, { cause });
  });
  const files = names.filter((name) => /\.\d{6}\.jsonl$/.test(name)).sort();
  const takes = new Map<string, string[]>();
  for (const file of files) {
    const take = file.slice(0, -'.000000.jsonl'.length);
    takes.set(take, [...(takes.get(take) ?? []), join(folder, file)]);
  }
  const kept = await Promise.all(
    [...takes].map(async ([name, of]) => {
      const writtenAt = await lastWritten(of);
      return writtenAt ? [{ name, files: of, writtenAt }] : [];
    }),
  );
  return kept.flat().sort((a, b) => b.writtenAt.getTime() - a.writtenAt.getTime());
}

/** Everything that is left of a take. */
export function readTake({ files }: KeptTake): Promise<ReadTake> {
  return readFiles(files.map((file) => ({ file })));
}

/** Lets go of all but the newest takes. */
export async function keepNewest(folder: string, count: number): Promise<void> {
  const old = (await keptTakes(folder)).slice(count);
  await Promise.all(old.flatMap(({ files }) => files.map((file) => rm(file, { force: true }))));
}
