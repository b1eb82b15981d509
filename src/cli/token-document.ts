import { z } from 'zod';
import type { Vocabulary } from '../engine/contracts/tokenizer.js';
import { ContinuoError } from '../engine/errors.js';

const ids = z.array(z.int());
const tokens = z.union([ids, z.array(ids)]);
const entry = z.object({ file: z.string(), tokens });
/** What `continuo tokenize` prints for one file or several: rows of ids, or flat lists. */
const document = z.union([tokens, entry, z.array(entry)]);

/** Ids in one row as others are given them; 1 for a flat list. */
export function writtenRowWidth({ rowWidth, form }: Vocabulary): number {
  return form === 'flat' ? 1 : rowWidth;
}

/**
 * The ids in a JSON text: one document, an array of documents (then `file` says which, unless there is one alone), or
 * the ids themselves, in rows or flat.
 * @throws ContinuoError badTokens when it is none of these, or ids or rows do not fit the vocabulary.
 */
export function readDocument(text: string, vocabulary: Vocabulary, file?: string): Int32Array {
  const found = pick(parse(text), file);
  const { size, rowWidth } = vocabulary;
  const badRow = found.findIndex((row) => Array.isArray(row) && row.length !== rowWidth);
  if (badRow >= 0) throw new ContinuoError('badTokens', `Row ${badRow} does not hold ${rowWidth} ids.`);
  const flat = found.flat();
  const bad = flat.findIndex((id) => id < 0 || id >= size);
  if (bad >= 0) {
    throw new ContinuoError('badTokens', `Id ${flat[bad]} at place ${bad} is outside the vocabulary, 0 to ${size - 1}.`);
  }
  if (flat.length % rowWidth !== 0) {
    throw new ContinuoError('badTokens', `${flat.length} ids do not make whole rows of ${rowWidth}.`);
  }
  return Int32Array.from(flat);
}

function parse(text: string): z.output<typeof document> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ContinuoError('badTokens', 'The file is no JSON; give it what continuo tokenize prints.', { cause });
  }
  const parsed = document.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ContinuoError('badTokens', 'The JSON holds no tokens; give it what continuo tokenize prints: {"file","tokens"}.');
}

function pick(found: z.output<typeof document>, file: string | undefined): z.output<typeof tokens> {
  if (!isEntries(found)) return 'tokens' in found ? found.tokens : found;
  const candidates = file === undefined ? found : found.filter((candidate) => candidate.file === file);
  if (candidates.length === 1) return candidates[0].tokens;
  const names = found.map((candidate) => candidate.file).join(', ');
  throw new ContinuoError('badTokens', `Say with --file which one of these files you mean: ${names}.`);
}

function isEntries(found: z.output<typeof document>): found is z.output<typeof entry>[] {
  return Array.isArray(found) && found.length > 0 && typeof found[0] === 'object' && 'tokens' in found[0];
}
