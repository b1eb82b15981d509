import { ContinuoError } from '../../../../engine/errors.js';
import { BpeCutter } from './bpe-cutter.js';
import { codePointsOf, replacementCharacter, textOf, utf8Byte, utf8Length } from './code-points.js';
import { byteOfPiece, pieceKinds, type SentencePieceModel } from './model-file.js';
import { Normaliser, spaceSymbol } from './normaliser.js';
import { PieceTrie } from './piece-trie.js';
import { UnigramCutter } from './unigram-cutter.js';

/**
 * Text ↔ ids of a SentencePiece model, unigram or BPE, id for id as Google's own library.
 * Thread: any one thread (it keeps buffers). Blocks: no.
 *
 * @example
 * const pieces = new SentencePiece(readModelFile(bytes, 'notes.model'));
 * pieces.decode(pieces.encode(text)); // → text, where the model normalises nothing
 */
export class SentencePiece {
  private readonly normaliser: Normaliser;
  private readonly denormaliser: Normaliser | undefined;
  private readonly cutter: UnigramCutter | BpeCutter;
  /** By id, in code points. */
  private readonly lengths: Int32Array;
  /** By byte: the id that stands for it. */
  private readonly idOfByte = new Int32Array(256).fill(-1);

  constructor(readonly model: SentencePieceModel) {
    const { pieces, algorithm } = model;
    this.lengths = Int32Array.from(pieces, ({ text }) => codePointsOf(text).length);
    const inText: readonly number[] = [pieceKinds.normal, pieceKinds.userDefined, pieceKinds.unused];
    const entries = pieces.map(({ text, kind }, id) => ({ text, kind, id }));
    const trie = new PieceTrie(entries.filter(({ kind }) => inText.includes(kind)).map(({ text, id }) => [text, id] as const));
    const userDefined = entries.filter(({ kind }) => kind === pieceKinds.userDefined);
    const frozen = userDefined.length > 0 ? new PieceTrie(userDefined.map(({ text, id }) => [text, id] as const)) : undefined;
    this.normaliser = new Normaliser(model.normaliser, frozen);
    this.denormaliser = model.denormaliser === undefined ? undefined : new Normaliser(model.denormaliser, undefined);
    this.cutter = algorithm === 'unigram' ? new UnigramCutter(model, trie) : new BpeCutter(model, trie, frozen);
    for (const { text, kind, id } of entries) if (kind === pieceKinds.byte) this.idOfByte[byteOfPiece(text)] = id;
  }

  encode(text: string): Int32Array {
    return this.encodePoints(codePointsOf(text));
  }

  /** As {@link encode}, for a text given by its code points. */
  encodePoints(points: Int32Array): Int32Array {
    const text = this.normaliser.normalise(points);
    const ids = this.cutter.cut(text);
    return ids.includes(this.model.unknown) ? this.withUnknown(ids, text) : ids;
  }

  /** Each unknown character in bytes where the model has them, else the unknown id once for those that follow each other. */
  private withUnknown(ids: Int32Array, text: Int32Array): Int32Array {
    const { unknown, byteFallback } = this.model;
    // At most so many: what is put together piece by piece would take several times the memory of a long text.
    const result = new Int32Array(byteFallback ? this.spelledLength(ids, text) : ids.length);
    let at = 0;
    let length = 0;
    for (let index = 0; index < ids.length; index += 1) {
      const id = ids[index];
      if (id !== unknown) {
        result[length++] = id;
      } else if (byteFallback) {
        const bytes = utf8Length(text[at]);
        for (let byte = 0; byte < bytes; byte += 1) result[length++] = this.idOfByte[utf8Byte(text[at], byte)];
      } else if (index === 0 || ids[index - 1] !== unknown) {
        result[length++] = unknown;
      }
      at += id === unknown ? 1 : this.lengths[id];
    }
    return length === result.length ? result : result.slice(0, length);
  }

  private spelledLength(ids: Int32Array, text: Int32Array): number {
    const { unknown } = this.model;
    let at = 0;
    let length = 0;
    for (const id of ids) {
      length += id === unknown ? utf8Length(text[at]) : 1;
      at += id === unknown ? 1 : this.lengths[id];
    }
    return length;
  }

  /** @throws ContinuoError badTokens for an id outside the model. */
  decode(ids: ArrayLike<number>): string {
    const { pieces, normaliser, unknownSurface } = this.model;
    const { addDummyPrefix, removeExtraWhitespaces } = normaliser;
    const dropsSpace = addDummyPrefix || removeExtraWhitespaces;
    const bytes: number[] = [];
    let text = '';
    let prefixSeen = false;
    const finishBytes = (): void => {
      text += readBytes(bytes);
      bytes.length = 0;
    };
    for (let index = 0; index < ids.length; index += 1) {
      const piece = pieces[ids[index]] ?? refuse(ids[index], pieces.length);
      if (piece.kind === pieceKinds.byte) {
        bytes.push(byteOfPiece(piece.text));
        continue;
      }
      finishBytes();
      if (piece.kind === pieceKinds.control) continue;
      if (piece.kind === pieceKinds.unknown) {
        text += unknownSurface;
        continue;
      }
      const drops = dropsSpace && !prefixSeen && text === '' && piece.text.codePointAt(0) === spaceSymbol;
      if (drops && !removeExtraWhitespaces) prefixSeen = true;
      text += (drops ? piece.text.slice(1) : piece.text).replaceAll(String.fromCodePoint(spaceSymbol), ' ');
    }
    finishBytes();
    if (this.denormaliser === undefined) return text;
    return textOf(this.denormaliser.normalise(codePointsOf(text)));
  }
}

/** Each byte that belongs to no character becomes U+FFFD. */
function readBytes(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] < 0x80 ? 1 : bytes[at] < 0xe0 ? 2 : bytes[at] < 0xf0 ? 3 : 4;
    const character = decodeOne(bytes.slice(at, at + length));
    text += character ?? String.fromCodePoint(replacementCharacter);
    at += character === undefined ? 1 : length;
  }
  return text;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeOne(bytes: readonly number[]): string | undefined {
  try {
    const text = strict.decode(Uint8Array.from(bytes));
    return text === '' ? undefined : text;
  } catch {
    // Malformed; the caller writes U+FFFD.
    return undefined;
  }
}

function refuse(id: number, size: number): never {
  throw new ContinuoError('badTokens', `Id ${id} is outside the SentencePiece model, 0 to ${size - 1}.`);
}
