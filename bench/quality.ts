import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProgress } from '../src/cli/progress.js';
import { ContinuoError } from '../src/engine/errors.js';
import { readPackManifest } from '../src/engine/packs/pack-manifest.js';
import { compare, type Comparison } from './statistics/comparison.js';
import { midiFilesIn, notesOfFolder } from './statistics/midi-folder.js';
import { statisticsOf } from './statistics/music-statistics.js';
import { openReference, type MusicReference } from './statistics/reference.js';
import { renderPiece, type PieceWishes } from './statistics/render-piece.js';
import { barsOfSong } from './statistics/song-prompt.js';
import { readTimedNotes, type TimedNotes } from './statistics/timed-notes.js';
import { openVoices, type OpenVoices } from './support/open-voices.js';

export const summary =
  'how much like real music packs play: pack=NAME,NAME count=64 bars=32 seed=1 reference=NAME folder=DIR (songs to go on from) style=NAME keep=DIR; midi=DIR judges files instead';

const promptBars = 8;

/** What a pack should reach. */
const aims = { medianKs: 0.25, top_interval4_repeat: 0.35, scale_consistency: 0.25, top_interval: 0.15 };

interface Judged {
  readonly music: string;
  readonly comparison: Comparison;
}

/**
 * Lets packs play `count` pieces of `bars` bars, from nothing and, with `folder`, after 8 bars of songs, with seeds `seed`,
 * `seed` + 1 … at the tempos of the reference's pieces, or of the songs. Windows of 30 seconds are compared with those of
 * the test split of the data a pack was trained on: distances by Kolmogorov and Smirnov, 0 alike, 1 nothing in common.
 * The rows real, shuffled and random say what the figures mean.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  return {
    aims: tableRow('below', aims.medianKs, aims, aims.top_interval),
    packs: options.midi === undefined ? await judgePacks(options) : { [options.midi]: await judgeFolder(options.midi, options.reference) },
  };
}

async function judgeFolder(folder: string, referenceName?: string): Promise<object> {
  if (referenceName === undefined) throw new ContinuoError('badValue', 'Say what the files are compared with, such as reference=pop909-aligned.');
  const reference = await openReference(referenceName);
  const comparison = compare(reference, statisticsOf(await notesOfFolder(folder)));
  return report(reference, [{ music: 'files', comparison }]);
}

async function judgePacks(options: Readonly<Record<string, string>>): Promise<Record<string, object>> {
  const stage = await openVoices(options);
  const reports: Record<string, object> = {};
  for (const pack of (options.pack ?? 'skytnt-pop').split(',')) {
    const reference = await openReference(options.reference ?? (await dataSetOf(stage, pack)));
    const count = Number(options.count ?? 64);
    const bars = Number(options.bars ?? 32);
    const seed = Number(options.seed ?? 1);
    const style = options.style ?? '';
    const judge = async (music: string, wishes: (index: number) => Promise<PieceWishes>): Promise<Judged> => {
      const pieces = await renderAll(stage, count, wishes, options.keep && join(options.keep, pack, music.replaceAll(' ', '-')));
      return { music, comparison: compare(reference, statisticsOf(pieces)) };
    };
    const judged = [await judge('from nothing', async (index) => ({ pack, bars, seed: seed + index, style, bpm: reference.bpms[index % reference.bpms.length] }))];
    if (options.folder !== undefined) {
      const songs = await midiFilesIn(options.folder);
      const after = async (index: number): Promise<PieceWishes> => {
        const { score: prompt, bpm } = await barsOfSong(songs[index % songs.length], promptBars);
        return { pack, bars, seed: seed + index, style, bpm, prompt };
      };
      judged.push(await judge(`after ${promptBars} bars of a song`, after));
    }
    reports[pack] = report(reference, judged);
  }
  return reports;
}

async function renderAll(
  { voices }: OpenVoices,
  count: number,
  wishes: (index: number) => Promise<PieceWishes>,
  keep: string | undefined,
): Promise<TimedNotes[]> {
  const progress = startProgress('rendering', count);
  const pieces: TimedNotes[] = [];
  if (keep !== undefined) await mkdir(keep, { recursive: true });
  try {
    for (let index = 0; index < count; index += 1) {
      const wanted = await wishes(index);
      const file = await renderPiece(voices, wanted);
      if (keep !== undefined) await writeFile(join(keep, `seed-${wanted.seed}.mid`), file);
      pieces.push(readTimedNotes(file));
      progress.step();
    }
  } finally {
    progress.stop();
  }
  return pieces;
}

/** Of the data sets a pack was trained on, the one that gave it most files. */
async function dataSetOf({ folderOf }: OpenVoices, name: string): Promise<string> {
  const { training } = await readPackManifest(await folderOf(name));
  const [largest] = [...(training?.data ?? [])].sort((a, b) => (b.files ?? 0) - (a.files ?? 0));
  if (largest) return largest.name;
  throw new ContinuoError('badValue', `${name} does not say what it was trained on; name the data set it is compared with, such as reference=pop909-aligned.`);
}

function report(reference: MusicReference, judged: readonly Judged[]): object {
  const { real, shuffled, random } = reference;
  const all: Judged[] = [...judged, { music: 'real songs', comparison: real }, { music: 'shuffled', comparison: shuffled }, { music: 'random', comparison: random }];
  return {
    reference: reference.name,
    table: all.map(({ music, comparison }) => ({
      ...tableRow(music, comparison.medianKs, comparison.features, comparison.histograms.top_interval),
      pieces: comparison.pieces,
      windows: comparison.windows,
    })),
    features: Object.keys(reference.features).map((feature) => ({
      feature,
      ...Object.fromEntries(all.map(({ music, comparison }) => [music, comparison.features[feature] ?? null])),
    })),
  };
}

function tableRow(
  music: string,
  medianKs: number,
  { top_interval4_repeat: repetitionKs, scale_consistency: scaleKs }: Readonly<Record<string, number>>,
  intervalJsd: number | null,
): object {
  return { music, medianKs, repetitionKs, scaleKs, intervalJsd };
}
