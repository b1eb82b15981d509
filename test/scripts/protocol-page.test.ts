import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { scaleOf } from '../../src/engine/controllers/controller-scale.js';
import { errorCodes } from '../../src/engine/errors.js';
import { parameterTable } from '../../src/engine/parameters/table.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { defaultOscPort } from '../../src/transports/osc/options.js';
import { defaultOscQueryPort } from '../../src/transports/oscquery/options.js';
import { defaultWebSocketPort } from '../../src/transports/websocket/options.js';
import { loadProtocolPage } from './support/protocol-page.js';

const protocolPage = await loadProtocolPage();

describe('docs/protocol.md', () => {
  const page = protocolPage(parameterTable, errorCodes, scaleOf);

  it('is what the parameter table makes it (npm run docs writes it)', () => {
    assert.equal(readFileSync(join(repositoryRoot, 'docs', 'protocol.md'), 'utf8'), page);
  });

  it('names every parameter, its controller and every error', () => {
    for (const { name, scope, controller } of parameterTable) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${scope === 'deck' ? 'deck/1/' : ''}${name}\` |`));
      assert.ok(row, name);
      if (controller !== undefined) assert.match(row, new RegExp(`\\| ${controller}( log)? \\|`), name);
    }
    for (const code of Object.values(errorCodes)) assert.ok(page.includes(`| ${code} |`), String(code));
  });

  it('has the ports that the engine has without a configuration', () => {
    for (const place of [`UDP ${defaultOscPort}`, `ws://127.0.0.1:${defaultWebSocketPort}`, `http://127.0.0.1:${defaultOscQueryPort}`]) assert.ok(page.includes(place), place);
  });
});
