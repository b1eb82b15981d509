import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { eventsOfType, type TickScore } from '../engine/music/tick-score.js';
import { outputFault, writeOutput } from './named-file.js';

/**
 * The binary form of tokenised files: the line `CTOK1`, one line of JSON ({@link TokenFileHeader}), then the ids of all
 * files one after the other, little-endian.
 */
export interface TokenFileHeader {
  readonly tokenizer: string;
  readonly options: unknown;
  readonly vocabularySize: number;
  readonly rowWidth: number;
  readonly dtype: 'uint16' | 'uint32';
  /** `offset` and `length` count ids, from the end of the header line. */
  readonly files: readonly {
    readonly file: string;
    readonly offset: number;
    readonly length: number;
    readonly meters: readonly MeterOfFile[];
  }[];
}

/** Beat, numerator and denominator: formats need not say where the bars are, training wants to know. */
export type MeterOfFile = readonly [number, number, number];

export interface TokenisedFile {
  readonly file: string;
  readonly ids: Int32Array;
  readonly meters: readonly MeterOfFile[];
}

/** The metres of a score in order of beat. */
export function metersOf(score: TickScore): MeterOfFile[] {
  return eventsOfType(score, 'meter')
    .filter(({ numerator }) => numerator > 0)
    .sort((a, b) => a.tick - b.tick)
    .map(({ tick, numerator, denominatorPower }) => [tick / score.ticksPerBeat, numerator, 2 ** denominatorPower]);
}

const magic = 'CTOK1\n';
const maximumUint16Vocabulary = 0x10000;
const idsOfWrite = 0x10000;

/**
 * Writes the binary form file by file, so that memory holds the ids of one alone. They wait in a file beside the output,
 * `<path>.part`, until the header can be written.
 */
export class TokenFileWriter {
  private readonly files: TokenFileHeader['files'][number][] = [];
  private readonly bytesPerId: 2 | 4;
  private offset = 0;

  private constructor(
    private readonly path: string,
    private readonly part: FileHandle,
    private readonly about: Omit<TokenFileHeader, 'dtype' | 'files'>,
  ) {
    this.bytesPerId = about.vocabularySize <= maximumUint16Vocabulary ? 2 : 4;
  }

  /** @throws ContinuoError badConfiguration, in words, when the file cannot be written. */
  static async open(path: string, about: Omit<TokenFileHeader, 'dtype' | 'files'>): Promise<TokenFileWriter> {
    try {
      return new TokenFileWriter(path, await open(partOf(path), 'w'), about);
    } catch (cause) {
      throw outputFault(path, cause);
    }
  }

  /** Ids so far. */
  get count(): number {
    return this.offset;
  }

  async add({ file, ids, meters }: TokenisedFile): Promise<void> {
    this.files.push({ file, offset: this.offset, length: ids.length, meters });
    this.offset += ids.length;
    for (let from = 0; from < ids.length; from += idsOfWrite) await this.part.writeFile(this.bytesOf(ids.subarray(from, from + idsOfWrite)));
  }

  /** Puts the output together. Errors: as {@link open}. */
  async finish(): Promise<void> {
    const header: TokenFileHeader = { ...this.about, dtype: this.bytesPerId === 2 ? 'uint16' : 'uint32', files: this.files };
    await writeOutput(this.path, `${magic}${JSON.stringify(header)}\n`);
    await pipeline(createReadStream(partOf(this.path)), createWriteStream(this.path, { flags: 'a' }));
  }

  /** Call it last, whatever happened: the file beside the output goes. */
  async dispose(): Promise<void> {
    await this.part.close();
    await rm(partOf(this.path), { force: true });
  }

  private bytesOf(ids: Int32Array): Uint8Array {
    const bytes = Buffer.allocUnsafe(ids.length * this.bytesPerId);
    let at = 0;
    for (const id of ids) at = this.bytesPerId === 2 ? bytes.writeUInt16LE(id, at) : bytes.writeUInt32LE(id, at);
    return bytes;
  }
}

function partOf(path: string): string {
  return `${path}.part`;
}
