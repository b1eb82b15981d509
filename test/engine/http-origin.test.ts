import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { originAllowed } from '../../src/engine/http-origin.js';

describe('an origin', () => {
  const pages: [string | undefined, readonly string[], boolean][] = [
    [undefined, [], true],
    ['http://localhost', [], true],
    ['http://localhost:5173', [], true],
    ['https://127.0.0.1:8443', [], true],
    ['http://[::1]:57190', [], true],
    ['null', [], false],
    ['', [], false],
    ['file://', [], false],
    ['http://example.com', [], false],
    ['http://localhost.example.com', [], false],
    ['http://127.0.0.1.example.com', [], false],
    ['http://example.com:57190', [], false],
    ['http://example.com#localhost', [], false],
    ['http://localhost@example.com', [], false],
    ['chrome-extension://localhost', [], false],
    ['not a url', [], false],
    ['https://stage.example', ['https://stage.example'], true],
    ['https://stage.example.com', ['https://stage.example'], false],
    ['null', ['null'], true],
  ];
  for (const [origin, allowed, lets] of pages) {
    it(`${origin ?? 'of a program that is no browser'} is ${lets ? 'let in' : 'refused'}${allowed.length ? ` with ${allowed}` : ''}`, () =>
      assert.equal(originAllowed(origin, allowed), lets));
  }
});
