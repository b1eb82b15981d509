import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { OrtProvider } from '../../engine/generation/onnx/providers.js';

/** What came of running a small model on one provider. */
export type ProviderAttempt = { readonly works: true; readonly milliseconds: number } | { readonly works: false; readonly reason: string };

const patienceMilliseconds = 60_000;

/**
 * Runs a small model in a process of its own: a provider that cannot load may take its process with it.
 * Thread: main. Blocks: no.
 */
export async function attemptProvider(provider: OrtProvider): Promise<ProviderAttempt> {
  const probe = spawn(process.execPath, [fileURLToPath(new URL('./provider-probe.js', import.meta.url)), provider], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patienceMilliseconds,
    killSignal: 'SIGKILL',
  });
  let answer = '';
  let complaints = '';
  probe.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
  probe.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const ending = await new Promise<string>((resolve) => {
    probe.once('error', (error) => resolve(error.message));
    probe.once('close', (code, signal) => resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`));
  });
  return readAttempt(answer, complaints, ending);
}

/** What the probe said; where it did not live to say it, its last words, or at least how it ended. */
export function readAttempt(answer: string, complaints: string, ending: string): ProviderAttempt {
  if (answer.trimEnd().endsWith('}')) return JSON.parse(answer) as ProviderAttempt;
  const lastWords = complaints.trim().split('\n').at(-1);
  return { works: false, reason: lastWords ? `the trial ${ending}: ${lastWords}` : `the trial ${ending}` };
}
