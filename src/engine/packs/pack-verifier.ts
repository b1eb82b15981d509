import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { PluginDescriptor, PluginKind } from '../contracts/plugin.js';
import { Tokenizer } from '../contracts/tokenizer.js';
import { ContinuoError } from '../errors.js';
import { describeIssues } from '../plugins/describe-issues.js';
import { whyNotLive } from '../generation/tokenizer-lacks.js';
import { loadInContainer } from '../plugins/load-in-container.js';
import type { PluginRegistry } from '../plugins/plugin-registry.js';
import { weightless } from './built-in-packs.js';
import type { FileDigests } from './file-digests.js';
import type { Pack, PackSummary, PluginUse } from './pack.js';
import type { PackManifest } from './pack-manifest.js';

type ListedFile = PackManifest['files'][number];

/** What a model is computed from, unless its plugin says otherwise. */
const graphRole = 'cpu';

/**
 * The quick part of verification: its plugins exist and take their options, every file is there, inside the folder, in
 * its right size. Errors: `badPack`, `unknownPlugin`. Thread: main. Blocks: no.
 */
export async function checkPack(folder: string, manifest: PackManifest, plugins: PluginRegistry): Promise<Pack> {
  const { name, order, fallback, sampling, generation, files, budget } = manifest;
  for (const file of files) await checkFile(name, folder, file);
  const composition = compositionOf(manifest, folder, plugins);
  return { summary: summaryOf(folder, manifest), composition, order, fallback, sampling, generation, files, usualNotesPerBeat: budget.notesPerBeat };
}

export function summaryOf(folder: string, manifest: PackManifest): PackSummary {
  const { name, title, family, licence, styles } = manifest;
  return { name, title, family, licence, ...(styles.length > 0 && { styles }), folder };
}

/**
 * The slow part: every file's SHA-256, and that tokenizer and model speak of the same number of tokens, where the
 * model's options say it. Files already hashed and unchanged since are not read again. Errors: `badPack`, `badPlugin`.
 * Thread: main; hashing is streamed. Blocks: no.
 */
export async function verifyPack(pack: Pack, digests: FileDigests): Promise<void> {
  const { name, folder } = pack.summary;
  for (const file of pack.files) {
    if ((await digests.sha256(join(folder, file.path))) !== file.sha256) {
      throw badPack(name, `is damaged: the SHA-256 of ${file.path} is not the one pack.json gives; copy the pack again`);
    }
  }
  await checkVocabulary(pack);
}

async function checkFile(name: string, folder: string, file: ListedFile): Promise<void> {
  const path = join(folder, file.path);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw badPack(name, `is not complete: ${file.path} is missing; copy the pack again`);
  const [realFolder, realFile] = await Promise.all([realpath(folder), realpath(path)]);
  if (!realFile.startsWith(realFolder + sep)) {
    throw badPack(name, `reaches outside: ${file.path} is a link to ${realFile}; put the file itself into the pack`);
  }
  if (found.size !== file.bytes) {
    throw badPack(name, `is not complete: ${file.path} has ${found.size} bytes instead of ${file.bytes}; copy the pack again`);
  }
}

function compositionOf(manifest: PackManifest, folder: string, plugins: PluginRegistry): Pack['composition'] {
  const use = (kind: PluginKind, part: { plugin: string; options: unknown; files: Record<string, string> }): PluginUse => {
    const plugin = plugins.get(kind, part.plugin);
    const parsed = plugin.optionsSchema.safeParse(part.options);
    if (!parsed.success) {
      throw badPack(manifest.name, `has ${kind} options that ${plugin.name} refuses: ${describeIssues(parsed.error)}`);
    }
    const files = Object.entries(part.files).map(([role, path]) => [role, join(folder, path)]);
    return { plugin, options: parsed.data, files: Object.fromEntries(files) as Record<string, string> };
  };
  const { tokenizer, model, composer } = manifest;
  const missing = model && rolesOf(plugins.get('model', model.plugin)).find((role) => model.files[role] === undefined);
  if (model && missing !== undefined) {
    throw badPack(manifest.name, `names no ${missing === graphRole ? 'graph' : missing} for the model ${model.plugin}; give a file with the role ${missing} in model.files`);
  }
  if (composer) return { kind: 'composer', composer: use('composer', composer) };
  if (tokenizer && model) return { kind: 'tokens', tokenizer: use('tokenizer', tokenizer), model: use('model', model) };
  throw badPack(manifest.name, 'has neither tokenizer and model nor composer');
}

function rolesOf({ fileRoles, capabilities }: PluginDescriptor): readonly string[] {
  return fileRoles ?? (capabilities.includes(weightless) ? [] : [graphRole]);
}

async function checkVocabulary(pack: Pack): Promise<void> {
  if (pack.composition.kind !== 'tokens') return;
  const { tokenizer, model } = pack.composition;
  const container = await loadInContainer(tokenizer.plugin, { options: tokenizer.options, files: tokenizer.files });
  const made = container.get<Tokenizer>(Tokenizer);
  const reason = whyNotLive(made);
  if (reason !== undefined) throw badPack(pack.summary.name, reason);
  const { vocabulary } = made;
  const { vocabularySize } = model.options as { vocabularySize?: unknown };
  if (typeof vocabularySize === 'number' && vocabularySize !== vocabulary.size) {
    throw badPack(
      pack.summary.name,
      `does not fit together: the tokenizer ${tokenizer.plugin.name} has ${vocabulary.size} tokens with its options, the model ${vocabularySize}; correct the options in pack.json`,
    );
  }
  const bad = pack.generation.setup.find((row) => row.length % vocabulary.rowWidth > 0 || row.some((id) => id >= vocabulary.size));
  if (bad) {
    throw badPack(
      pack.summary.name,
      `has a setup row that is not ${vocabulary.rowWidth} ids below ${vocabulary.size}: [${bad.join(', ')}]; correct generation.setup in pack.json`,
    );
  }
}

function badPack(name: string, what: string): ContinuoError {
  return new ContinuoError('badPack', `the pack ${name} ${what}`);
}
