import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { dependentKnobs, keptKnobs } from '../../src/engine/deck/controls/knobs.js';
import { PackShelf } from '../../src/engine/packs/pack-shelf.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { parameterTable } from '../../src/engine/parameters/table.js';
import { PluginRegistry } from '../../src/engine/plugins/plugin-registry.js';
import { ablenessOf } from '../../src/engine/voices.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';

const page = readFileSync(join(repositoryRoot, 'docs/steering.md'), 'utf8');

/** Knobs that stand and fall together are one row. */
async function keepingTable(): Promise<string> {
  const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'models')]);
  await shelf.read();
  const packs = await Promise.all(shelf.list().filter((pack) => pack.fault === undefined).map((pack) => shelf.take(pack.name)));
  const columns = packs.map((pack) => keptKnobs(ablenessOf(pack)));
  const rows = new Map<string, string[]>();
  for (const knob of dependentKnobs) {
    const marks = columns.map((kept) => (kept.includes(knob) ? 'yes' : '-')).join(' | ');
    if (!marks.includes('yes')) continue;
    rows.set(marks, [...(rows.get(marks) ?? []), `\`${knob}\``]);
  }
  const head = ['', ...packs.map((pack) => pack.summary.name)];
  return [head.join(' | '), head.map(() => '---').join(' | '), ...[...rows].map(([marks, knobs]) => `${knobs.join(', ')} | ${marks}`)].map((row) => `| ${row} |\n`).join('');
}

describe('the page about steering', () => {
  it('says which pack keeps which knob, as their plugins do', async () => {
    const table = await keepingTable();
    assert.ok(page.includes(table), `The table should be:\n${table}`);
  });

  it('names only parameters and actions that there are, and every knob that hangs on the pack', () => {
    const names = new Set(parameterTable.map(({ name }) => name));
    const named = [...page.matchAll(/^\| `([^|]*)` \|/gm)].flatMap((match) => match[1].split(/[`, ]+/).filter((word) => /^[a-z][a-z-]+$/.test(word)));
    assert.deepEqual(named.filter((name) => !names.has(name)), []);
    for (const knob of dependentKnobs.filter((name) => !name.startsWith('temperature-'))) assert.ok(page.includes(`\`${knob}\``), knob);
  });
});
