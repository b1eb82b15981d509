import { join } from 'node:path';
import { engineEnvironment } from './launcher/environment.js';
import { runEngine } from './launcher/run-engine.js';
import { repositoryRoot } from './setup/places.js';
import { sayOnStandardError, setUpOrExit } from './setup/set-up.js';

// `--quiet` is the launcher's own (no remarks about what stays off); everything else is the engine's, which plays by default.
const given = process.argv.slice(2);
const quiet = given[0] === '--quiet';
const words = quiet ? given.slice(1) : given;
const { environment, remarks } = setUpOrExit();
if (!quiet) remarks.forEach(sayOnStandardError);

runEngine(join(repositoryRoot, 'dist', 'src', 'cli', 'main.js'), words, {
  env: engineEnvironment(environment),
  plays: words.length === 0 || words[0] === 'play' || words[0].startsWith('-'),
});
