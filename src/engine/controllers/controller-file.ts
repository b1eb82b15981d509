import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { ContinuoError } from '../errors.js';
import { findJsonFault } from '../json-fault.js';
import { describeIssues } from '../plugins/describe-issues.js';
import { writeWhole } from '../write-whole.js';
import type { Mapping } from './controller-map.js';

const mappingSchema = z.strictObject({
  source: z.string().min(1).optional(),
  /** 1..16, as performers count. */
  channel: z.int().min(1).max(16).optional(),
  controller: z.int().min(0).max(127),
  address: z.string().min(1),
  arguments: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
});

const fileSchema = z.strictObject({ controllers: z.array(mappingSchema) });

/**
 * What was learned, as JSON that a performer may edit while Continuo is not running. It is whole whatever
 * happens. Thread: main. Blocks: only `read`.
 */
export class ControllerFile {
  private writing: Promise<void> = Promise.resolve();

  constructor(readonly path: string) {}

  /** Nothing where there is no file. Errors: `badConfiguration`, with what is wrong. */
  read(): readonly Mapping[] {
    if (!existsSync(this.path)) return [];
    const text = readFileSync(this.path, 'utf8');
    const parsed = fileSchema.safeParse(this.parse(text));
    if (!parsed.success) throw this.bad(describeIssues(parsed.error));
    return parsed.data.controllers.map(({ channel, ...mapping }) => ({ ...mapping, ...(channel === undefined ? {} : { channel: channel - 1 }) }));
  }

  /** Writes take place one after the other. Errors: what the file system says. */
  write(mappings: readonly Mapping[]): Promise<void> {
    const controllers = mappings.map(({ channel, ...mapping }) => ({ ...mapping, ...(channel === undefined ? {} : { channel: channel + 1 }) }));
    // One that failed was told to whoever asked for it.
    this.writing = this.writing.catch(() => undefined).then(() => writeWhole(this.path, `${JSON.stringify({ controllers }, undefined, 2)}\n`));
    return this.writing;
  }

  private parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      const fault = findJsonFault(text);
      throw this.bad(fault ? `line ${fault.line}: ${fault.reason}` : String(cause), cause);
    }
  }

  private bad(reason: string, cause?: unknown): ContinuoError {
    return new ContinuoError('badConfiguration', `${this.path} is wrong: ${reason}. It is left as it is, and nothing is learned until it is right or gone.`, { cause });
  }
}
