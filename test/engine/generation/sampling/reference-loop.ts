import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AllowedTokens } from '../../../../src/engine/contracts/tokenizer.js';
import { MersenneTwister } from '../../../../src/engine/generation/sampling/mersenne-twister.js';
import { ReferenceSampler } from '../../../../src/engine/generation/sampling/reference-sampler.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { skytntEvents } from '../../../../src/plugins/tokenizers/skytnt-events/descriptor.js';
import type { SkytntOptions } from '../../../../src/plugins/tokenizers/skytnt-events/options.js';
import { SkytntTokenizer } from '../../../../src/plugins/tokenizers/skytnt-events/skytnt-tokenizer.js';

interface Parameters {
  readonly temp?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly disable_patch_change?: boolean;
  readonly disable_control_change?: boolean;
  readonly disable_channels?: readonly number[];
}

export interface ReferenceRun {
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

/** What stands behind one stream of the loop. */
export interface ReferenceModel {
  /** A whole row is behind; what was told of it id by id counts no more. */
  readRow(row: readonly number[]): void | Promise<void>;
  readId(id: number): void | Promise<void>;
  /** Of the id after what was read. */
  logits(): Float32Array;
}

const file = join(repositoryRoot, 'test/fixtures/generation/sampling.json');
/** Takes that were recorded with the reference. */
export const referenceRuns = (JSON.parse(readFileSync(file, 'utf8')) as { generate: readonly ReferenceRun[] }).generate;

/** One stream of a batch: what the reference keeps for it while a row is made. */
class Stream {
  row: number[] = [];
  private readonly allowed: AllowedTokens;
  private state: ReturnType<SkytntTokenizer['grammar']['initial']>;

  constructor(
    readonly model: ReferenceModel,
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

  async take(id: number): Promise<void> {
    this.row.push(id);
    this.state = this.tokenizer.grammar.advance(this.state, id);
    await this.model.readId(id);
  }
}

/** The reference's loop, number for number, over a model for each stream of the batch. */
export async function generate(run: ReferenceRun, makeModel: (vocabularySize: number) => ReferenceModel | Promise<ReferenceModel>): Promise<number[][][]> {
  const options = skytntEvents.optionsSchema.parse({ version: run.version }) as SkytntOptions;
  const tokenizer = new SkytntTokenizer(options);
  const sampler = new ReferenceSampler();
  const random = new MersenneTwister(run.seed);
  const { temp = 1, top_p = 0.98, top_k = 20 } = run.params;
  const sampling = { temperature: temp, topP: top_p, topK: top_k, minP: 0 };
  const prompt = (run.prompt ?? [tokenizer.vocabulary.start]).map((row) => Array.from({ length: 8 }, (_, index) => row[index] ?? 0));
  const streams: Stream[] = [];
  for (let index = 0; index < run.batch_size; index += 1) {
    streams.push(new Stream(await makeModel(tokenizer.vocabulary.size), tokenizer, run.params));
  }
  for (const { model } of streams) for (const row of prompt) await model.readRow(row);
  const rows: number[][][] = [];
  while (prompt.length + rows.length < run.max_len) {
    streams.forEach((stream) => stream.begin());
    for (let column = 0; column < 8; column += 1) {
      for (const stream of streams) {
        await stream.take(sampler.sample(stream.model.logits(), stream.masked(), sampling, random));
      }
      if (column > 0 && streams.every((stream) => stream.justComplete)) break;
    }
    const made = streams.map(({ row }) => [...row, ...new Array<number>(8 - row.length).fill(0)]);
    for (const [index, { model }] of streams.entries()) await model.readRow(made[index]);
    rows.push(made);
    if (streams.every((stream) => stream.ended)) break;
  }
  return rows;
}
