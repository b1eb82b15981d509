import { WorkerComposer } from '../../../../src/engine/generation/worker-composer.js';
import { fixtureRecipe } from '../recipes.js';

/* Run as a program: loads a model in a worker, composes a beat and ends. */
const composer = new WorkerComposer(fixtureRecipe('tiny-lm'));
await composer.prepare();
await composer.dispose();
