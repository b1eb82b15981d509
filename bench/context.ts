import { loadavg } from 'node:os';
import type { ComposeControls } from '../src/engine/contracts/composer.js';
import { WorkerComposer } from '../src/engine/generation/worker-composer.js';
import type { Note } from '../src/engine/music/note.js';
import { emptyScore } from '../src/engine/music/score.js';
import type { Beats } from '../src/engine/music/units.js';
import { openRecipe } from './support/open-recipe.js';
import { percentile } from './support/percentile.js';

export const summary = 'what a pack gains by looking back on less: packs=a,b shares=1,0.25 beats=64 rounds=3 past=256 threads=1';

const shippedPacks = 'skytnt-pop,skytnt-event,theremin-pop,kmeans-piano,musemorphic';
const neverStopped = (): boolean => false;

interface Round {
  readonly readingMilliseconds: number;
  readonly millisecondsPerRun: number;
  readonly millisecondsPerNote: number;
  readonly notesPerBeat: number;
}

/**
 * Primes a composer with music of its own and has it go on, with all it can look back on and with less, in turns: medians of the
 * processor time of the process, which holds on a busy machine too.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const beats = Number(options.beats ?? 64);
  const past = Number(options.past ?? 256);
  const rounds = Number(options.rounds ?? 3);
  const shares = (options.shares ?? '1,0.25').split(',').map(Number);
  const rows: object[] = [];
  for (const pack of (options.packs ?? shippedPacks).split(',')) {
    const { recipe } = await openRecipe({ ...options, pack });
    const composer = new WorkerComposer(recipe);
    await composer.prepare();
    await composer.prime(emptyScore, 0);
    const sampling = recipe.kind === 'token' ? recipe.sampling : {};
    const notes: Note[] = [];
    for (let beat = 1; beat <= past; beat += 1) notes.push(...(await composer.compose(beat, controlsOf(sampling, 1, 1), neverStopped)).notes);
    const taken = new Map<number, Round[]>(shares.map((share) => [share, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const share of shares) taken.get(share)?.push(await goOn(composer, notes, past, beats, controlsOf(sampling, round + 1, share)));
    }
    await composer.dispose();
    for (const [share, list] of taken) rows.push({ pack, share, ...mediansOf(list) });
  }
  return { beats, past, rounds, loadAverage: loadavg()[0], rows };
}

async function goOn(composer: WorkerComposer, notes: readonly Note[], past: Beats, beats: Beats, controls: ComposeControls): Promise<Round> {
  // The first span tells how much is to be looked back on, and then the past is heard anew.
  await composer.compose(past, controls, neverStopped);
  let from = process.cpuUsage();
  await composer.prime({ ...emptyScore, notes }, past);
  const readingMilliseconds = millisecondsSince(from);
  from = process.cpuUsage();
  let runs = 0;
  let written = 0;
  for (let beat = past + 1; beat <= past + beats; beat += 1) {
    const span = await composer.compose(beat, controls, neverStopped);
    runs += span.tokens;
    written += span.notes.length;
  }
  const spent = millisecondsSince(from);
  return { readingMilliseconds, millisecondsPerRun: spent / runs, millisecondsPerNote: spent / written, notesPerBeat: written / beats };
}

function mediansOf(rounds: readonly Round[]): Record<string, number> {
  const names = Object.keys(rounds[0]) as (keyof Round)[];
  return Object.fromEntries(names.map((name) => [name, Math.round(1000 * percentile(rounds.map((round) => round[name]), 0.5)) / 1000]));
}

function controlsOf(sampling: Partial<ComposeControls['sampling']>, seed: number, contextShare: number): ComposeControls {
  const usual = { temperature: 1, topP: 0.98, topK: 0, minP: 0, attributeTemperature: {} };
  return { sampling: { ...usual, ...sampling, seed }, constraint: {}, keySemitones: 0, density: 0.5, mode: 'any', style: '', contextShare };
}

function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
