import type { ComposeControls } from '../src/engine/contracts/composer.js';
import { WorkerComposer } from '../src/engine/generation/worker-composer.js';
import { emptyScore } from '../src/engine/music/score.js';
import { openRecipe } from './support/open-recipe.js';
import { percentile } from './support/percentile.js';

export const summary = 'how much faster than it plays a pack composes: pack=NAME beats=256 bpm=120 seed=1 threads=1 provider=cpu';

const neverStopped = (): boolean => false;

/**
 * Composes a stretch of music beat by beat in a worker, as a deck does, and compares the time it takes with the time it
 * lasts. On a busy machine `timesRealTimeOfProcessor`, which counts the processor time of the process alone, tells what a
 * quiet one would do. `loadMilliseconds` is from nothing to a warm model; memory is the whole process's.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const beats = Number(options.beats ?? 256);
  const bpm = Number(options.bpm ?? 120);
  const { name, recipe } = await openRecipe(options);
  const composer = new WorkerComposer(recipe);
  const memoryBefore = megabytes();
  const started = performance.now();
  await composer.prepare();
  const loadMilliseconds = performance.now() - started;
  await composer.prime(emptyScore, 0);
  const controls = controlsOf(recipe.kind === 'token' ? recipe.sampling : {}, Number(options.seed ?? 1));
  const milliseconds: number[] = [];
  let tokens = 0;
  let notes = 0;
  const processor = process.cpuUsage();
  for (let beat = 1; beat <= beats; beat += 1) {
    const span = await composer.compose(beat, controls, neverStopped);
    milliseconds.push(span.micros / 1000);
    tokens += span.tokens;
    notes += span.notes.length;
  }
  const { user, system } = process.cpuUsage(processor);
  const memoryAfter = megabytes();
  await composer.dispose();
  const total = milliseconds.reduce((sum, each) => sum + each, 0);
  const lasts = (beats * 60_000) / bpm;
  const worked = (user + system) / 1000;
  return {
    pack: name,
    ...recipe.runtime,
    beats,
    bpm,
    timesRealTime: lasts / total,
    timesRealTimeOfProcessor: lasts / worked,
    beatsPerSecond: (beats * 1000) / total,
    millisecondsPerBeat: { p50: percentile(milliseconds, 0.5), p95: percentile(milliseconds, 0.95), max: Math.max(...milliseconds) },
    millisecondsPerModelRun: total / Math.max(1, tokens),
    processorMillisecondsPerModelRun: worked / Math.max(1, tokens),
    modelRunsPerBeat: tokens / beats,
    notesPerBeat: notes / beats,
    loadMilliseconds,
    memoryMegabytes: { before: memoryBefore, after: memoryAfter },
  };
}

function controlsOf(sampling: Partial<ComposeControls['sampling']>, seed: number): ComposeControls {
  const usual = { temperature: 1, topP: 0.98, topK: 0, minP: 0, attributeTemperature: {} };
  return { sampling: { ...usual, ...sampling, seed }, constraint: {}, keySemitones: 0, density: 0.5, mode: 'any', style: '' };
}

function megabytes(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}
