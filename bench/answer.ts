import { availableParallelism, cpus, loadavg } from 'node:os';
import type { NoteListener, NoteSource } from '../src/engine/contracts/note-source.js';
import { monotonicClock } from '../src/engine/time/clock.js';
import { LiveStage } from './support/live-stage.js';
import { openVoices } from './support/open-voices.js';
import { percentile } from './support/percentile.js';

export const summary = 'how soon a pack answers what was played: packs=a,b answers=6 bpm=120 threads=1';

const goalMilliseconds = 200;
/** Two bars of eighths, in D. */
const phrase = [62, 66, 69, 66, 67, 71, 69, 67, 66, 64, 66, 67, 64, 61];
const beatsPerBar = 4;
const phraseBars = 2;

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

  play(pitch: number): void {
    this.listener?.heard({ type: 'noteOn', channel: 0, pitch, velocity: 80, durationBeats: 0.4, micros: monotonicClock.now() });
  }
}

/**
 * Plays a phrase of two bars and has it answered, by turns at once (`free`: from the cue to the first note) and on the bar line
 * (`onLine`: how long after the line the first note was sent). Times are of this machine, as busy as it is;
 * `processor` is what the process itself computed from the cue to the first notes, about what a quiet machine would take.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { voices, names } = await openVoices({ threads: '1', ...options });
  const packs = options.packs?.split(',') ?? names;
  const results: Record<string, object> = {};
  for (const pack of packs) results[pack] = await measure(voices, pack, Number(options.answers ?? 6), Number(options.bpm ?? 120));
  return { goalMilliseconds, processor: cpus()[0]?.model, cores: availableParallelism(), load: loadavg()[0], packs: results };
}

async function measure(voices: ConstructorParameters<typeof LiveStage>[0], pack: string, answers: number, bpm: number): Promise<object> {
  const stage = new LiveStage(voices, bpm);
  const player = new Player();
  stage.hearing.register(player);
  await stage.write('play-mode', 'answer');
  await stage.write('answer-after', 0);
  await stage.write('answer-bars', 1);
  await stage.start(pack);
  const cues: { readonly isFree: boolean; readonly micros: number }[] = [];
  const processor: number[] = [];
  for (let answer = 0; answer < answers; answer += 1) {
    const isFree = answer % 2 === 0;
    const from = Math.ceil((stage.beat + 0.5) / beatsPerBar) * beatsPerBar;
    for (const [index, pitch] of phrase.entries()) {
      await stage.playUntil(from + index / 2);
      player.play(pitch);
    }
    const line = from + phraseBars * beatsPerBar;
    await stage.playUntil(line - 0.6);
    cues.push({ isFree, micros: isFree ? monotonicClock.now() : monotonicClock.now() + ((line - stage.beat) * 60_000_000) / bpm });
    const planned = stage.nextPlan();
    const began = process.cpuUsage();
    await stage.write('take-over', isFree ? 'now' : 'bar');
    await planned;
    const { user, system } = process.cpuUsage(began);
    processor.push((user + system) / 1000);
    await stage.playUntil(line + beatsPerBar + 1);
  }
  const notes = await stage.end();
  const waits = cues.map(({ isFree, micros }) => {
    const first = notes.find((note) => note.dueMicros > micros - 2000);
    return { isFree, milliseconds: first === undefined ? Infinity : (first.onMicros - micros) / 1000 };
  });
  const times = (free: boolean): readonly number[] => waits.filter(({ isFree }) => isFree === free).map(({ milliseconds }) => milliseconds);
  return { free: shares(times(true), goalMilliseconds), onLine: shares(times(false), 10), processor: shares(processor, goalMilliseconds) };
}

function shares(times: readonly number[], goal: number): object {
  return { count: times.length, p50: percentile(times, 0.5), worst: Math.max(...times), withinGoal: times.filter((each) => each <= goal).length / times.length };
}
