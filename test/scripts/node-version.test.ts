import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadScript } from '../load-script.js';

const { nodeFault } = await loadScript<{ nodeFault(version: string, range: string): string | undefined }>('scripts/setup/node-version.js');

describe('the Node version check', () => {
  it('takes the version asked for and everything newer', () => {
    for (const version of ['20.9.0', '20.10.0', '22.0.0', '100.1.2']) assert.equal(nodeFault(version, '>=20.9'), undefined);
  });
  it('compares numbers, not letters', () => {
    assert.match(nodeFault('9.30.0', '>=20.9') ?? '', /^Node 9\.30\.0 is too old: Continuo needs 20\.9/);
    assert.match(nodeFault('20.8.1', '>=20.9') ?? '', /too old/);
  });
});
