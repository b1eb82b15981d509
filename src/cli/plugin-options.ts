import type { PluginDescriptor } from '../engine/contracts/plugin.js';
import { ContinuoError } from '../engine/errors.js';
import { describeIssues } from '../engine/plugins/describe-issues.js';

export type OptionValues = Readonly<Record<string, string | number | boolean>>;

/**
 * For commander: adds one `key=value` to those before it. Numbers, true and false are taken as such.
 * @example collectOption('cc_eps=0', {}) // → { cc_eps: 0 }
 */
export function collectOption(text: string, previous: OptionValues = {}): OptionValues {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new ContinuoError('badConfiguration', `--option ${text} is not of the form key=value.`);
  }
  return { ...previous, [key]: typed(value) };
}

function typed(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}

/**
 * The options a plugin runs with: those given, completed by its schema.
 * @throws ContinuoError badConfiguration when the plugin does not take them.
 */
export function completeOptions(plugin: PluginDescriptor, given: OptionValues): unknown {
  const parsed = plugin.optionsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ContinuoError('badConfiguration', `The ${plugin.kind} ${plugin.name} does not take these options: ${describeIssues(parsed.error)}.`);
}
