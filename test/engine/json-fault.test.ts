import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findJsonFault } from '../../src/engine/json-fault.js';

describe('findJsonFault', () => {
  for (const [text, line, reason] of [
    ['{\n "bpm": 120,\n}', 2, /comma before the closing }/],
    ['{\n "bpm": 120\n "pack": "x"\n}', 2, /comma or } is missing/],
    ['{\n\n "bpm": tru\n}', 3, /tru stands where a value should be/],
    ['{\n "bpm": 12O\n}', 2, /12O stands/],
    ["{\n 'bpm': 120\n}", 2, /'bpm': stands where a name in double quotes should be/],
    ['{\n "bpm" 120\n}', 2, /colon after the name/],
    ['{\n // tempo\n "bpm": 120\n}', 2, /no comments/],
    ['{\n "pack": "x\n}', 2, /no closing "/],
    ['{\n "plugins": [1, 2,]\n}', 2, /comma before the closing \]/],
    ['{\n "plugins": [1, 2', 2, /closing \] is missing/],
    ['{}\n{}', 2, /after the end/],
    ['', 1, /text ends where a value should be/],
  ] as const) {
    it(`points at line ${line} of ${JSON.stringify(text)}`, () => {
      const fault = findJsonFault(text);
      assert.equal(fault?.line, line);
      assert.match(fault.reason, reason);
    });
  }

  it('finds no fault in any JSON', () => {
    fc.assert(fc.property(fc.json(), fc.boolean(), (json, pretty) => {
      const text = pretty ? JSON.stringify(JSON.parse(json), null, 2) : json;
      assert.equal(findJsonFault(text), undefined);
    }));
  });

  it('finds a fault exactly where JSON.parse does', () => {
    fc.assert(fc.property(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '\\', '1', 'e', '-', '\n', ']'), (json, at, put) => {
      const place = at % (json.length + 1);
      const broken = json.slice(0, place) + put + json.slice(place + 1);
      let good = true;
      try {
        JSON.parse(broken);
      } catch {
        good = false;
      }
      assert.equal(findJsonFault(broken) === undefined, good, broken);
    }));
  });
});
