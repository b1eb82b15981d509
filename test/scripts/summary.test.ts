import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { loadScript } from '../load-script.js';

interface Summary {
  watch(stream: EventEmitter): void;
  readonly passed: boolean;
  readonly skips: readonly string[];
  lines(): string[];
}
const { Summary } = await loadScript<{ Summary: new () => Summary }>('scripts/testing/summary.js');

function diagnostic(stream: EventEmitter, ...messages: string[]): void {
  for (const message of messages) stream.emit('test:diagnostic', { nesting: 0, message });
}

describe('the closing summary', () => {
  it('adds up the runs, in the format of the runner', () => {
    const summary = new Summary();
    const [first, second] = [new EventEmitter(), new EventEmitter()];
    summary.watch(first);
    summary.watch(second);
    diagnostic(first, 'tests 3', 'pass 3', 'duration_ms 10.4');
    first.emit('test:diagnostic', { nesting: 1, message: 'tests 100' });
    diagnostic(second, 'tests 2', 'pass 1', 'skipped 1', 'duration_ms 5.4');
    second.emit('test:pass', { name: 'hears it', skip: 'no sequencer' });
    assert.deepEqual(summary.lines(), ['# tests 5', '# suites 0', '# pass 4', '# fail 0', '# cancelled 0', '# skipped 1', '# todo 0', '# duration_ms 16']);
    assert.deepEqual(summary.skips, ['hears it: no sequencer']);
    assert.equal(summary.passed, true);
  });
  it('has not passed when a test failed', () => {
    const summary = new Summary();
    const stream = new EventEmitter();
    summary.watch(stream);
    diagnostic(stream, 'tests 1');
    stream.emit('test:fail', { name: 'breaks' });
    assert.equal(summary.passed, false);
  });
  it('has not passed when there was nothing to run', () => {
    assert.equal(new Summary().passed, false);
  });
});
