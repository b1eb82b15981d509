import { appendFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ContinuoError } from '../errors.js';
import { reasonOf } from '../reason-of.js';
import { formatLine, parseLines, type TakeLine } from './take-line.js';

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

/**
 * A take that is written as it goes on, so that what cannot be foreseen costs no more than what was written last. It is kept
 * in files of 1,024 beats, the last `segments` of them. Thread: main. Blocks: no.
 */
export class TakeJournal {
  private waiting: string[] = [];
  private segment = 0;
  private segmentEnd = segmentBeats;
  /** What a file must say before anything else: the tempo and the bars in force. */
  private readonly inForce = new Map<string, TakeLine>();
  private last: Promise<void> = Promise.resolve();
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

  add(line: TakeLine): void {
    if (line.beat >= this.segmentEnd) this.nextSegment(line);
    if ('bpm' in line) this.inForce.set('bpm', line);
    if ('beatsPerBar' in line) this.inForce.set('beatsPerBar', line);
    if (this.waiting.length >= mostWaiting) {
      this.waiting.shift();
      this.lost += 1;
    }
    this.waiting.push(formatLine(line));
  }

  /** Writes what waits; resolves when it is on the disk, or was refused. */
  async write(): Promise<void> {
    const lines = this.waiting;
    if (lines.length === 0) return this.last;
    this.waiting = [];
    const file = this.fileOf(this.segment);
    this.last = this.last.then(() => this.append(file, lines));
    await this.last;
  }

  private async append(file: string, lines: readonly string[]): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
      await appendFile(file, lines.join(''));
      this.failed = false;
    } catch (cause) {
      this.waiting = [...lines, ...this.waiting].slice(-mostWaiting);
      if (this.failed) return;
      this.failed = true;
      const reason = reasonOf(cause);
      this.onFault(new ContinuoError('recordingFailed', `The take is not written at the moment, and kept in memory: ${reason}`, { cause }));
    }
  }

  private nextSegment({ beat }: TakeLine): void {
    void this.write();
    this.segment += 1;
    this.segmentEnd = Math.floor(beat / segmentBeats + 1) * segmentBeats;
    this.waiting.push(...[...this.inForce.values()].map((line) => formatLine({ ...line, beat })));
    const oldest = this.segment - this.segments;
    if (oldest >= 0) this.last = this.last.then(() => rm(this.fileOf(oldest), { force: true }));
  }

  private fileOf(segment: number): string {
    return join(this.folder, `${this.name}.${String(segment).padStart(6, '0')}${ending}`);
  }
}

/** The takes in a folder, the newest first. A folder that is not there has none. */
export async function keptTakes(folder: string): Promise<readonly KeptTake[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw cause;
  });
  const files = names.filter((name) => /\.\d{6}\.jsonl$/.test(name)).sort();
  const takes = new Map<string, string[]>();
  for (const file of files) {
    const take = file.slice(0, -'.000000.jsonl'.length);
    takes.set(take, [...(takes.get(take) ?? []), join(folder, file)]);
  }
  const kept = await Promise.all(
    [...takes].map(async ([name, of]) => ({ name, files: of, writtenAt: (await stat(of[of.length - 1])).mtime })),
  );
  return kept.sort((a, b) => b.writtenAt.getTime() - a.writtenAt.getTime());
}

/** Everything that is left of a take. */
export async function readTake({ files }: KeptTake): Promise<readonly TakeLine[]> {
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).flatMap(parseLines);
}

/** Lets go of all but the newest takes. */
export async function keepNewest(folder: string, count: number): Promise<void> {
  const old = (await keptTakes(folder)).slice(count);
  await Promise.all(old.flatMap(({ files }) => files.map((file) => rm(file, { force: true }))));
}
