import type { Composer, SamplingControls } from '../contracts/composer.js';
import { ContinuoError } from '../errors.js';
import { emptyScore } from '../music/score.js';

/** The tempo that capacities are told at. */
const usualBpm = 120;
/** Less than a note a beat at the usual tempo is no music to build a set on. */
const leastNotesPerSecond = usualBpm / 60;
const trialBeats = 8;
/** A trial ends after this long, but not before something was written, unless that takes much longer still. */
const trialMilliseconds = 750;
const longestTrialMilliseconds = 6000;
const usualSampling: SamplingControls = { temperature: 1, topP: 0.98, topK: 0, minP: 0, attributeTemperature: {}, seed: 1 };

/** How fast a composer wrote on this machine, now. */
export interface Trial {
  readonly notes: number;
  readonly milliseconds: number;
}

/** Has a prepared composer write some music from nothing, which is forgotten at its next prime; under 1 s unless it is very slow. */
export async function tryOut(composer: Composer, sampling: Partial<SamplingControls>, now: () => number = () => performance.now()): Promise<Trial> {
  const controls = { sampling: { ...usualSampling, ...sampling }, constraint: {}, keySemitones: 0, density: 0.5, mode: 'any', style: '' } as const;
  await composer.prime(emptyScore, 0);
  const started = now();
  let notes = 0;
  for (let beat = 1; beat <= trialBeats; beat += 1) {
    const span = await composer.compose(beat, controls, () => now() - started > (notes > 0 ? trialMilliseconds : longestTrialMilliseconds));
    notes += span.notes.length;
    const spent = now() - started;
    if (spent > longestTrialMilliseconds || (notes > 0 && spent > trialMilliseconds)) break;
  }
  return { notes, milliseconds: now() - started };
}

export interface CapacityGround extends Trial {
  readonly pack: string;
  /** Notes a beat of the music it was trained on, where its pack tells. */
  readonly usualNotesPerBeat?: number;
}

export function notesPerSecond({ notes, milliseconds }: Trial): number {
  return (notes * 1000) / Math.max(milliseconds, 1e-3);
}

/** One sentence of what tempo and density the trial says the pack can hold. */
export function capacitySentence(ground: CapacityGround): string {
  const { pack, usualNotesPerBeat } = ground;
  const perSecond = notesPerSecond(ground);
  const perBeat = (perSecond * 60) / usualBpm;
  const holds = `${pack} writes ${figure(perSecond)} notes a second here: up to ${figure(perBeat)} a beat at ${usualBpm} BPM`;
  if (usualNotesPerBeat === undefined) return `${holds}.`;
  const bpm = Math.floor((perSecond * 60) / usualNotesPerBeat);
  return `${holds}, or its usual ${figure(usualNotesPerBeat)} a beat at up to ${bpm} BPM.`;
}

/** Errors: `deviceUnavailable` when the pack cannot hold a note a beat at the usual tempo. */
export function checkCapacity(ground: CapacityGround): void {
  const perSecond = notesPerSecond(ground);
  if (perSecond >= leastNotesPerSecond) return;
  throw new ContinuoError(
    'deviceUnavailable',
    `${ground.pack} is too large for this machine: it writes ${figure(perSecond)} notes a second, less than one a beat at ${usualBpm} BPM; load a smaller pack, or let it run on a GPU or a server`,
  );
}

function figure(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
