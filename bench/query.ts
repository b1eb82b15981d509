import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import type { ParameterValue } from '../src/engine/parameters/parameter.js';
import { LiveStage } from './support/live-stage.js';
import { openVoices } from './support/open-voices.js';
import { percentile } from './support/percentile.js';

export const summary = 'how soon a pack says the next note when it is asked: packs=a,b queries=330 bpm=120 pause=60 seed=1 threads=1';

/** What happens between one query and the next. */
const kinds = ['played', 'otherNote', 'otherWishes', 'newWishes'] as const;
type Kind = (typeof kinds)[number];

/** The last of all queries, so that those before are as of who asks for the same few voices. */
const newShare = 0.25;
const goalMilliseconds = 10;
/** From being told what happened to being asked, in milliseconds: nobody asks at once. `pause=0` for those who do. */
const usualPause = 60;
const registers = [[36, 60], [48, 72], [60, 84]];

/**
 * Asks a deck for notes in the time of the music, and tells it what happened as it happens: `played`, the note that it said, and
 * the same wishes again; `otherNote`, a note that it did not say, and the same wishes again; `otherWishes`, the note that it said, and then
 * wishes for one of three registers, as of who plays several voices; `newWishes`, the same, and then wishes that were never made. From asking to
 * answer, in milliseconds; `processor` is what the whole process worked meanwhile: on a busy machine that counts, and the rest
 * is what the others take of it.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { voices, names } = await openVoices({ threads: '1', ...options });
  const packs = options.packs?.split(',') ?? names;
  const results: Record<string, object> = {};
  for (const pack of packs) results[pack] = await measure(voices, pack, options);
  return { goalMilliseconds, processor: cpus()[0]?.model, cores: availableParallelism(), load: loadavg()[0], packs: results };
}

async function measure(voices: ConstructorParameters<typeof LiveStage>[0], pack: string, options: Readonly<Record<string, string>>): Promise<object> {
  const [queries, bpm, pause] = [Number(options.queries ?? 330), Number(options.bpm ?? 120), Number(options.pause ?? usualPause)];
  const stage = new LiveStage(voices, bpm);
  const random = randomFrom(Number(options.seed ?? 1));
  await stage.write('play-mode', 'query');
  await stage.start(pack);
  const times: Record<Kind, Spent[]> = { played: [], otherNote: [], otherWishes: [], newWishes: [] };
  const relaxed: Record<string, number> = {};
  let wishes: readonly ParameterValue[] = ['low-pitch', 36, 'high-pitch', 84, 'latest', 1];
  let kind: Kind = 'otherNote';
  for (let query = 0; query < queries; query += 1) {
    const asked = spent();
    const [pitch, velocity, beats, duration, channel, left] = await stage.parameters.ask('deck/1/query', wishes, 'bench');
    const answered = spent();
    times[kind].push({ wall: answered.wall - asked.wall, processor: answered.processor - asked.processor });
    for (const word of String(left).split(' ')) if (word !== '') relaxed[word] = (relaxed[word] ?? 0) + 1;
    kind = query < queries * (1 - newShare) ? kinds[Math.floor(random() * (kinds.length - 1))] : 'newWishes';
    const other = kind === 'otherNote' ? Math.max(0, Math.min(127, Number(pitch) + 1 + Math.floor(random() * 6))) : pitch;
    await pass((Number(beats) * 60_000) / bpm);
    await stage.write('feed', Number(other), Number(velocity), 0, Number(duration), Number(channel));
    await pass(pause);
    const [low, high] = registers[Math.floor(random() * registers.length)];
    if (kind === 'otherWishes') wishes = ['low-pitch', low, 'high-pitch', high, 'latest', 1];
    if (kind === 'newWishes') wishes = ['low-pitch', low, 'high-pitch', high, 'latest', 1 + (query + 1) / 1024];
  }
  await stage.end();
  return { ...Object.fromEntries(kinds.map((each) => [each, shares(times[each])])), relaxed };
}

interface Spent {
  readonly wall: number;
  readonly processor: number;
}

function spent(): Spent {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), processor: (user + system) / 1000 };
}

function shares(times: readonly Spent[]): object {
  const figures = (values: readonly number[]): object => ({ p50: percentile(values, 0.5), p95: percentile(values, 0.95), max: Math.max(...values) });
  const walls = times.map(({ wall }) => wall);
  const withinGoal = walls.filter((each) => each <= goalMilliseconds).length / walls.length;
  return { count: times.length, ...figures(walls), withinGoal, processor: figures(times.map(({ processor }) => processor)) };
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}
