import { availableParallelism, cpus, loadavg } from 'node:os';
import { basename } from 'node:path';
import { startProgress } from '../src/cli/progress.js';
import type { ComposeControls, Composer, Goal } from '../src/engine/contracts/composer.js';
import { bestFilling } from '../src/engine/deck/steering/best-filling.js';
import { earlierWay } from '../src/engine/deck/steering/earlier-way.js';
import { ContinuoError } from '../src/engine/errors.js';
import type { TokenRecipe } from '../src/engine/generation/composer-recipe.js';
import { makeComposer } from '../src/engine/generation/make-composer.js';
import { shiftIntoModelKey, transposeNote } from '../src/engine/generation/model-key.js';
import { barShapes, likeness } from '../src/engine/music/bar-shape.js';
import { endBeat, type Note } from '../src/engine/music/note.js';
import { emptyScore, type Score } from '../src/engine/music/score.js';
import { midiFilesIn } from './statistics/midi-folder.js';
import { barsOfSong } from './statistics/song-prompt.js';
import { openRecipe } from './support/open-recipe.js';

export const summary =
  'whether bars that are filled lead into given ones better than those a pack goes on with, by packs that had no part in them: folder=DIR packs=a,b judges=a,b files=8 from=0 candidates=6 past=32 gap=2 given=2 threads=1';

const beatsPerBar = 4;
/** Bars of the past that are put in the place of those that were taken out. */
const otherBar = 2;
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
  readonly fromBeat: number;
  readonly goal: Goal;
  /** What was taken out, and what is put there for comparison. */
  readonly fillings: Readonly<Record<'song' | 'otherBars' | 'givenBars', readonly Note[]>>;
  /** How the music once led there. */
  readonly way: readonly Note[] | undefined;
}

type Row = Readonly<Record<string, number>>;

