import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { OrtProvider } from '../../engine/generation/onnx/providers.js';
import { readRuntimeLog } from './runtime-log.js';

/** What the probe itself can tell. */
export type ProbeAnswer =
  | {
      readonly works: true;
      /** From loading onnxruntime to the right result. */
      readonly milliseconds: number;
    }
  | { readonly works: false; readonly reason: string };

/** What came of running a small model on one provider. */
export type ProviderAttempt = ProbeAnswer & {
  /** onnxruntime's names of the providers that the nodes of the graph were placed on, e.g. `CUDAExecutionProvider`. */
  readonly placedOn: readonly string[];
  /** What was printed on standard error and is no part of the reason: often the cause. */
  readonly printed: readonly string[];
};

const patienceMilliseconds = 60_000;

/**
 * Runs a small model in a process of its own: a provider that cannot load may take its process with it, and only there
 * can be read what it prints. Thread: main. Blocks: no.
 */
export async function attemptProvider(provider: OrtProvider): Promise<ProviderAttempt> {
  const probe = spawn(process.execPath, [fileURLToPath(new URL('./provider-probe.js', import.meta.url)), provider], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patienceMilliseconds,
    killSignal: 'SIGKILL',
  });
  let answer = '';
  let log = '';
  probe.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
  probe.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ending = await new Promise<string>((resolve) => {
    probe.once('error', (error) => resolve(error.message));
    probe.once('close', (code, signal) => resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`));
  });
  return readAttempt(answer, log, ending);
}

/** What the probe said; where it did not live to say it, its last words, or at least how it ended. */
export function readAttempt(answer: string, log: string, ending: string): ProviderAttempt {
  const { placedOn, printed } = readRuntimeLog(log);
  if (answer.trimEnd().endsWith('}')) return { ...(JSON.parse(answer) as ProbeAnswer), placedOn, printed };
  const lastWords = printed.at(-1);
  return { works: false, reason: lastWords ? `the trial ${ending}: ${lastWords}` : `the trial ${ending}`, placedOn, printed };
}
