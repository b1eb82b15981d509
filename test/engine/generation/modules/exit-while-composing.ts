import { WorkerComposer } from '../../../../src/engine/generation/worker-composer.js';
import { plainControls } from '../../contracts/composer-contract.js';
import { fixtureRecipe } from '../recipes.js';

/* Run as a program: exits with code 5 while its model composes. */
const composer = new WorkerComposer(fixtureRecipe('tiny-lm'));
await composer.prepare();
await composer.compose(2, plainControls, () => false);
let asked = 0;
void composer.compose(100_000, plainControls, () => {
  asked += 1;
  if (asked === 4) process.exit(5);
  return false;
});
