import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const testEnding = '.test.js';

/**
 * Every compiled test below a folder, as paths relative to it with `/`, in alphabetical order.
 */
export function findTests(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(testEnding))
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'))
    .sort();
}

/**
 * Tests whose path holds one of the patterns (all, without patterns), in two groups: those that drive real programs
 * want the machine for themselves and run one after the other, after the rest.
 * @example groupTests(['engine/a.test.js', 'real/b.test.js'], []).real // ['real/b.test.js']
 */
export function groupTests(tests, patterns) {
  const wanted = patterns.map((pattern) => pattern.replace(/^test\//, '').replace(/\.ts$/, ''));
  const chosen = wanted.length === 0 ? tests : tests.filter((test) => wanted.some((part) => test.includes(part)));
  const real = chosen.filter((test) => test.startsWith('real/'));
  return { unit: chosen.filter((test) => !real.includes(test)), real };
}
