import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What came of running a small model on one provider. */
export type ProviderAttempt = { readonly works: true; readonly milliseconds: number } | { readonly works: false; readonly reason: string };

export type Provider = 'cpu' | 'cuda';

const patienceMilliseconds = 60_000;

/**
 * Runs a small model in a process of its own: a provider that cannot load may take its process with it, and says the
 * real reason only on stderr. Thread: main. Blocks: no.
 */
export async function attemptProvider(provider: Provider): Promise<ProviderAttempt> {
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

/**
 * What the probe's output means: its one line of JSON, or, where it never came to that, the last thing that was said.
 * The complaints on stderr know more than the error that was thrown, so they come first.
 */
export function readAttempt(answer: string, complaints: string, ending: string): ProviderAttempt {
  const said = loadFailure(complaints);
  try {
    const attempt = JSON.parse(answer) as ProviderAttempt;
    return attempt.works || said === undefined ? attempt : { works: false, reason: said };
  } catch {
    // No JSON: the probe did not live to say more than it had.
    return { works: false, reason: said ?? `the trial ${ending}` };
  }
}

/** @example loadFailure('… Failed to load library x.so with error: libcublas.so.13: cannot open …') // → 'libcublas.so.13: cannot open …' */
function loadFailure(complaints: string): string | undefined {
  const match = /Failed to load library .*? with error: (.*)/.exec(complaints) ?? /(CUDA failure \d+: [^;]*)/.exec(complaints);
  return match?.[1].trim();
}
