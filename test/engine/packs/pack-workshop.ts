import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { PluginDescriptor } from '../../../src/engine/contracts/plugin.js';

/** A place in which tests make packs and the plugins they need. */
export class PackWorkshop {
  readonly root = mkdtempSync(join(tmpdir(), 'continuo-packs-'));

  /** A tokenizer of `vocabularySize` (option) ids in rows of two, a model and a composer that take what they are given. */
  readonly plugins: readonly PluginDescriptor[];

  constructor() {
    this.write(
      'tokenizer.mjs',
      `export default ({ bind }) => bind(Symbol.for('continuo.Tokenizer')).toResolvedValue(
        ({ options }) => ({ vocabulary: { size: options.size, rowWidth: 2 }, lacks: options.lacks }), [Symbol.for('continuo.PluginContext')]);`,
    );
    const implementation = pathToFileURL(join(this.root, 'tokenizer.mjs')).href;
    const common = { summary: 'For tests.', capabilities: [], implementation };
    this.plugins = [
      { ...common, kind: 'tokenizer', name: 'test-tokens', optionsSchema: z.strictObject({ size: z.int().default(8), lacks: z.array(z.string()).optional() }) },
      { ...common, kind: 'model', name: 'test-model', optionsSchema: z.strictObject({ vocabularySize: z.int().optional() }) },
      { ...common, kind: 'composer', name: 'test-composer', optionsSchema: z.strictObject({}) },
      { ...common, kind: 'model', name: 'many-files', fileRoles: ['reader', 'writer'], optionsSchema: z.strictObject({}) },
      { ...common, kind: 'model', name: 'far-model', capabilities: ['weightless'], optionsSchema: z.strictObject({}) },
    ];
  }

  write(path: string, content: string): string {
    const absolute = join(this.root, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, content);
    return absolute;
  }

  /** Writes a good pack of one file, changed as `change` says, and returns its folder. */
  pack(folder: string, change: Record<string, unknown> = {}, content = 'weights'): string {
    this.write(`${folder}/step.onnx`, content);
    this.write(`${folder}/pack.json`, JSON.stringify({ ...manifestFor(folder.split('/').at(-1) ?? folder, content), ...change }));
    return join(this.root, folder);
  }

  close(): void {
    rmSync(this.root, { recursive: true });
  }
}

export function listed(path: string, content: string): { path: string; sha256: string; bytes: number } {
  return { path, sha256: createHash('sha256').update(content).digest('hex'), bytes: Buffer.byteLength(content) };
}

export function manifestFor(name: string, content = 'weights'): Record<string, unknown> {
  return {
    format: 1,
    name,
    title: `Title of ${name}`,
    family: 'test',
    licence: 'CC0-1.0',
    tokenizer: { plugin: 'test-tokens' },
    model: { plugin: 'test-model', files: { cpu: 'step.onnx' } },
    files: [listed('step.onnx', content)],
  };
}
