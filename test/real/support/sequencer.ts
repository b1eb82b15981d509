import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { repositoryRoot } from '../../../src/engine/paths.js';

export interface SequencerRun {
  readonly stdout: string;
  readonly stderr: string;
  /** 124: the limit ran out; 125: the kernel could not be started. */
  readonly code: number;
}

export interface SequencerOptions {
  /** Default 60. */
  readonly limitSeconds?: number;
  /** Folders the command may write to; elsewhere it may only write to its TMPDIR. */
  readonly writable?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingFolder?: string;
  /** What a script is told behind its name. */
  readonly words?: readonly string[];
}

const machineFolder = join(repositoryRoot, 'scripts', 'alsa-vm');
const device = '/dev/snd/seq';

/**
 * Why a test that needs an ALSA sequencer and these programs cannot run here; false where it can.
 *
 * @example it('shows its ports', { skip: skipWithoutSequencer('aconnect') }, async () => { … })
 */
export function skipWithoutSequencer(...programs: readonly string[]): string | false {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length > 0) return `${missing.join(' and ')} not installed (on Debian: apt-get install alsa-utils midish)`;
  if (hasOwnSequencer() || hasMachine()) return false;
  return 'no ALSA sequencer, and no kernel to start one (scripts/alsa-vm/build-kernel.sh builds it)';
}

/**
 * Runs a command where there is an ALSA sequencer: here if this machine has one, else under a kernel started for it.
 * It does not fail on a bad exit code; ask {@link skipWithoutSequencer} first.
 */
export async function runInSequencer(command: readonly string[], options: SequencerOptions = {}): Promise<SequencerRun> {
  const limitSeconds = options.limitSeconds ?? 60;
  const full = hasOwnSequencer()
    ? ['timeout', '--kill-after=2', String(limitSeconds), ...command]
    : [
        join(machineFolder, 'run.sh'),
        ...['--seconds', String(limitSeconds)],
        ...(options.writable ?? []).flatMap((folder) => ['--writable', folder]),
        '--',
        ...command,
      ];
  return await finished(full, options);
}

/**
 * Runs one of our own scripts with Node in front of a sequencer and gives the JSON document on its last line of output.
 * @param script path of the compiled script
 */
export async function runScriptInSequencer<Result>(script: string, options: SequencerOptions = {}): Promise<Result> {
  const run = await runInSequencer([process.execPath, script, ...(options.words ?? [])], options);
  const lastLine = run.stdout.trimEnd().split('\n').at(-1) ?? '';
  if (run.code !== 0 || !lastLine.startsWith('{')) {
    throw new Error(`${script} ended with ${run.code}\n--- stdout\n${run.stdout}\n--- stderr\n${run.stderr}`);
  }
  return JSON.parse(lastLine) as Result;
}

function finished([program, ...commandArguments]: readonly string[], options: SequencerOptions): Promise<SequencerRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, commandArguments, {
      cwd: options.workingFolder ?? repositoryRoot,
      // Without the last one a test runner within this one would think itself its child and report to nobody.
      env: { ...process.env, ...options.environment, NODE_TEST_CONTEXT: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ stdout, stderr, code: code ?? 125 }));
  });
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => canAccess(join(folder, program), constants.X_OK));
}

function hasOwnSequencer(): boolean {
  return canAccess(device, constants.R_OK | constants.W_OK);
}

function hasMachine(): boolean {
  return process.platform === 'linux' && process.arch === 'x64' && spawnSync(join(machineFolder, 'find-kernel.sh')).status === 0;
}

function canAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
