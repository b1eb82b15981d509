import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ContinuoError } from '../../../engine/errors.js';
import { describeIssues } from '../../../engine/plugins/describe-issues.js';

const count = z.int().min(1);
const id = z.int().min(0);
/** Row of the net's table of controls; row 0 says that a step is a bar's. */
const control = z.int().min(1);

/** More may be said there than is read here. */
const fileSchema = z.object({
  latent: count,
  memory: count,
  codes: z.int().min(2),
  state: z.tuple([count, count]),
  cache: z.tuple([count, count, count]),
  vocabulary: z.int().min(2),
  controls: z.strictObject({
    tempo: z.tuple([control, control, control, control]),
    mode: z.tuple([control, control, control]),
    meter: z.array(control).min(2),
    density: z.array(control).min(2),
    styles: z.strictObject({ names: z.array(z.string().min(1)), ids: z.array(control), unknown: control }),
  }),
  tempoClasses: z.strictObject({ slowBelow: z.number().positive(), fastAbove: z.number().positive() }),
  refeedBars: count,
  bars: z.array(id).min(1),
  heads: z.array(id),
  meterOf: z.record(z.string().regex(/^\d+$/), id),
  tempoOf: z.record(z.string().regex(/^\d+$/), z.number().positive()),
});

type PhraseFile = z.output<typeof fileSchema>;

/** What an id is to a phrase model. */
export const IdRole = { ofPhrase: 0, opensBar: 1, ofHead: 2 } as const;
export type IdRole = (typeof IdRole)[keyof typeof IdRole];

/** Rows of the table of controls, the last of each list where nothing is known. */
export interface ControlRows {
  /** Slow, medium, fast, unknown. */
  readonly tempo: readonly number[];
  /** Major, minor, unknown. */
  readonly mode: readonly number[];
  /** In the order of the tokenizer's metres, unknown. */
  readonly meter: readonly number[];
  /** From few notes to many, unknown. */
  readonly density: readonly number[];
  readonly styles: ReadonlyMap<string, number>;
  readonly unknownStyle: number;
}

/** The shape of a pack's nets, and what the ids of its vocabulary are to them. */
export class PhraseTables {
  readonly latentSize: number;
  /** Rows of keys and values that a latent becomes. */
  readonly memoryRows: number;
  readonly codeCount: number;
  readonly stateShape: readonly [blocks: number, width: number];
  /** Rows of the cache (keys and values of each layer), heads, dimension. */
  readonly cacheShape: readonly [rows: number, heads: number, dimension: number];
  readonly vocabularySize: number;
  readonly controls: ControlRows;
  readonly slowBelow: number;
  readonly fastAbove: number;
  /** After so many bars all controls are told again. */
  readonly refeedBars: number;
  /** The id that spells nothing but a bar line: every phrase is read from it, and ends where it comes next. */
  readonly barId: number;
  /** Ids that spell a bar line and more, and ids of a head: no decoder has an opinion on them. */
  readonly unheard: readonly number[];
  /** {@link IdRole} of each id. */
  readonly roles: Uint8Array;
  private readonly meters: ReadonlyMap<number, number>;
  private readonly tempos: ReadonlyMap<number, number>;

  constructor(file: PhraseFile) {
    const { styles, ...controls } = file.controls;
    this.latentSize = file.latent;
    this.memoryRows = file.memory;
    this.codeCount = file.codes;
    this.stateShape = file.state;
    this.cacheShape = file.cache;
    this.vocabularySize = file.vocabulary;
    this.controls = { ...controls, styles: new Map(styles.names.map((name, index) => [name, styles.ids[index]])), unknownStyle: styles.unknown };
    this.slowBelow = file.tempoClasses.slowBelow;
    this.fastAbove = file.tempoClasses.fastAbove;
    this.refeedBars = file.refeedBars;
    this.barId = file.bars[0];
    this.unheard = [...file.bars.slice(1), ...file.heads];
    this.roles = new Uint8Array(file.vocabulary);
    for (const bar of file.bars) this.roles[bar] = IdRole.opensBar;
    for (const head of file.heads) this.roles[head] = IdRole.ofHead;
    this.meters = new Map(Object.entries(file.meterOf).map(([key, index]) => [Number(key), index]));
    this.tempos = new Map(Object.entries(file.tempoOf).map(([key, bpm]) => [Number(key), bpm]));
  }

  get stateSize(): number {
    return this.stateShape[0] * this.stateShape[1];
  }

  /** The control row of the metre that an id spells; `undefined` where it spells none. */
  meterRow(token: number): number | undefined {
    const index = this.meters.get(token);
    return index === undefined ? undefined : this.controls.meter[index];
  }

  /** The control row of the tempo that an id spells; `undefined` where it spells none. */
  tempoRow(token: number): number | undefined {
    const bpm = this.tempos.get(token);
    if (bpm === undefined) return undefined;
    const [slow, medium, fast] = this.controls.tempo;
    if (bpm < this.slowBelow) return slow;
    return bpm > this.fastAbove ? fast : medium;
  }
}

/** Errors: `badPack` when the file is not there, is no table of phrases, or says what cannot be. */
export function readPhraseTables(path: string): PhraseTables {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw bad(path, 'cannot be read as JSON', cause);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) throw bad(path, `is no table of phrases: ${describeIssues(parsed.error)}`);
  const fault = faultOf(parsed.data);
  if (fault !== undefined) throw bad(path, fault);
  return new PhraseTables(parsed.data);
}

function faultOf({ controls, cache, bars, heads, meterOf, tempoOf, vocabulary, tempoClasses }: PhraseFile): string | undefined {
  const { names, ids } = controls.styles;
  if (names.length !== ids.length) return `names ${names.length} styles and has ${ids.length} controls for them`;
  if (cache[0] % 2 !== 0) return `has a cache of ${cache[0]} rows, and every layer has two`;
  if (tempoClasses.slowBelow > tempoClasses.fastAbove) return `calls tempos below ${tempoClasses.slowBelow} slow and those above ${tempoClasses.fastAbove} fast`;
  const structural = new Set([...bars, ...heads]);
  if (structural.size !== bars.length + heads.length) return 'names an id of bars or heads twice';
  for (const token of structural) if (token >= vocabulary) return `names the id ${token}, and its vocabulary has ${vocabulary}`;
  for (const token of [...Object.keys(meterOf), ...Object.keys(tempoOf)]) {
    if (!structural.has(Number(token))) return `gives the id ${token} a metre or a tempo, which is neither of bars nor of heads`;
  }
  const meters = controls.meter.length - 1;
  const strange = Object.entries(meterOf).find(([, index]) => index >= meters);
  return strange && `gives the id ${strange[0]} the metre ${strange[1]}, and it has controls for ${meters}`;
}

function bad(path: string, what: string, cause?: unknown): ContinuoError {
  return new ContinuoError('badPack', `${path} ${what}; copy the pack again or export it anew`, { cause });
}
