import { availableParallelism, cpus, loadavg } from 'node:os';
import { basename } from 'node:path';
import { startProgress } from '../src/cli/progress.js';
import type { ComposeControls, Composer } from '../src/engine/contracts/composer.js';
import { bestFilling } from '../src/engine/deck/steering/best-filling.js';
import { ContinuoError } from '../src/engine/errors.js';
import type { TokenRecipe } from '../src/engine/generation/composer-recipe.js';
import { makeComposer } from '../src/engine/generation/make-composer.js';
import { shiftIntoModelKey, transposeNote } from '../src/engine/generation/model-key.js';
import { emptyScore, type Score } from '../src/engine/music/score.js';
import { midiFilesIn } from './statistics/midi-folder.js';
import { barsOfSong } from './statistics/song-prompt.js';
import { openRecipe } from './support/open-recipe.js';

export const summary =
  'whether bars that are filled lead into given ones better than those a pack goes on with: folder=DIR packs=a,b files=8 candidates=6 gap=2 given=2 threads=1';

const beatsPerBar = 4;
const pastBars = 8;
const never = (): boolean => false;
const leisure = { now: () => 0, latestMicros: Infinity };

interface Player {
  readonly pack: string;
  readonly composer: Composer;
  readonly controls: ComposeControls;
}

/** A song with bars taken out. */
interface Gapped {
  readonly past: Score;
  readonly whole: Score;
  readonly fromBeat: number;
  readonly untilBeat: number;
  readonly following: { readonly notes: Score['notes']; readonly untilBeat: number };
}

/** Bits per given note after three versions of the bars before them. */
interface Bits {
  readonly continued: number;
  readonly filled: number;
  readonly song: number;
}

/**
 * Takes bars out of songs, has each pack fill them as a deck does, with bars that go on from those before and lead into those
 * after, and as it goes on where nothing is given: with the first of the same candidates. How likely the given bars are after
 * both, and after the song's own bars, is asked of the pack itself (`bySelf`), which chose by that, and of each other pack
 * (`byOthers`), which had no part in the choice; all in C major or A minor. Of a pack that judges whole bars, bits are those of bars.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { folder } = options;
  if (folder === undefined) throw new ContinuoError('badValue', 'Name a folder of songs that no pack was trained on, such as folder=test.');
  const files = (await midiFilesIn(folder)).slice(0, Number(options.files ?? 8));
  const names = (options.packs ?? 'kmeans-piano,theremin-pop,skytnt-pop,skytnt-event,musemorphic').split(',');
  const players = await Promise.all(names.map((pack) => playerOf(pack, options)));
  const songs = await Promise.all(files.map((file) => gapped(file, Number(options.gap ?? 2), Number(options.given ?? 2))));
  const packs: Record<string, object> = {};
  const progress = startProgress('filling', players.length * songs.length);
  for (const player of players) {
    const rows = [];
    for (const song of songs) {
      rows.push(await measure(player, players.filter((other) => other !== player), song, Number(options.candidates ?? 6)));
      progress.step();
    }
    packs[player.pack] = { bySelf: shares(rows.map(({ bySelf }) => bySelf)), byOthers: shares(rows.flatMap(({ byOthers }) => byOthers)) };
  }
  progress.stop();
  for (const { composer } of players) await composer.dispose();
  return { folder: basename(folder), songs: songs.length, candidates: Number(options.candidates ?? 6), processor: cpus()[0]?.model, cores: availableParallelism(), load: loadavg()[0], packs };
}

async function playerOf(pack: string, options: Readonly<Record<string, string>>): Promise<Player> {
  const { name, recipe } = await openRecipe({ ...options, pack });
  const composer = await makeComposer(recipe, () => undefined);
  await composer.prepare();
  if (!composer.foresee) throw new ContinuoError('badValue', `The pack ${name} cannot say what leads into given bars; name others with packs=NAME,NAME.`);
  const usual = { temperature: 1, topP: 1, topK: 0, minP: 0, attributeTemperature: {}, seed: 1 };
  const sampling = { ...usual, ...(recipe as TokenRecipe).sampling };
  return { pack: name, composer, controls: { sampling, constraint: {}, keySemitones: 0, density: 0.5, mode: 'any', style: '' } };
}

async function gapped(file: string, gap: number, given: number): Promise<Gapped> {
  const { score: inItsKey, bpm } = await barsOfSong(file, pastBars + gap + given);
  const fromBeat = pastBars * beatsPerBar;
  // What is played and what is given are in the key that the deck is told.
  const shift = shiftIntoModelKey(inItsKey.notes.filter(({ beat }) => beat < fromBeat), 0);
  const score = { ...inItsKey, notes: inItsKey.notes.map((note) => transposeNote(note, shift)) };
  const untilBeat = fromBeat + gap * beatsPerBar;
  const until = (beat: number): Score => ({ ...emptyScore, tempos: [{ beat: 0, bpm }], notes: score.notes.filter((note) => note.beat < beat) });
  const following = { notes: score.notes.filter(({ beat }) => beat >= untilBeat), untilBeat: untilBeat + given * beatsPerBar };
  return { past: until(fromBeat), whole: until(untilBeat), fromBeat, untilBeat, following };
}

async function measure({ composer, controls }: Player, others: readonly Player[], song: Gapped, count: number): Promise<{ readonly bySelf: Bits; readonly byOthers: readonly Bits[] }> {
  const { past, fromBeat, untilBeat, following } = song;
  const fill = async (candidates: number): Promise<Score> => {
    await composer.prime(past, fromBeat);
    const { span } = await bestFilling(composer, { fromBeat, untilBeat, count: candidates }, controls, following, leisure, never);
    return { ...past, notes: [...past.notes, ...span.notes] };
  };
  const versions = { continued: await fill(1), filled: await fill(count), song: song.whole };
  const judged = async (judge: Pick<Player, 'composer' | 'controls'>): Promise<Bits> => ({
    continued: await bitsAfter(judge, versions.continued, song),
    filled: await bitsAfter(judge, versions.filled, song),
    song: await bitsAfter(judge, versions.song, song),
  });
  const byOthers = [];
  for (const other of others) byOthers.push(await judged(other));
  return { bySelf: await judged({ composer, controls }), byOthers };
}

async function bitsAfter({ composer, controls }: Pick<Player, 'composer' | 'controls'>, past: Score, { untilBeat, following }: Gapped): Promise<number> {
  await composer.prime(past, untilBeat);
  const nats = (await composer.foresee?.(following.notes, following.untilBeat, controls, never)) ?? Number.NaN;
  return -nats / Math.LN2 / Math.max(1, following.notes.length);
}

/** `saved`: bits a note; `better`, `worse`: in which share of the cases. */
function shares(rows: readonly Bits[]): object {
  const continued = mean(rows.map((row) => row.continued));
  const filled = mean(rows.map((row) => row.filled));
  const song = mean(rows.map((row) => row.song));
  const better = rows.filter((row) => row.filled < row.continued).length / rows.length;
  const worse = rows.filter((row) => row.filled > row.continued).length / rows.length;
  return { cases: rows.length, continued, filled, song, saved: continued - filled, better, worse };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
