import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ContinuoError } from '../../src/engine/errors.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { compare, distributionsOf, type Comparison, type Distributions } from './comparison.js';
import { randomised, shuffled } from './controls.js';
import { excerptOf } from './excerpt.js';
import { medianOf } from './numbers.js';
import { statisticsOf } from './music-statistics.js';
import type { TimedNotes } from './timed-notes.js';

/** What generated music is judged against: a data set's test split, and the same figures of music that is known. */
export interface MusicReference extends Distributions {
  /** The data set. */
  readonly name: string;
  readonly licence: string;
  readonly source: string;
  /** Pieces and windows of the test split. */
  readonly pieces: number;
  readonly windows: number;
  /** Tempos of its pieces, beats a minute: what pieces without a prompt are played in, one after the other. */
  readonly bpms: readonly number[];
  /** Bars of the excerpts that follow. */
  readonly bars: number;
  /** Excerpts of real pieces that are not in the test split: the best that can be had. */
  readonly real: Comparison;
  /** The same with pitches and velocities shuffled. */
  readonly shuffled: Comparison;
  /** As many notes anywhere. */
  readonly random: Comparison;
}

export const referenceFolder = join(repositoryRoot, 'bench', 'references');

export interface ReferenceSource {
  readonly name: string;
  readonly licence: string;
  readonly source: string;
  readonly test: readonly TimedNotes[];
  /** Other pieces of the same kind. */
  readonly others: readonly TimedNotes[];
  readonly bars: number;
}

/** @example makeReference({ name: 'pop909-aligned', ... }).real.medianKs // → 0.09 */
export function makeReference({ name, licence, source, test, others, bars }: ReferenceSource): MusicReference {
  const statistics = statisticsOf(test);
  const distributions = distributionsOf(statistics);
  const excerpts = others.map((piece) => excerptOf(piece, bars));
  const against = (pieces: readonly TimedNotes[]): Comparison => compare(distributions, statisticsOf(pieces));
  return {
    name,
    licence,
    source,
    pieces: statistics.pieces,
    windows: statistics.windows.length,
    bpms: test.map(bpmOf),
    bars,
    real: against(excerpts),
    shuffled: against(excerpts.map(shuffled)),
    random: against(excerpts.map(randomised)),
    ...distributions,
  };
}

/** Errors: `badValue` when there is no reference of that name. */
export async function openReference(name: string): Promise<MusicReference> {
  const path = join(referenceFolder, `${name}.json`);
  if (existsSync(path)) return JSON.parse(await readFile(path, 'utf8')) as MusicReference;
  const names = (await readdir(referenceFolder)).filter((file) => file.endsWith('.json')).map((file) => basename(file, '.json'));
  throw new ContinuoError('badValue', `There are no reference statistics of "${name}"; say reference=${names.join(' or ')}, or make them with the topic "reference".`);
}

/** Beats a minute, the usual ones of a piece whose tempo changes. */
export function bpmOf({ notes, ticksPerBeat }: TimedNotes): number {
  const paces = notes
    .filter((note) => note.endTick > note.startTick)
    .map((note) => (((note.endTick - note.startTick) / ticksPerBeat) * 60) / (note.endSeconds - note.startSeconds));
  return paces.length === 0 ? 120 : Math.round(medianOf(paces));
}
