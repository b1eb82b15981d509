import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { errorCodes } from '../../src/engine/errors.js';
import type { Parameter } from '../../src/engine/parameters/parameter.js';
import { parameterTable } from '../../src/engine/parameters/table.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { loadScript } from '../load-script.js';

const { parameterPage } = await loadScript<{ parameterPage(table: readonly Parameter[], codes: Record<string, number>): string }>(
  'scripts/docs/parameter-page.js',
);

describe('docs/parameters.md', () => {
  it('is what the parameter table makes it (npm run docs writes it)', () => {
    assert.equal(readFileSync(join(repositoryRoot, 'docs', 'parameters.md'), 'utf8'), parameterPage(parameterTable, errorCodes));
  });
  it('names every parameter and every error', () => {
    const page = parameterPage(parameterTable, errorCodes);
    for (const { name, scope } of parameterTable) assert.ok(page.includes(`\`${scope === 'deck' ? 'deck/1/' : ''}${name}\``), name);
    for (const code of Object.values(errorCodes)) assert.ok(page.includes(`| ${code} |`), String(code));
  });
});