/**
 * Takes bars out of songs and has each pack fill them: as it goes on where nothing is given (`continued`), as it composes them towards
 * what comes after (`composed`), and as a deck plays them (`filled`: as before where the music has been there, else as composed). Beside these: the song's own bars (`song`), other bars of the song (`otherBars`) and the
 * given ones, played twice (`givenBars`). Songs that are silent in these bars are left out. `bits`: what each note of the given bars costs after them, by the ears of each judge; the one
 * that filled had a part in the choice, others had none. Of a pack that judges whole bars, bits are those of bars. `likeness`: to the
 * song's own bars, by no model. All in C major or A minor.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { folder } = options;
  if (folder === undefined) throw new ContinuoError('badValue', 'Name a folder of songs that no pack was trained on, such as folder=test.');
  const first = Number(options.from ?? 0);
  const files = (await midiFilesIn(folder)).slice(first, first + Number(options.files ?? 8));
  const names = (options.packs ?? 'kmeans-piano,theremin-pop,skytnt-pop,skytnt-event,musemorphic').split(',');
  const judgeNames = options.judges?.split(',') ?? names;
  const players = await Promise.all([...new Set([...names, ...judgeNames])].map((pack) => playerOf(pack, options)));
  const judges = players.filter(({ pack }) => judgeNames.includes(pack));
  const bars = { past: Number(options.past ?? 32), gap: Number(options.gap ?? 2), given: Number(options.given ?? 2) };
  const songs = (await Promise.all(files.map((file) => gapped(file, bars)))).filter(({ goal, fillings }) => goal.notes.length > 0 && fillings.song.length > 0);
  if (songs.length === 0) throw new ContinuoError('badValue', 'No song there is long enough: take less of its past with past=8, or name another folder.');
  const candidates = Number(options.candidates ?? 6);
  const progress = startProgress('filling', (names.length + 1) * songs.length);
  const measured = async (fillings: (song: Gapped) => Promise<Readonly<Record<string, readonly Note[]>>> | Gapped['fillings']): Promise<object> => {
    const rows: { readonly bits: Record<string, Row>; readonly likeness: Record<string, Row> }[] = [];
    for (const song of songs) {
      rows.push(await measure(await fillings(song), song, judges));
      progress.step();
    }
    return { bits: means(rows.map(({ bits }) => bits)), likeness: means(rows.map((row) => row.likeness)) };
  };
  const reference = await measured(({ fillings }) => fillings);
  const packs: Record<string, object> = {};
  for (const player of players.filter(({ pack }) => names.includes(pack))) packs[player.pack] = await measured((song) => fill(player, song, candidates));
  progress.stop();
  for (const { composer } of players) await composer.dispose();
  return { folder: basename(folder), songs: songs.length, ways: songs.filter(({ way }) => way).length, candidates, processor: cpus()[0]?.model, cores: availableParallelism(), load: loadavg()[0], reference, packs };
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

async function gapped(file: string, { past, gap, given }: { readonly past: number; readonly gap: number; readonly given: number }): Promise<Gapped> {
  const { score: inItsKey, bpm } = await barsOfSong(file, past + gap + given);
  const fromBeat = past * beatsPerBar;
  // What is played and what is given are in the key that the deck is told.
  const shift = shiftIntoModelKey(inItsKey.notes.filter(({ beat }) => beat < fromBeat), 0);
  const notes = inItsKey.notes.map((note) => transposeNote(note, shift));
  const goalBeat = fromBeat + gap * beatsPerBar;
  const cut = (from: number, until: number, by = 0): readonly Note[] => notes.flatMap((note) => (note.beat >= from && note.beat < until ? [{ ...note, beat: note.beat + by }] : []));
  const goal = { notes: cut(goalBeat, Infinity), fromBeat: goalBeat, untilBeat: goalBeat + given * beatsPerBar, beatsPerBar };
  const other = otherBar * beatsPerBar;
  return {
    past: { ...emptyScore, tempos: [{ beat: 0, bpm }], notes: cut(0, fromBeat) },
    fromBeat,
    goal,
    fillings: {
      song: cut(fromBeat, goalBeat),
      otherBars: cut(other, other + goalBeat - fromBeat, fromBeat - other),
      givenBars: cut(goalBeat, 2 * goalBeat - fromBeat, fromBeat - goalBeat),
    },
    way: earlierWay(cut(0, fromBeat), { fromBeat, goal }, beatsPerBar),
  };
}

async function fill({ composer, controls }: Player, { past, fromBeat, goal, way }: Gapped, count: number): Promise<Readonly<Record<string, readonly Note[]>>> {
  await composer.prime(past, fromBeat);
  const continued = await composer.compose(goal.fromBeat, controls, never);
  await composer.prime(past, fromBeat);
  const { span } = await bestFilling(composer, { fromBeat, untilBeat: goal.fromBeat, count }, { ...controls, goal }, leisure, never);
  return { continued: continued.notes, composed: span.notes, filled: way ?? span.notes };
}

async function measure(
  fillings: Readonly<Record<string, readonly Note[]>>,
  song: Gapped,
  judges: readonly Player[],
): Promise<{ readonly bits: Record<string, Row>; readonly likeness: Record<string, Row> }> {
  const { past, fromBeat, goal } = song;
  const shapes = (notes: readonly Note[]): ReturnType<typeof barShapes> => barShapes(notes, fromBeat, beatsPerBar, (goal.fromBeat - fromBeat) / beatsPerBar);
  const bits: Record<string, Row> = {};
  const alike: Record<string, Row> = {};
  for (const [name, notes] of Object.entries(fillings)) {
    const ending = notes.map((note) => ({ ...note, duration: Math.min(endBeat(note), goal.fromBeat) - note.beat }));
    const whole = { ...past, notes: [...past.notes, ...ending] };
    const row: Record<string, number> = {};
    for (const judge of judges) row[judge.pack] = await bitsAfter(judge, whole, goal);
    bits[name] = row;
    alike[name] = { ...likeness(shapes(song.fillings.song), shapes(ending)) };
  }
  return { bits, likeness: alike };
}

async function bitsAfter({ composer, controls }: Player, past: Score, { notes, fromBeat, untilBeat }: Goal): Promise<number> {
  // What is asked reads the past by itself.
  await composer.prime(past, fromBeat, () => true);
  const nats = (await composer.foresee?.(notes, untilBeat, controls, never)) ?? Number.NaN;
  return -nats / Math.LN2 / Math.max(1, notes.length);
}

/** Of each figure of each filling: its mean over the songs, and by how much it is above that of the first filling. */
function means(rows: readonly Readonly<Record<string, Row>>[]): object {
  const [base] = Object.keys(rows[0]);
  return Object.fromEntries(
    Object.entries(rows[0]).map(([name, row]) => [name, Object.fromEntries(Object.keys(row).map((figure) => [figure, meanOf(rows, name, figure, base)]))]),
  );
}

function meanOf(rows: readonly Readonly<Record<string, Row>>[], name: string, figure: string, base: string): object {
  const mean = rows.reduce((sum, row) => sum + row[name][figure], 0) / rows.length;
  if (name === base) return { mean };
  const above = rows.map((row) => row[name][figure] - row[base][figure]);
  const aboveMean = above.reduce((sum, value) => sum + value, 0) / rows.length;
  const error = Math.sqrt(above.reduce((sum, value) => sum + (value - aboveMean) ** 2, 0) / rows.length / Math.max(1, rows.length - 1));
  return { mean, above: aboveMean, standardError: error, less: above.filter((value) => value < 0).length };
}
