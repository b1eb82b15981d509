import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadScript } from '../load-script.js';

interface Headers {
  hasHeaders(folders: readonly string[], exists?: (path: string) => boolean): boolean;
  linkHeaders(environment: Readonly<Record<string, string>>): readonly string[];
}

const { hasHeaders, linkHeaders } = await loadScript<Headers>('scripts/link/headers.js');

describe("Link's headers", () => {
  it('may lie in two folders, and are there when both are', () => {
    const there = new Set(['/a/ableton/Link.hpp', '/b/asio.hpp']);
    const exists = (path: string): boolean => there.has(path);
    assert.equal(hasHeaders(['/a', '/b'], exists), true);
    assert.equal(hasHeaders(['/a'], exists), false);
    assert.equal(hasHeaders([], exists), false);
  });

  it('are taken from the folders that are named', (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'continuo-headers-'));
    context.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'ableton'));
    writeFileSync(join(folder, 'ableton', 'Link.hpp'), '');
    writeFileSync(join(folder, 'asio.hpp'), '');
    assert.deepEqual(linkHeaders({ LINK_HEADERS: folder }), [folder]);
  });
});
