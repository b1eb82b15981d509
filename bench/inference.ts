import { loadavg } from 'node:os';
import { ContinuoError } from '../src/engine/errors.js';
import type { TokenRecipe } from '../src/engine/generation/composer-recipe.js';
import { weightBytes } from './support/graph-weights.js';
import { openRecipe } from './support/open-recipe.js';
import { percentile } from './support/percentile.js';
import { busyCoresOfOthers, processorTime } from './support/processor-time.js';
import { readBandwidth } from './support/read-bandwidth.js';
import { TimedModel } from './support/timed-model.js';
import { spread, timed, type Timing } from './support/timing.js';

export const summary =
  'what ids and events of packs cost at several lengths of context: pack=NAME,NAME folders=DIR,DIR contexts=128,512,1024 rounds=12 threads=1 provider=cpu';

/** Steps and events timed in one round. */
const stepsInRound = 32;
const eventsInRound = 4;

interface Way {
  readonly pack: string;
  readonly timed: TimedModel;
  readonly recipe: TokenRecipe;
}

interface Samples {
  readonly reads: Timing[];
  readonly steps: Timing[];
  readonly events: Timing[];
  readonly units: Timing[];
}

/**
 * Milliseconds, in this thread, of single ids (`step`), of events written id by id and of events written in one run, of one
 * or more packs that take turns, so that what else the machine does falls on all of them alike. Events a second and the
 * share of the floor are those of the processor's time of the quickest tenth, which is what a quiet machine takes.
 *
 * The floor is the bytes that an id must read, weights and the past, over the bandwidth that one thread of this machine
 * reached in the same run on as many bytes; of memory that no cache holds see `memoryGigabytesPerSecond`.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const names = options.pack?.split(',') ?? [undefined];
  const contexts = (options.contexts ?? '128,512,1024').split(',').map(Number);
  const rounds = Number(options.rounds ?? 12);
  const before = processorTime();
  const started = performance.now();
  const ways: Way[] = [];
  for (const pack of names) ways.push(await open({ ...options, ...(pack !== undefined && { pack }) }));
  const rows = [];
  for (const context of contexts) rows.push(...(await measure(ways, context, rounds)));
  const packs = ways.map(({ pack, timed, recipe }) => {
    const { loadMilliseconds, megabytes, notices } = timed;
    return { pack, ...recipe.runtime, notices, loadMilliseconds, megabytes, writesUnits: timed.writesUnits };
  });
  for (const { timed } of ways) await timed.model.dispose();
  return {
    memoryGigabytesPerSecond: readBandwidth(256 * 2 ** 20) / 1e9,
    loadAverage: loadavg()[0],
    busyCoresOfOthers: busyCoresOfOthers(before, performance.now() - started),
    packs,
    rows,
  };
}

async function open(options: Readonly<Record<string, string>>): Promise<Way> {
  const { name, recipe } = await openRecipe(options);
  if (recipe.kind !== 'token') throw new ContinuoError('badValue', `The pack ${name} has no language model to measure; name another with pack=NAME.`);
  return { pack: name, timed: await TimedModel.load(recipe), recipe };
}

async function measure(ways: readonly Way[], context: number, rounds: number): Promise<object[]> {
  const room = eventsInRound * 16 + stepsInRound;
  const able = ways.filter(({ timed }) => context + room <= timed.model.contextTokens);
  for (const { timed: way } of able) await way.ready(context);
  const samples = able.map((): Samples => ({ reads: [], steps: [], events: [], units: [] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { timed: way }] of able.entries()) {
      const { model } = way;
      const own = samples[index];
      own.reads.push(await timed(() => way.fill(context)));
      const mark = model.mark();
      const repeat = async (count: number, act: () => Promise<void>, into: Timing[]): Promise<void> => {
        for (let time = 0; time < count; time += 1) into.push(await timed(act));
        model.rewind(mark);
      };
      await repeat(stepsInRound, () => way.step(), own.steps);
      if (way.idsPerEvent === undefined) continue;
      await repeat(eventsInRound, () => way.event(), own.events);
      if (way.writesUnits) await repeat(eventsInRound, () => way.unit(), own.units);
    }
  }
  return able.map((way, index) => row(way, context, samples[index]));
}

function row({ pack, recipe }: Way, context: number, { reads, steps, events, units }: Samples): object {
  const floor = floorOf(recipe, context);
  return {
    pack,
    contextTokens: context,
    step: spread(steps),
    ...(floor && { floor: { ...floor, timesFloor: quickest(steps) / floor.milliseconds } }),
    ...(events.length > 0 && { eventById: spread(events), eventsPerSecondById: 1000 / quickest(events) }),
    ...(units.length > 0 && { eventInOneRun: spread(units), eventsPerSecondInOneRun: 1000 / quickest(units) }),
    read: spread(reads),
  };
}

/** What reading the weights, and the keys and values of the context, takes at least. Of models of one graph alone. */
function floorOf({ model }: TokenRecipe, context: number): { bytes: number; milliseconds: number; gigabytesPerSecond: number } | undefined {
  const { cpu } = model.files;
  const shape = model.options as { layers?: number; keyValueHeads?: number; headDimension?: number };
  if (cpu === undefined || shape.layers === undefined || shape.keyValueHeads === undefined || shape.headDimension === undefined) return undefined;
  const ofPast = 2 * shape.layers * shape.keyValueHeads * shape.headDimension * 4 * seenRows(context);
  const bytes = weightBytes(cpu) + ofPast;
  const bandwidth = readBandwidth(bytes);
  return { bytes, milliseconds: (bytes / bandwidth) * 1000, gigabytesPerSecond: bandwidth / 1e9 };
}

/** Our decoders of rows see one id of each finished row of eight; a floor that counts no more holds for all. */
function seenRows(context: number): number {
  return Math.floor(context / 8);
}

/** Processor time of the quickest tenth. */
function quickest(timings: readonly Timing[]): number {
  return percentile(timings.map(({ processor }) => processor), 0.1);
}
