import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { repositoryRoot } from '../setup/places.js';
import { findTests, groupTests } from './select.js';
import { Summary } from './summary.js';

const fileTimeoutMilliseconds = 5 * 60_000;

const folder = join(repositoryRoot, 'dist', 'test');
const { unit, real } = groupTests(findTests(folder), process.argv.slice(2));
const summary = new Summary();
await runGroup(unit, 2);
await runGroup(real, 1);
process.stdout.write(closing());
process.exitCode = summary.passed ? 0 : 1;

async function runGroup(tests, concurrency) {
  if (tests.length === 0) return;
  const stream = run({ files: tests.map((test) => join(folder, test)), concurrency, timeout: fileTimeoutMilliseconds });
  summary.watch(stream);
  for await (const text of stream.compose(new spec())) process.stdout.write(text);
}

function closing() {
  const skipped = summary.skips.map((skip) => `skipped: ${skip}\n`).join('');
  return `\n${skipped}${summary.lines().join('\n')}\n`;
}
