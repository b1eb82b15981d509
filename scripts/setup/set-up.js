import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, buildNeeded } from './build.js';
import { prepareCuda } from './cuda.js';
import { nodeFault } from './node-version.js';
import { installPackages, packagesNeeded } from './packages.js';
import { repositoryRoot } from './places.js';
import { inTurn } from './turn.js';

const steps = [
  { line: 'packages: installing from the npm registry (about 360 MB on disk, once)', needed: packagesNeeded, run: installPackages },
  { line: 'build: compiling', needed: buildNeeded, run: build },
];

/**
 * Does what is missing and nothing else: packages, build, CUDA provider. Idempotent; lines go to stderr, because
 * stdout belongs to the command that follows. Ends the process with one message when it fails.
 * @param {{ runsModels?: boolean }} options whether what follows may need the GPU
 * @returns {{ environment: Record<string, string>, remarks: string[] }} what the engine's process needs in its
 *   environment, and sentences about what stays off
 */
export function setUpOrExit({ runsModels = true } = {}) {
  try {
    return setUp(repositoryRoot, runsModels);
  } catch (error) {
    sayOnStandardError(error.message);
    process.exit(1);
  }
}

function setUp(root, runsModels) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const fault = nodeFault(process.versions.node, engines.node);
  if (fault) throw new Error(fault);
  if (steps.some((step) => step.needed(root))) {
    const work = () => {
      for (const step of steps) {
        if (!step.needed(root)) continue;
        sayOnStandardError(step.line);
        step.run(root);
      }
    };
    inTurn(root, work, sayOnStandardError);
  }
  if (!runsModels) return { environment: {}, remarks: [] };
  const { environment, sentence } = prepareCuda(root, process.env, sayOnStandardError);
  return { environment, remarks: sentence ? [sentence] : [] };
}

export function sayOnStandardError(line) {
  process.stderr.write(`set-up: ${line}\n`);
}
