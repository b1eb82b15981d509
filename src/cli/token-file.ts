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
  readonly files: readonly { readonly file: string; readonly offset: number; readonly length: number }[];
}

export interface TokenisedFile {
  readonly file: string;
  readonly ids: Int32Array;
}

const magic = 'CTOK1\n';
const maximumUint16Vocabulary = 0x10000;

export function writeTokenFile(
  files: readonly TokenisedFile[],
  about: Pick<TokenFileHeader, 'tokenizer' | 'options' | 'vocabularySize' | 'rowWidth'>,
): Buffer {
  let offset = 0;
  const entries = files.map(({ file, ids }) => {
    const entry = { file, offset, length: ids.length };
    offset += ids.length;
    return entry;
  });
  const dtype = about.vocabularySize <= maximumUint16Vocabulary ? 'uint16' : 'uint32';
  const header: TokenFileHeader = { ...about, dtype, files: entries };
  const head = Buffer.from(`${magic}${JSON.stringify(header)}\n`, 'utf8');
  const bytesPerId = dtype === 'uint16' ? 2 : 4;
  const body = Buffer.alloc(offset * bytesPerId);
  let at = 0;
  for (const { ids } of files) {
    for (const id of ids) at = bytesPerId === 2 ? body.writeUInt16LE(id, at) : body.writeUInt32LE(id, at);
  }
  return Buffer.concat([head, body]);
}
