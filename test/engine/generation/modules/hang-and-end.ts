import { ContinuoError } from '../../../../src/engine/errors.js';
import { WorkerComposer } from '../../../../src/engine/generation/worker-composer.js';
import { plainControls } from '../../contracts/composer-contract.js';
import { crashingRecipe } from '../recipes.js';

/* Run as a program: its composer hangs in the second span, is given up after half a second, and the process ends. */
const recipe = crashingRecipe('hang');
const composer = new WorkerComposer(
  { ...recipe, runtime: { ...recipe.runtime, provider: 'auto' } },
  (error) => process.stdout.write(`told ${error.errorName}\n`),
  () => undefined,
  { patienceMilliseconds: 500 },
);
await composer.prepare();
await composer.compose(4, plainControls, () => false);
try {
  await composer.compose(8, plainControls, () => false);
} catch (cause) {
  const { errorName, message } = ContinuoError.from(cause, 'modelFailed');
  process.stdout.write(`rejected ${errorName}: ${message}\n`);
}
void composer.dispose();
process.stdout.write('ending\n');
