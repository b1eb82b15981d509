import { z, type ZodType } from 'zod';
import type { PluginDescriptor } from '../contracts/plugin.js';

const fileUrl = z.string().regex(/^file:/, 'must be a file URL, e.g. new URL("./composer.js", import.meta.url).href');

/**
 * What an external descriptor must look like. Its `optionsSchema` is a zod schema or a plain JSON Schema object, so
 * that a plugin of one file needs no package at all; after parsing it is a zod schema.
 */
export const pluginDescriptorSchema = z.object({
  kind: z.enum(['tokenizer', 'model', 'composer', 'transport']),
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be dash-case, e.g. my-plugin'),
  summary: z.string().regex(/^\S.*$/, 'must be one sentence'),
  capabilities: z.array(z.string()),
  optionsSchema: z.transform((value, context): ZodType => {
    const schema = asZodSchema(value);
    if (schema !== undefined) return schema;
    context.issues.push({ code: 'custom', message: 'must be a zod schema or a JSON Schema object', input: value });
    return z.NEVER;
  }),
  implementation: fileUrl,
  recovery: fileUrl.optional(),
}) satisfies ZodType<PluginDescriptor>;

function asZodSchema(value: unknown): ZodType | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // A package may bring its own copy of zod, so that `instanceof` would refuse a good schema.
  if (typeof (value as ZodType).safeParse === 'function') return value as ZodType;
  try {
    return z.fromJSONSchema(value as Parameters<typeof z.fromJSONSchema>[0]);
  } catch {
    return undefined;
  }
}
