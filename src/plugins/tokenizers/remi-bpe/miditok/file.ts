import { z } from 'zod';
import { ContinuoError } from '../../../../engine/errors.js';

const range = z.tuple([z.int(), z.int()]);

/** What of a MidiTok configuration decides about tokens. Other fields are not looked at. */
const configSchema = z.object({
  pitch_range: range,
  beat_res: z.record(z.string().regex(/^\d+_\d+$/), z.int().min(1).max(960)),
  num_velocities: z.int().min(1).max(127),
  remove_duplicated_notes: z.boolean().default(false),
  encode_ids_split: z.string().default('bar'),
  special_tokens: z.array(z.string()),
  use_velocities: z.boolean().default(true),
  use_note_duration_programs: z.array(z.int()).optional(),
  use_chords: z.boolean().default(false),
  use_rests: z.boolean().default(false),
  use_tempos: z.boolean(),
  use_time_signatures: z.boolean(),
  use_key_signatures: z.boolean().default(false),
  use_sustain_pedals: z.boolean().default(false),
  use_pitch_bends: z.boolean().default(false),
  use_control_changes: z.boolean().default(false),
  use_programs: z.boolean(),
  use_pitch_intervals: z.boolean().default(false),
  use_pitchdrum_tokens: z.boolean().default(false),
  programs: z.array(z.int().min(-1).max(127)),
  one_token_stream_for_programs: z.boolean().default(true),
  program_changes: z.boolean().default(false),
  num_tempos: z.int().min(1),
  tempo_range: z.tuple([z.number().positive(), z.number().positive()]),
  log_tempos: z.boolean().default(false),
  delete_equal_successive_tempo_changes: z.boolean().default(false),
  time_signature_range: z.record(z.string(), z.array(z.int().min(1))),
  delete_equal_successive_time_sig_changes: z.boolean().default(false),
  drums_pitch_range: range.optional(),
  additional_params: z
    .object({
      base_tokenizer: z.string().optional(),
      max_bar_embedding: z.int().nullish(),
      use_bar_end_tokens: z.boolean().default(false),
      add_trailing_bars: z.boolean().default(false),
    })
    .default({ use_bar_end_tokens: false, add_trailing_bars: false }),
});
export type MiditokConfig = z.output<typeof configSchema>;

const fileSchema = z.object({
  config: configSchema,
  tokenization: z.string(),
  _vocab_base: z.record(z.string(), z.int().min(0)).optional(),
  _vocab_base_byte_to_token: z.record(z.string(), z.string()).optional(),
  _model: z.string().optional(),
});

