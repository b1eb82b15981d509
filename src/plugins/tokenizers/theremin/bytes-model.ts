import { pieceKinds, type Piece, type SentencePieceModel } from './sentencepiece/model-file.js';

const control = (text: string): Piece => ({ text, score: 0, kind: pieceKinds.control });

/** A model without pieces of text: every note is four ids, one a byte. What SentencePiece models are trained from. */
export const bytesModel: SentencePieceModel = {
  algorithm: 'bpe',
  pieces: [
    control('[PAD]'),
    { text: '[UNK]', score: 0, kind: pieceKinds.unknown },
    control('[CLS]'),
    control('[SEP]'),
    ...Array.from({ length: 256 }, (_, byte) => ({
      text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
      score: 0,
      kind: pieceKinds.byte,
    })),
  ],
  unknown: 1,
  start: 2,
  end: 3,
  pad: 0,
  byteFallback: true,
  unknownSurface: '',
  normaliser: { map: undefined, addDummyPrefix: false, removeExtraWhitespaces: false, escapeWhitespaces: false },
  denormaliser: undefined,
};
