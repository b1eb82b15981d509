import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Words that mean something else before they are the name of a wire: only a string that is exactly one means the wire. */
const commonWords = new Set(['midi', 'link']);

/** Model families, which are only a part of their plugins' names. */
const families = ['skytnt', 'theremin', 'remi', 'musemorphic', 'mamba'];

/** Names of the model families, and of every plugin and wire, read from the folders they live in. */
export function pluginNames(sources) {
  const below = (folder) =>
    existsSync(folder)
      ? readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => entry.name)
      : [];
  const plugins = join(sources, 'plugins');
  return [...families, ...below(plugins).flatMap((kind) => below(join(plugins, kind))), ...below(join(sources, 'transports'))];
}

/**
 * The plugin or wire that a piece of engine code names, `undefined` when it names none.
 * @param {string} text a string literal or an identifier
 * @param {readonly string[]} names
 * @param {boolean} isString
 * @example namedPlugin('skytntEventsOptions', ['skytnt-events'], false) // 'skytnt-events'
 */
export function namedPlugin(text, names, isString) {
  const words = dashed(text);
  const humps = dashed(text.replace(/([a-z0-9])([A-Z])/g, '$1-$2'));
  return names.find((name) => {
    if (commonWords.has(name)) return isString && text === name;
    const whole = new RegExp(`(^|-)${name}(-|$)`);
    return whole.test(words) || whole.test(humps);
  });
}

function dashed(text) {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

/** No wire, plugin or model family is named in src/engine: not in an identifier, not in a string. */
export const namelessRule = {
  meta: { type: 'problem', schema: [], messages: { named: "the engine must not name '{{name}}': take it from a descriptor" } },
  create(context) {
    const sources = join(context.cwd, 'src');
    if (!context.filename.startsWith(join(sources, 'engine'))) return {};
    const names = pluginNames(sources);
    const check = (node, text, isString) => {
      const name = namedPlugin(text, names, isString);
      if (name) context.report({ node, messageId: 'named', data: { name } });
    };
    return {
      Identifier: (node) => check(node, node.name, false),
      Literal: (node) => {
        if (typeof node.value === 'string') check(node, node.value, true);
      },
      TemplateElement: (node) => check(node, node.value.raw, true),
    };
  },
};