const modelSchema = z.object({
  added_tokens: z.array(z.object({ id: z.int().min(0), content: z.string() })).default([]),
  pre_tokenizer: z.object({ type: z.string(), replacement: z.string().optional() }).nullish(),
  model: z.object({
    type: z.string().optional(),
    ignore_merges: z.boolean().nullish(),
    vocab: z.record(z.string(), z.int().min(0)),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
});

/** Byte pair encoding learned on the base tokens, each of them written as one character. */
export interface LearnedModel {
  readonly vocabulary: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly [string, string])[];
  /** Tokens that stand alone and cut words, by character. */
  readonly special: ReadonlyMap<string, number>;
  /** Stands before every word; empty for none. */
  readonly prefix: string;
  /** Base token of each character. */
  readonly characters: Readonly<Record<string, string>>;
}

export interface MiditokFile {
  readonly form: 'REMI' | 'MMM';
  readonly config: MiditokConfig;
  /** Denominators and their numerators, in the order of the file. */
  readonly timeSignatures: readonly (readonly [numerator: number, denominator: number])[];
  /** Ids of the base tokens, where the file has them. */
  readonly baseIds: Readonly<Record<string, number>> | undefined;
  readonly learned: LearnedModel | undefined;
}

/**
 * Reads a tokenizer.json of MidiTok: REMI with programs in one stream (REMI+), or MMM over REMI, with or without BPE.
 * @throws ContinuoError badPack when it is damaged, or uses what is not supported (it says what).
 */
export function parseMiditokFile(text: string): MiditokFile {
  const content = parse(text, fileSchema, 'The tokenizer file');
  const { config } = content;
  const form = formOf(content.tokenization, config);
  refuseUnsupported(config);
  if (form === 'REMI' && !config.one_token_stream_for_programs) throw unsupported('one_token_stream_for_programs = false');
  const timeSignatures = denominatorsInOrder(text, config).flatMap((denominator) =>
    config.time_signature_range[denominator].map((numerator) => [numerator, Number(denominator)] as const),
  );
  const learned = content._model === undefined ? undefined : learnedModel(content._model, content._vocab_base_byte_to_token);
  return { form, config, timeSignatures, baseIds: content._vocab_base, learned };
}

function formOf(tokenization: string, config: MiditokConfig): 'REMI' | 'MMM' {
  if (tokenization === 'REMI') return 'REMI';
  if (tokenization === 'MMM' && config.additional_params.base_tokenizer === 'REMI') return 'MMM';
  throw unsupported(`its tokenization ${tokenization}`);
}

function refuseUnsupported(config: MiditokConfig): void {
  const flags = [
    'use_chords',
    'use_rests',
    'use_key_signatures',
    'use_sustain_pedals',
    'use_pitch_bends',
    'use_control_changes',
    'use_pitch_intervals',
  ] as const;
  for (const flag of flags) if (config[flag]) throw unsupported(flag);
  for (const flag of ['use_programs', 'use_velocities'] as const) {
    if (!config[flag]) throw unsupported(`${flag} = false`);
  }
  const durations = config.use_note_duration_programs;
  if (durations !== undefined && config.programs.some((program) => !durations.includes(program))) {
    throw unsupported('programs without durations');
  }
  if (config.additional_params.max_bar_embedding !== undefined && config.additional_params.max_bar_embedding !== null) {
    throw unsupported('max_bar_embedding');
  }
  if (!['bar', 'no'].includes(config.encode_ids_split)) throw unsupported(`encode_ids_split = ${config.encode_ids_split}`);
}

function unsupported(what: string): ContinuoError {
  return new ContinuoError(
    'badPack',
    `The tokenizer file cannot be used: ${what} is not supported; make one of REMI or MMM with programs, velocities and durations only.`,
  );
}

// A parsed object has integer keys in rising order, the vocabulary follows the order of the text.
function denominatorsInOrder(text: string, config: MiditokConfig): string[] {
  const written = /"time_signature_range"\s*:\s*\{([^{}]*)\}/.exec(text)?.[1] ?? '';
  const inOrder = [...written.matchAll(/"(\d+)"\s*:/g)].map((match) => match[1]);
  return inOrder.filter((denominator) => denominator in config.time_signature_range);
}

function learnedModel(text: string, characters: Readonly<Record<string, string>> | undefined): LearnedModel {
  const { model, added_tokens, pre_tokenizer } = parse(text, modelSchema, 'The learned part of the tokenizer file');
  if (characters === undefined) throw unsupported('a learned model without _vocab_base_byte_to_token');
  if ((model.type ?? 'BPE') !== 'BPE' || model.ignore_merges === true) throw unsupported(`a model of type ${model.type}`);
  if (pre_tokenizer != null && pre_tokenizer.type !== 'Metaspace') throw unsupported(`a ${pre_tokenizer.type} pre-tokenizer`);
  return {
    vocabulary: model.vocab,
    merges: model.merges.map((merge) => (typeof merge === 'string' ? splitMerge(merge) : merge)),
    special: new Map(added_tokens.map(({ id, content }) => [content, id])),
    prefix: pre_tokenizer == null ? '' : (pre_tokenizer.replacement ?? '\u2581'),
    characters,
  };
}

function splitMerge(merge: string): [string, string] {
  const space = merge.indexOf(' ', 1);
  return [merge.slice(0, space), merge.slice(space + 1)];
}

function parse<Value>(text: string, schema: z.ZodType<Value>, what: string): Value {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new ContinuoError('badPack', `${what} is not what MidiTok writes: ${reason}`, { cause });
  }
}
