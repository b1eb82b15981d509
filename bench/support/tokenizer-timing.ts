import { AllowedTokens, type GrammarState, type Tokenizer } from '../../src/engine/contracts/tokenizer.js';
import type { MusicConstraint } from '../../src/engine/music/constraint.js';
import { CounterRandom } from '../../src/engine/generation/sampling/counter-random.js';
import { percentile } from './percentile.js';

/** Streams begin anew after so many ids. */
const streamTokens = 2000;

/** Counts what `work` says it did in a second of processor time; the first run only warms up. */
export function timeRepeatedly(seconds: number, work: () => number): number {
  work();
  const started = process.cpuUsage();
  let count = 0;
  let spent = 0;
  while (spent < seconds) {
    count += work();
    const { user, system } = process.cpuUsage(started);
    spent = (user + system) / 1e6;
  }
  return Math.round(count / spent);
}

export interface Times {
  readonly median: number;
  readonly p99: number;
}

export interface GrammarTimes {
  readonly allowMicros: Times;
  readonly advanceMicros: Times;
}

/** Microseconds of single calls along random streams under a constraint. */
export function timeGrammar({ grammar, vocabulary }: Tokenizer, constraint: MusicConstraint, steps: number): GrammarTimes {
  const allowed = new AllowedTokens(vocabulary.size);
  const random = new CounterRandom(1);
  const allow: number[] = [];
  const advance: number[] = [];
  let state: GrammarState = grammar.initial();
  for (let step = -streamTokens; step < steps; step += 1) {
    if (step % streamTokens === 0) state = grammar.initial();
    const started = process.hrtime.bigint();
    grammar.allow(state, constraint, allowed);
    const between = process.hrtime.bigint();
    const token = allowed.ids[Math.floor(random.next() * allowed.count)];
    const chosen = process.hrtime.bigint();
    state = grammar.advance(state, token);
    const ended = process.hrtime.bigint();
    if (step < 0) continue;
    allow.push(Number(between - started) / 1000);
    advance.push(Number(ended - chosen) / 1000);
  }
  return { allowMicros: medianAndTail(allow), advanceMicros: medianAndTail(advance) };
}

function medianAndTail(micros: readonly number[]): Times {
  return { median: percentile(micros, 0.5), p99: percentile(micros, 0.99) };
}
