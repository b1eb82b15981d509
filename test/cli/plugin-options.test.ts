import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectOption } from '../../src/cli/plugin-options.js';

describe('key=value options', () => {
  it('become numbers, truth values and text', () => {
    const words = ['cc_eps=0', 'rate=-1.5', 'on=true', 'off=false', 'version=v2', 'empty=', 'name=a=b'];
    assert.deepEqual(words.reduce((all, word) => collectOption(word, all), {}), {
      cc_eps: 0,
      rate: -1.5,
      on: true,
      off: false,
      version: 'v2',
      empty: '',
      name: 'a=b',
    });
  });

  it('leave those given before as they were', () => {
    const before = { version: 'v1' };
    assert.deepEqual(collectOption('version=v2', before), { version: 'v2' });
    assert.deepEqual(before, { version: 'v1' });
  });

  it('must have a key', () => {
    for (const word of ['', 'version', '=v2']) assert.throws(() => collectOption(word), { errorName: 'badConfiguration' });
  });
});
