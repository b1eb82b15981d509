import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { engineEnvironment } from './launcher/environment.js';
import { passSignals } from './launcher/signals.js';
import { repositoryRoot } from './setup/places.js';
import { sayOnStandardError, setUpOrExit } from './setup/set-up.js';

// `--quiet` is the launcher's own (no remarks about what stays off); everything else is the engine's, which plays by default.
const given = process.argv.slice(2);
const quiet = given[0] === '--quiet';
const words = quiet ? given.slice(1) : given;
const { environment, remarks } = setUpOrExit();
if (!quiet) remarks.forEach(sayOnStandardError);

const child = spawn(process.execPath, [join(repositoryRoot, 'dist', 'src', 'cli', 'main.js'), ...words], {
  stdio: 'inherit',
  env: engineEnvironment(environment),
});
passSignals(child, { terminal: isatty(0) });
child.on('error', (error) => {
  sayOnStandardError(`the engine could not be started: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
