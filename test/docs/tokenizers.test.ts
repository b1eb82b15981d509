import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repositoryRoot } from '../../src/engine/paths.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';
import { constraintFields } from '../engine/contracts/constraint-laws.js';

/** Which tokenizer keeps which wish, as the page shows it. */
function constraintTable(): string {
  const tokenizers = builtInPlugins.filter(({ kind }) => kind === 'tokenizer');
  const rows = [
    ['', ...tokenizers.map(({ name }) => name)],
    ['---', ...tokenizers.map(() => '---')],
    ...constraintFields.map((field) => [`\`${field}\``, ...tokenizers.map(({ capabilities }) => (capabilities.includes(`constraint:${field}`) ? 'yes' : '-'))]),
  ];
  return rows.map((row) => `| ${row.join(' | ')} |\n`).join('');
}

describe('the page about tokenizers', () => {
  it('says which wish each of them keeps, as their descriptors do', () => {
    const page = readFileSync(join(repositoryRoot, 'docs/tokenizers/README.md'), 'utf8');
    const table = constraintTable();
    assert.ok(page.includes(table), `The table should be:\n${table}`);
  });
});
