import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { AllowedTokens } from '../../../../src/engine/contracts/tokenizer.js';
import { MersenneTwister } from '../../../../src/engine/generation/sampling/mersenne-twister.js';
import { ReferenceSampler } from '../../../../src/engine/generation/sampling/reference-sampler.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { skytntEvents } from '../../../../src/plugins/tokenizers/skytnt-events/descriptor.js';
import type { SkytntOptions } from '../../../../src/plugins/tokenizers/skytnt-events/options.js';
import { SkytntTokenizer } from '../../../../src/plugins/tokenizers/skytnt-events/skytnt-tokenizer.js';
import { generatorLogits } from './generator-logits.js';

interface Parameters {
  readonly temp?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly disable_patch_change?: boolean;
  readonly disable_control_change?: boolean;
  readonly disable_channels?: readonly number[];
}

interface Run {
  readonly name: string;
  readonly version: 'v1' | 'v2';
  readonly prompt: readonly (readonly number[])[] | null;
  readonly batch_size: number;
  readonly seed: number;
  readonly max_len: number;
  readonly params: Parameters;
  /** Event by event, for each stream of the batch. */
  readonly rows: readonly (readonly (readonly number[])[])[];
}

const file = join(repositoryRoot, 'test/fixtures/generation/sampling.json');
const { generate: runs } = JSON.parse(readFileSync(file, 'utf8')) as { generate: readonly Run[] };
const modulus = 2147483647n;

/** The arithmetic that stands for the reference's two models: a hash of all rows, and of the ids of the row begun. */
class ArithmeticModel {
  private rowsHash = 0n;
  private state = 0n;

  readRow(row: readonly number[]): void {
    const sum = row.reduce((total, id, index) => total + (index + 1) * id, 0);
    this.rowsHash = (this.rowsHash * 31n + BigInt(sum)) % modulus;
    this.state = this.rowsHash % (1n << 20n);
  }

  readId(id: number): void {
    this.state = (this.state * 48271n + BigInt(id)) % modulus;
  }

  logits(size: number): Float32Array {
    return generatorLogits(Number(this.state), size);
  }
}

/** One stream of a batch: what the reference keeps for it while a row is made. */
class Stream {
  readonly model = new ArithmeticModel();
  row: number[] = [];
  private readonly allowed: AllowedTokens;
  private state: ReturnType<SkytntTokenizer['grammar']['initial']>;

  constructor(
    private readonly tokenizer: SkytntTokenizer,
    private readonly parameters: Parameters,
  ) {
    this.allowed = new AllowedTokens(tokenizer.vocabulary.size);
    this.state = tokenizer.grammar.initial();
  }

  begin(): void {
    this.row = [];
    this.state = this.tokenizer.grammar.initial();
  }

  get ended(): boolean {
    return this.row[0] === this.tokenizer.vocabulary.end;
  }

  /** The id just taken was the event's last parameter. The reference stops a batch only where all end together. */
  get justComplete(): boolean {
    return this.ended || this.row.length - 1 === this.state.shape?.parameters.length;
  }

  masked(): AllowedTokens {
    const { allowed, parameters } = this;
    this.tokenizer.grammar.allowEverything(this.state, allowed);
    const ids = Array.from(allowed.ids.subarray(0, allowed.count));
    const attribute = this.tokenizer.grammar.attribute(this.state);
    const banned = new Set<number>();
    for (const { kind, id } of this.tokenizer.vocabulary.events) {
      if (attribute !== 'event') break;
      if ((kind === 'program' && parameters.disable_patch_change) || (kind === 'control' && parameters.disable_control_change)) banned.add(id);
    }
    if (attribute === 'channel') {
      for (const channel of parameters.disable_channels ?? []) banned.add(ids[channel]);
    }
    allowed.clear();
    for (const id of ids) if (!banned.has(id)) allowed.add(id);
    return allowed;
  }

  take(id: number): void {
    this.row.push(id);
    this.state = this.tokenizer.grammar.advance(this.state, id);
    this.model.readId(id);
  }
}

function generate(run: Run): number[][][] {
  const options = skytntEvents.optionsSchema.parse({ version: run.version }) as SkytntOptions;
  const tokenizer = new SkytntTokenizer(options);
  const sampler = new ReferenceSampler();
  const random = new MersenneTwister(run.seed);
  const { temp = 1, top_p = 0.98, top_k = 20 } = run.params;
  const sampling = { temperature: temp, topP: top_p, topK: top_k, minP: 0 };
  const prompt = (run.prompt ?? [tokenizer.vocabulary.start]).map((row) => Array.from({ length: 8 }, (_, index) => row[index] ?? 0));
  const streams = Array.from({ length: run.batch_size }, () => new Stream(tokenizer, run.params));
  for (const { model } of streams) prompt.forEach((row) => model.readRow(row));
  const rows: number[][][] = [];
  while (prompt.length + rows.length < run.max_len) {
    streams.forEach((stream) => stream.begin());
    for (let column = 0; column < 8; column += 1) {
      for (const stream of streams) {
        const logits = stream.model.logits(tokenizer.vocabulary.size);
        stream.take(sampler.sample(logits, stream.masked(), sampling, random));
      }
      if (column > 0 && streams.every((stream) => stream.justComplete)) break;
    }
    const made = streams.map(({ row }) => [...row, ...new Array<number>(8 - row.length).fill(0)]);
    streams.forEach(({ model }, index) => model.readRow(made[index]));
    rows.push(made);
    if (streams.every((stream) => stream.ended)) break;
  }
  return rows;
}

describe('ReferenceSampler with the grammar of SkyTNT rows', () => {
  for (const run of runs) {
    it(`generates what the reference generates: ${run.name}`, () => {
      assert.deepEqual(generate(run), run.rows);
    });
  }
});
