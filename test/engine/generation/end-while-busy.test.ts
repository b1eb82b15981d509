import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./modules/end-while-busy.js', import.meta.url));
/** Questions whether to stop that are let pass before the signal: it comes at different moments of a run. */
const moments = [3, 6];

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly complaints: string;
}

async function endBusyProcess(manner: string, questions: number, signals: readonly NodeJS.Signals[]): Promise<Ending> {
  const child = spawn(process.execPath, [script, manner, String(questions)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  await Promise.race([once(child.stdout, 'data'), ended.then(() => assert.fail(complaints))]);
  for (const signal of signals) child.kill(signal);
  const [code, signal] = await ended;
  return { code, signal, complaints };
}

/** Windows ends a process without telling it. */
describe('a process that is asked to end while a model runs', { skip: process.platform === 'win32' }, () => {
  const manners: readonly [string, readonly NodeJS.Signals[], Pick<Ending, 'code' | 'signal'>][] = [
    ['dispose', ['SIGINT'], { code: 0, signal: null }],
    ['dispose', ['SIGTERM', 'SIGINT'], { code: 0, signal: null }],
    ['exit', ['SIGINT'], { code: 7, signal: null }],
    ['throw', ['SIGTERM'], { code: 1, signal: null }],
    ['nothing', ['SIGINT'], { code: null, signal: 'SIGINT' }],
  ];
  for (const [manner, signals, expected] of manners) {
    it(`is never aborted (${signals.join(', then ')}: ${manner})`, async () => {
      for (const questions of moments) {
        const { code, signal, complaints } = await endBusyProcess(manner, questions, signals);
        assert.deepEqual({ code, signal }, expected, complaints);
        assert.doesNotMatch(complaints, /terminate called|Napi::Error/);
      }
    });
  }
});
