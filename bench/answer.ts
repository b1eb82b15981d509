import { availableParallelism, cpus, loadavg } from 'node:os';
import type { NoteListener, NoteSource } from '../src/engine/contracts/note-source.js';
import type { Note } from '../src/engine/music/note.js';
import type { Beats, Bpm, Micros } from '../src/engine/music/units.js';
import { liveAnswerStage, simulatedAnswerStage, type AnswerStage } from './support/answer-stage.js';
import { openVoices } from './support/open-voices.js';
import { percentile } from './support/percentile.js';
import { busyCoresOfOthers, processorTime } from './support/processor-time.js';
import { promptLengths } from './support/prompt-lengths.js';

export const summary = 'how soon a pack answers what was played: packs=a,b answers=20|8 past=0,192 bpm=120 threads=1 clock=processor|wall';

const goals = { free95Milliseconds: 200, onLineMilliseconds: 10 };
/** A bar of eighths, in D. */
const phrase = [62, 66, 69, 66, 67, 71, 69, 67];
const beatsPerBar = 4;
/** How long after the last key of the phrase the cue comes. */
const pauses: readonly Beats[] = [0.02, 0.2, 0.45, 0.7, 1.3, 2.2];
/** One answer of so many is to begin on the bar line, the others at once. */
const onLineEvery = 4;
/** The cue for an answer on the line comes so long before it. */
const cueBefore: Beats = 0.6;
/** A note on its beat, and not a rounding error before it. */
const slack: Beats = 1e-3;

interface Cue {
  readonly isFree: boolean;
  /** Where the first note could be. */
  readonly beat: Beats;
  readonly promptIds: number | undefined;
  /** What the composer was asked for from the cue on. */
  readonly work: ReturnType<AnswerStage['work']>;
}

/** Who plays the phrase over and over. */
class Player implements NoteSource {
  readonly name = 'keys';
  readonly latencyMicros = 0;
  private listener: NoteListener | undefined;

  start(listener: NoteListener): void {
    this.listener = listener;
  }

  stop(): void {
    this.listener = undefined;
  }

  play(pitch: number, micros: Micros): void {
    this.listener?.heard({ type: 'noteOn', channel: 0, pitch, velocity: 80, durationBeats: 0.4, micros });
  }
}

