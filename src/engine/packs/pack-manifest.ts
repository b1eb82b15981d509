import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { tokenAttributes } from '../contracts/tokenizer.js';
import { ContinuoError } from '../errors.js';
import { describeIssues } from '../plugins/describe-issues.js';

export const manifestName = 'pack.json';

const pluginName = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be the dash-case name of a plugin');
const options = z.record(z.string(), z.unknown()).default({});

/** A path inside the pack, with `/` on every system. */
const packPath = z
  .string()
  .min(1)
  .refine(staysInside, 'must be a relative path that stays inside the pack, with / between folders');

const midiValue = z.int().min(0).max(127);

const pluginPart = z.strictObject({ plugin: pluginName, options, files: z.record(z.string(), packPath).default({}) });

/** Facts about where a model comes from: anything more may be said here. */
const training = z.looseObject({
  data: z
    .array(
      z.looseObject({
        name: z.string(),
        licence: z.string(),
        files: z.number().optional(),
        source: z.string().optional(),
      }),
    )
    .default([]),
  parameters: z.number().optional(),
  tokensSeen: z.number().optional(),
  validationLoss: z.number().optional(),
  perplexity: z.number().optional(),
  bitsPerEvent: z.number().optional(),
  untrainedValidationLoss: z.number().optional(),
  date: z.string().optional(),
  notes: z.string().optional(),
});

const sampling = z.strictObject({
  temperature: z.number().min(0).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.int().min(0).optional(),
  minP: z.number().min(0).max(1).optional(),
  repetition: z.number().min(-10).max(10).optional(),
  attributeTemperature: z.partialRecord(z.enum(tokenAttributes), z.number().min(0)).optional(),
});

const generation = z.strictObject({
  /** The training music was all in C or A minor: the host transposes. */
  keyNormalised: z.boolean().default(false),
  /** Kinds of event the model was trained to write. */
  events: z.array(z.string()).default(['note']),
  /** Ids of history the model is primed with at most; absent: what fits. */
  promptTokens: z.int().min(0).optional(),
  maxRestBeats: z.number().positive().optional(),
  tracks: z
    .array(
      z.strictObject({
        track: z.int().min(0).max(127),
        channel: z.int().min(0).max(15),
        program: midiValue.optional(),
        name: z.string(),
      }),
    )
    .default([]),
  /** Rows of ids that every stream begins with, after the vocabulary's own start. */
  setup: z.array(z.array(z.int().min(0)).min(1)).default([]),
});

const packName = z.string().regex(/^[a-z0-9]+([-.][a-z0-9]+)*$/, 'must be dash-case, e.g. my-pack');

const budget = z.strictObject({
  millisecondsPerToken: z.number().positive().optional(),
  tokensPerBeat: z.number().positive().optional(),
  /** Of the music it was trained on. */
  notesPerBeat: z.number().positive().optional(),
});

const listedFile = z.strictObject({
  path: packPath,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
  bytes: z.int().min(0),
});

/** Where packs stand that do not say. */
export const usualOrder = 100;

/** The form of pack.json, format 1. Unknown keys are refused, so that a misspelt one is not silently ignored. */
export const packManifestSchema = z
  .strictObject({
    format: z.literal(1, 'must be 1: this Continuo reads packs of format 1'),
    name: packName,
    title: z.string().min(1),
    description: z.string().default(''),
    family: z.string().min(1),
    licence: z.string().min(1),
    /** Where it stands among the packs of its folders: the smallest first, equal ones by name. */
    order: z.int().min(0).default(usualOrder),
    /** The pack that goes on where this one's device or server is lost; absent: this one, on the CPU. */
    fallback: packName.optional(),
    training: training.optional(),
    tokenizer: pluginPart.optional(),
    model: pluginPart.optional(),
    composer: pluginPart.optional(),
    sampling: sampling.default({}),
    generation: generation.prefault({}),
    /** Styles the model can be asked for, by name. */
    styles: z.array(z.string().min(1).max(64)).max(64).refine((names) => new Set(names).size === names.length, 'must name each style once').default([]),
    files: z.array(listedFile),
    budget: budget.default({}),
  })
  .refine(
    (manifest) => (manifest.tokenizer && manifest.model ? !manifest.composer : manifest.composer && !manifest.tokenizer && !manifest.model),
    'must have either tokenizer and model, or composer',
  )
  .superRefine((manifest, context) => {
    if (manifest.fallback === manifest.name) {
      context.addIssue({ code: 'custom', path: ['fallback'], message: 'must be another pack: without it this one goes on, on the CPU' });
    }
    const listed = new Set(manifest.files.map((file) => file.path));
    for (const part of ['tokenizer', 'model', 'composer'] as const) {
      for (const [role, path] of Object.entries(manifest[part]?.files ?? {})) {
        if (listed.has(path)) continue;
        context.addIssue({ code: 'custom', path: [part, 'files', role], message: `${path} is not listed in files with its hash` });
      }
    }
  });

export type PackManifest = z.infer<typeof packManifestSchema>;

/** Reads and validates `folder`'s pack.json. Errors: `badPack`. */
export async function readPackManifest(folder: string): Promise<PackManifest> {
  const path = join(folder, manifestName);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ContinuoError('badPack', `${path} cannot be read: ${reason}`, { cause });
  }
  const parsed = packManifestSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new ContinuoError('badPack', `${path} is wrong: ${describeIssues(parsed.error)}`);
}

function staysInside(path: string): boolean {
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0') || /^[A-Za-z]:/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
