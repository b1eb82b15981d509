import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineEnvironment } from './launcher/environment.js';
import { passSignals } from './launcher/signals.js';
import { repositoryRoot } from './setup/places.js';
import { setUpOrExit } from './setup/set-up.js';

const { environment } = setUpOrExit();
// What engines under test leave behind is not the performer's.
const state = mkdtempSync(join(tmpdir(), 'continuo-test-'));

// A group of its own: whatever a failed test left running (a language server, an audio server) is in it and ends with it.
const grouped = process.platform !== 'win32';
const runner = spawn(process.execPath, [join(repositoryRoot, 'scripts', 'testing', 'run.js'), ...process.argv.slice(2)], {
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: grouped,
  env: { ...engineEnvironment(environment), XDG_STATE_HOME: state },
});
passSignals(runner, { terminal: false, send: endGroup });
runner.on('exit', (code, signal) => {
  rmSync(state, { recursive: true, force: true });
  endGroup('SIGKILL');
  process.exitCode = code ?? 128 + constants.signals[signal];
});

function endGroup(signal) {
  try {
    process.kill(grouped ? -runner.pid : runner.pid, signal);
  } catch (error) {
    // ESRCH: nothing of the group is left.
    if (error.code !== 'ESRCH') throw error;
  }
}
