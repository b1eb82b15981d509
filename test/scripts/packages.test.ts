import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadScript } from '../load-script.js';

interface Lock {
  packages: Record<string, { version?: string; optional?: boolean; link?: boolean }>;
}
const { missingPackages } = await loadScript<{ missingPackages(lock: Lock, installed: Lock): string[] }>('scripts/setup/packages.js');

const lock: Lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/ws': { version: '8.0.0' },
    'node_modules/ws/node_modules/deep': { version: '1.0.0' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  },
};

describe('the package check', () => {
  it('finds nothing missing where the lock file is satisfied', () => {
    const installed = { packages: { 'node_modules/ws': { version: '8.0.0' }, 'node_modules/ws/node_modules/deep': { version: '1.0.0' } } };
    assert.deepEqual(missingPackages(lock, installed), []);
  });
  it('finds an absent package and one of another version', () => {
    assert.deepEqual(missingPackages(lock, { packages: { 'node_modules/ws': { version: '7.9.9' } } }), [
      'node_modules/ws',
      'node_modules/ws/node_modules/deep',
    ]);
  });
});
