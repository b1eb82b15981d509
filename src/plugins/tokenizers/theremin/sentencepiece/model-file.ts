import { ContinuoError } from '../../../../engine/errors.js';
import { CharacterMap } from './character-map.js';
import { readFields } from './protobuf-reader.js';

/** Kinds of piece, by their numbers in the file. */
export const pieceKinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface Piece {
  readonly text: string;
  /** Logarithm of a probability (unigram) or the negative rank of a merge (BPE), as a 32-bit float. */
  readonly score: number;
  /** One of {@link pieceKinds}. */
  readonly kind: number;
}

/** How text is changed before it is cut into pieces. */
export interface NormaliserOptions {
  /** `undefined`: characters stay as they are. */
  readonly map: CharacterMap | undefined;
  readonly addDummyPrefix: boolean;
  readonly removeExtraWhitespaces: boolean;
  readonly escapeWhitespaces: boolean;
}

/** What a `.model` file of Google's SentencePiece says. Ids are indices of `pieces`. */
export interface SentencePieceModel {
  readonly algorithm: 'unigram' | 'bpe';
  readonly pieces: readonly Piece[];
  readonly unknown: number;
  /** -1 where the model has none. */
  readonly start: number;
  /** -1 where the model has none. */
  readonly end: number;
  /** -1 where the model has none. */
  readonly pad: number;
  readonly byteFallback: boolean;
  /** What the unknown piece decodes to. */
  readonly unknownSurface: string;
  readonly normaliser: NormaliserOptions;
  readonly denormaliser: NormaliserOptions | undefined;
}

const defaultUnknownSurface = ' \u2047 ';
const algorithms = ['unigram', 'bpe'] as const;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a `.model` file. @param name what errors call it.
 * @throws ContinuoError badPack when it is damaged, no SentencePiece model, or a kind that is not supported.
 */
export function readModelFile(bytes: Uint8Array, name: string): SentencePieceModel {
  let model: SentencePieceModel;
  try {
    model = readModel(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refused(name, `is no SentencePiece model (${reason}); give a .model file that spm_train wrote`, cause);
  }
  const fault = findFault(model.pieces, model.byteFallback);
  if (fault !== undefined) throw refused(name, `is a damaged SentencePiece model: ${fault}; train or download it again`);
  return model;
}

function refused(name: string, what: string, cause?: unknown): ContinuoError {
  return new ContinuoError('badPack', `${name} ${what}.`, { cause });
}

function readModel(bytes: Uint8Array): SentencePieceModel {
  const pieces: Piece[] = [];
  let trainer = new Map<number, number | Uint8Array>();
  let normaliser = readNormaliser(new Uint8Array());
  let denormaliser: NormaliserOptions | undefined;
  for (const { number, value } of readFields(bytes)) {
    if (number > 5) continue;
    if (typeof value === 'number') throw new RangeError(`field ${number} is a number`);
    if (number === 1) pieces.push(readPiece(value));
    else if (number === 2) trainer = new Map([...readFields(value)].map((field) => [field.number, field.value]));
    else if (number === 3) normaliser = readNormaliser(value);
    else if (number === 5) denormaliser = readNormaliser(value);
  }
  const integer = (number: number, usual: number): number => {
    const value = trainer.get(number) ?? usual;
    if (typeof value !== 'number') throw new RangeError(`setting ${number} is no number`);
    return value;
  };
  const algorithm = algorithms[integer(3, 1) - 1];
  if (algorithm === undefined) throw new RangeError('only unigram and BPE models can be used');
  if (integer(24, 0) !== 0) throw new RangeError('spaces stand behind words in it, which is not supported');
  const surface = trainer.get(44);
  const control = (number: number, usual: number): number => {
    const value = integer(number, usual);
    return pieces[value]?.kind === pieceKinds.control ? value : -1;
  };
  return {
    algorithm,
    pieces,
    unknown: pieces.findIndex(({ kind }) => kind === pieceKinds.unknown),
    start: control(41, 1),
    end: control(42, 2),
    pad: control(43, -1),
    byteFallback: integer(35, 0) !== 0,
    unknownSurface: surface instanceof Uint8Array ? utf8.decode(surface) : defaultUnknownSurface,
    normaliser,
    denormaliser: denormaliser?.map === undefined ? undefined : denormaliser,
  };
}

function readPiece(bytes: Uint8Array): Piece {
  let text = '';
  let score = 0;
  let kind: number = pieceKinds.normal;
  for (const { number, value } of readFields(bytes)) {
    if (number === 1 && value instanceof Uint8Array) text = utf8.decode(value);
    else if (number === 2 && typeof value === 'number') score = value;
    else if (number === 3 && typeof value === 'number') kind = value;
    else if (number <= 3) throw new RangeError(`field ${number} of a piece has a wrong form`);
  }
  return { text, score, kind };
}

function readNormaliser(bytes: Uint8Array): NormaliserOptions {
  const fields = new Map([...readFields(bytes)].map((field) => [field.number, field.value]));
  const charsmap = fields.get(2) ?? new Uint8Array();
  if (typeof charsmap === 'number') throw new RangeError('the character map is a number');
  return {
    map: charsmap.length > 0 ? new CharacterMap(charsmap) : undefined,
    addDummyPrefix: fields.get(3) !== 0,
    removeExtraWhitespaces: fields.get(4) !== 0,
    escapeWhitespaces: fields.get(5) !== 0,
  };
}

function findFault(pieces: readonly Piece[], byteFallback: boolean): string | undefined {
  const texts = new Set<string>();
  const ofKind = (wanted: number): Piece[] => pieces.filter(({ kind }) => kind === wanted);
  for (const [id, { text, score, kind }] of pieces.entries()) {
    if (text === '') return `piece ${id} is empty`;
    if (texts.has(text)) return `piece ${id} is there twice`;
    if (!Number.isFinite(score)) return `piece ${id} has no score`;
    if (kind < pieceKinds.normal || kind > pieceKinds.byte) return `piece ${id} is of an unknown kind`;
    texts.add(text);
  }
  if (pieces.length === 0) return 'it has no pieces';
  if (ofKind(pieceKinds.unknown).length !== 1) return 'it needs one piece for the unknown';
  const bytes = ofKind(pieceKinds.byte);
  if (bytes.length > 0 && !byteFallback) return 'it has pieces of bytes but does not use them';
  if (byteFallback && new Set(bytes.map(({ text }) => byteOfPiece(text))).size !== 256) return 'it lacks pieces of bytes';
  return bytes.some(({ text }) => byteOfPiece(text) < 0) ? 'a piece of a byte has a wrong name' : undefined;
}

/** @example byteOfPiece('<0xF1>') // → 241; -1 for any other text */
export function byteOfPiece(text: string): number {
  const match = /^<0x([0-9A-F]{2})>$/.exec(text);
  return match === null ? -1 : Number.parseInt(match[1], 16);
}
