import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import type { ParameterValue } from '../src/engine/parameters/parameter.js';
import { LiveStage } from './support/live-stage.js';
import { openVoices } from './support/open-voices.js';
import { percentile } from './support/percentile.js';

export const summary = 'how soon a pack says the next note when it is asked: packs=a,b queries=100 bpm=120 seed=1 threads=1';

/** What happens between one query and the next. */
const kinds = ['played', 'otherWishes', 'otherNote'] as const;
type Kind = (typeof kinds)[number];

const goalMilliseconds = 10;
/** Nobody asks again at once. */
const leastPause = 60;
const registers = [[36, 60], [48, 72], [60, 84]];

/**
 * Asks a deck for notes in the time of the music, and tells it what happened as it happens: `played`, the note that it said, and
 * the same wishes again; `otherWishes`, the same, and then others; `otherNote`, a note that it did not say. From asking to
 * answer, in milliseconds. On a busy machine the shares count, not the figures.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { voices, names } = await openVoices({ threads: '1', ...options });
  const packs = options.packs?.split(',') ?? names;
  const results: Record<string, object> = {};
  for (const pack of packs) results[pack] = await measure(voices, pack, options);
  return { goalMilliseconds, processor: cpus()[0]?.model, cores: availableParallelism(), load: loadavg()[0], packs: results };
}

async function measure(voices: ConstructorParameters<typeof LiveStage>[0], pack: string, options: Readonly<Record<string, string>>): Promise<object> {
  const [queries, bpm] = [Number(options.queries ?? 100), Number(options.bpm ?? 120)];
  const stage = new LiveStage(voices, bpm);
  const random = randomFrom(Number(options.seed ?? 1));
  await stage.write('play-mode', 'query');
  await stage.start(pack);
  const times: Record<Kind, number[]> = { played: [], otherWishes: [], otherNote: [] };
  const relaxed: Record<string, number> = {};
  let wishes: readonly ParameterValue[] = ['low-pitch', 36, 'high-pitch', 84, 'latest', 1];
  let kind: Kind = 'otherNote';
  for (let query = 0; query < queries; query += 1) {
    const asked = performance.now();
    const [pitch, velocity, beats, duration, channel, left] = await stage.parameters.ask('deck/1/query', wishes, 'bench');
    times[kind].push(performance.now() - asked);
    for (const word of String(left).split(' ')) if (word !== '') relaxed[word] = (relaxed[word] ?? 0) + 1;
    kind = kinds[Math.floor(random() * kinds.length)];
    const other = kind === 'otherNote' ? Math.max(0, Math.min(127, Number(pitch) + 1 + Math.floor(random() * 6))) : pitch;
    await pass((Number(beats) * 60_000) / bpm);
    await stage.write('feed', Number(other), Number(velocity), 0, Number(duration), Number(channel));
    await pass(leastPause);
    const [low, high] = registers[Math.floor(random() * registers.length)];
    if (kind === 'otherWishes') wishes = ['low-pitch', low, 'high-pitch', high, 'latest', 1];
  }
  await stage.end();
  return { ...Object.fromEntries(kinds.map((each) => [each, shares(times[each])])), relaxed };
}

function shares(times: readonly number[]): object {
  return { count: times.length, p50: percentile(times, 0.5), p95: percentile(times, 0.95), withinGoal: times.filter((each) => each <= goalMilliseconds).length / times.length };
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}
