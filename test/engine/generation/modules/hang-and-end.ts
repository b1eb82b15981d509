import { ContinuoError } from '../../../../src/engine/errors.js';
import { WorkerComposer } from '../../../../src/engine/generation/worker-composer.js';
import { plainControls, twoBars } from '../../contracts/composer-contract.js';
import { crashingRecipe } from '../recipes.js';

/* Run as a program: its composer hangs in what the argument says, is given up after half a second, and the process ends. */
const never = (): boolean => false;
const recipe = crashingRecipe('hang');
const composer = new WorkerComposer(
  { ...recipe, runtime: { ...recipe.runtime, provider: 'auto' } },
  (error) => process.stdout.write(`told ${error.errorName}\n`),
  () => undefined,
  { patienceMilliseconds: 500 },
);
await composer.prepare();
const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  compose: () => composer.compose(8, plainControls, never),
  prime: () => composer.prime(twoBars, 8),
  rewind: () => composer.rewind(2),
  nextNote: () => composer.nextNote({ fromBeat: 4, untilBeat: 8 }, plainControls),
  'compose while it is disposed of': async () => {
    const composing = composer.compose(8, plainControls, never);
    void composer.dispose();
    await composing;
  },
};
await composer.compose(4, plainControls, never);
try {
  await calls[process.argv[2]]();
} catch (cause) {
  const { errorName, message } = ContinuoError.from(cause, 'modelFailed');
  process.stdout.write(`rejected ${errorName}: ${message}\n`);
}
await composer.dispose();
process.stdout.write('ending\n');