/**
 * Plays a phrase of a bar and has it answered: at once (`free`: from the cue to the first note), and by turns on the bar line
 * (`onLine`: how long after the line the first note came). `past`: beats of music that were heard before, so that prompts have the
 * lengths that are told. `clock=processor` lets time go on by what the composing threads computed, as on a machine that does nothing
 * else; `clock=wall` plays as a stage does, with a real send thread.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { voices, names } = await openVoices({ threads: '1', ...options });
  const packs = options.packs?.split(',') ?? names;
  const pasts = (options.past ?? '0,192').split(',').map(Number);
  const [clock, bpm] = [options.clock ?? 'processor', Number(options.bpm ?? 120)];
  const answers = Number(options.answers ?? (clock === 'wall' ? 8 : 20));
  const [before, began] = [processorTime(), performance.now()];
  const results: Record<string, object[]> = {};
  for (const pack of packs) {
    const lengthOf = await promptLengths({ ...options, pack });
    results[pack] = [];
    for (const past of pasts) {
      const stage = clock === 'wall' ? liveAnswerStage(voices, bpm) : simulatedAnswerStage(voices, bpm);
      results[pack].push({ past, ...(await measure(stage, pack, past, answers, bpm, lengthOf)) });
    }
  }
  return {
    clock, answers, bpm, goals,
    processor: cpus()[0]?.model, cores: availableParallelism(), load: loadavg()[0], busyCoresOfOthers: busyCoresOfOthers(before, performance.now() - began),
    minutes: (performance.now() - began) / 60_000,
    packs: results,
  };
}

async function measure(stage: AnswerStage, pack: string, past: Beats, answers: number, bpm: Bpm, lengthOf: Awaited<ReturnType<typeof promptLengths>>): Promise<object> {
  const player = new Player();
  stage.hearing.register(player);
  await stage.write('play-mode', 'answer');
  await stage.write('answer-after', 0);
  await stage.write('answer-bars', 1);
  await stage.start(pack);
  for (const note of musicBefore(past)) stage.hearing.note('bench', note);
  const cues: Cue[] = [];
  for (let answer = 0; answer < answers; answer += 1) cues.push(await answered(stage, player, answer, lengthOf));
  const onsets = await stage.end();
  const milliseconds = (isFree: boolean): readonly number[] =>
    cues.filter((cue) => cue.isFree === isFree).map(({ beat }) => ((onsets.find((onset) => onset >= beat - slack) ?? Infinity) - beat) * (60_000 / bpm));
  const ids = cues.flatMap(({ promptIds }) => promptIds ?? []);
  return {
    ...(ids.length > 0 && { promptIds: { least: Math.min(...ids), most: Math.max(...ids) } }),
    free: shares(milliseconds(true), goals.free95Milliseconds),
    ...shareOfWork(cues.filter(({ isFree }) => isFree), onsets),
    onLine: shares(milliseconds(false), goals.onLineMilliseconds),
  };
}

/** A phrase, a cue and the answer. */
async function answered(stage: AnswerStage, player: Player, answer: number, lengthOf: Awaited<ReturnType<typeof promptLengths>>): Promise<Cue> {
  const isFree = answer % onLineEvery !== onLineEvery - 1;
  const from = Math.ceil((stage.beat + 0.5) / beatsPerBar) * beatsPerBar;
  for (const [index, pitch] of phrase.entries()) {
    await stage.playUntil(from + index / 2);
    player.play(pitch, stage.now);
  }
  const line = from + 2 * beatsPerBar;
  await stage.playUntil(isFree ? from + (phrase.length - 1) / 2 + pauses[answer % pauses.length] : line - cueBefore);
  const { beat } = stage;
  const promptIds = lengthOf?.(stage.plan.history(beat), beat);
  stage.work();
  await stage.write('take-over', isFree ? 'now' : 'bar');
  await stage.playUntil(Math.max(line, beat) + beatsPerBar + 1);
  return { isFree, beat: isFree ? beat : line, promptIds, work: stage.work() };
}

/** D, A, B minor, G. */
const chords = [[50, 54, 57], [45, 49, 52], [47, 50, 54], [43, 47, 50]];

/** Chords and a melody in D for so many beats up to where the music begins. */
function musicBefore(beats: Beats): readonly Note[] {
  return Array.from({ length: 2 * beats }, (_, index) => {
    const beat = index / 2 - beats;
    const chord = chords[Math.floor(index / 8) % chords.length];
    const melody = { beat, duration: 0.45, channel: 0, pitch: phrase[(index * 3) % phrase.length], velocity: 60 + (index % 40) };
    return index % 4 === 0 ? [melody, ...chord.map((pitch) => ({ beat, duration: 1.9, channel: 0, pitch, velocity: 64 }))] : [melody];
  }).flat();
}

/** What went before the first note of an answer: being told of the past, and composing. */
function shareOfWork(cues: readonly Cue[], onsets: readonly Beats[]): object {
  if (cues.every(({ work }) => work.length === 0)) return {};
  const of = (cue: Cue, isComposing: boolean): number => {
    const first = onsets.find((onset) => onset >= cue.beat - slack) ?? Infinity;
    return cue.work.filter(({ method, beat }) => (method === 'compose') === isComposing && beat <= first).reduce((sum, { processorMicros }) => sum + processorMicros / 1000, 0);
  };
  const spent = (isComposing: boolean): object => {
    const each = cues.map((cue) => of(cue, isComposing));
    return { p50: percentile(each, 0.5), p95: percentile(each, 0.95) };
  };
  return { hearing: spent(false), composing: spent(true) };
}

function shares(milliseconds: readonly number[], goal: number): object {
  return {
    count: milliseconds.length,
    p50: percentile(milliseconds, 0.5),
    p95: percentile(milliseconds, 0.95),
    worst: Math.max(...milliseconds),
    withinGoal: milliseconds.filter((each) => each <= goal).length / milliseconds.length,
  };
}
