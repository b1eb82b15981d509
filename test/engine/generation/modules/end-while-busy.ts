import { WorkerComposer } from '../../../../src/engine/generation/worker-composer.js';
import { plainControls } from '../../contracts/composer-contract.js';
import { fixtureRecipe } from '../recipes.js';

/*
 * Run as a program: a model computes without a pause until this process is asked to end by a signal, in the manner named
 * by the argument: `dispose` first, as the engine does; `exit` at once; an error nobody catches; `nothing` listens.
 */
const [, , manner, questions] = process.argv;
const composer = new WorkerComposer(fixtureRecipe('tiny-lm'));
await composer.prepare();

const endings: Record<string, () => void> = {
  dispose: () => void composer.dispose().then(() => process.exit(0)),
  exit: () => process.exit(7),
  throw: () => {
    throw new Error('nobody catches this');
  },
};
if (manner !== 'nothing') {
  process.on('SIGINT', endings[manner]);
  process.on('SIGTERM', endings[manner]);
}

let asked = 0;
void composer.compose(100_000, plainControls, () => {
  asked += 1;
  if (asked === Number(questions)) process.stdout.write('busy\n');
  return false;
});
