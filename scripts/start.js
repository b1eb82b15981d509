import { join } from 'node:path';
import { natureOf } from './launcher/command.js';
import { engineEnvironment } from './launcher/environment.js';
import { runEngine } from './launcher/run-engine.js';
import { repositoryRoot } from './setup/places.js';
import { sayOnStandardError, setUpOrExit } from './setup/set-up.js';

// `--quiet` is the launcher's own (no remarks about what stays off); everything else is the engine's, which plays by default.
const given = process.argv.slice(2);
const quiet = given[0] === '--quiet';
const words = quiet ? given.slice(1) : given;
const { plays, runsModels } = natureOf(words);
const { environment, remarks } = setUpOrExit({ runsModels });
if (!quiet) remarks.forEach(sayOnStandardError);

runEngine(join(repositoryRoot, 'dist', 'src', 'cli', 'main.js'), words, {
  env: engineEnvironment(environment),
  plays,
});
