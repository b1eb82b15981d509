import { Worker } from 'node:worker_threads';
import type { ComposeControls } from '../../src/engine/contracts/composer.js';
import type { ComposerRecipe } from '../../src/engine/generation/composer-recipe.js';
import { WorkerComposer } from '../../src/engine/generation/worker-composer.js';
import { emptyScore } from '../../src/engine/music/score.js';
import { busyStates } from './busy-worker.js';
import { openRecipe } from './open-recipe.js';

/** Something that this process does besides sending. */
export interface Load {
  readonly name: string;
  set(working: boolean): void;
  end(): Promise<void>;
}

export const quiet: Load = { name: 'none', set: () => undefined, end: () => Promise.resolve() };

/** One thread of arithmetic at niceness 19. */
export function computing(): Load {
  const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL('./busy-worker.js', import.meta.url), { workerData: state });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const tell = (next: number): void => {
    Atomics.store(state, 0, next);
    Atomics.notify(state, 0);
  };
  return {
    name: 'computing',
    set: (working) => tell(working ? busyStates.compute : busyStates.rest),
    end: () => {
      tell(busyStates.end);
      return exited;
    },
  };
}

/** A pack that composes flat out in its own worker, and one that is loaded again and again; nothing for `none`. */
export async function ofPack(pack: string): Promise<Load[]> {
  if (pack === 'none') return [];
  const { name, recipe } = await openRecipe(pack === '' ? {} : { pack });
  return [await composing(name, recipe), loading(name, recipe)];
}

async function composing(name: string, recipe: ComposerRecipe): Promise<Load> {
  const composer = new WorkerComposer(recipe);
  await composer.prepare();
  await composer.prime(emptyScore, 0);
  const controls: ComposeControls = {
    sampling: { temperature: 1, topP: 0.98, topK: 0, minP: 0, attributeTemperature: {}, seed: 1 }, constraint: {}, keySemitones: 0, density: 0.5, mode: 'any', style: '',
  };
  let beat = 0;
  return repeated(`composing ${name}`, (isOver) => composer.compose((beat += 1), controls, isOver), () => composer.dispose());
}

/** From the file to the first note, in a new thread each time, as `load` does on stage. */
function loading(name: string, recipe: ComposerRecipe): Load {
  return repeated(`loading ${name}`, async () => {
    const composer = new WorkerComposer(recipe);
    try {
      await composer.prepare();
    } finally {
      await composer.dispose();
    }
  });
}

function repeated(name: string, act: (isOver: () => boolean) => Promise<unknown>, dispose: () => Promise<void> = () => Promise.resolve()): Load {
  let working = false;
  let work = Promise.resolve();
  const goOn = async (): Promise<void> => {
    while (working) await act(() => !working);
  };
  return {
    name,
    set: (next) => {
      const begins = next && !working;
      working = next;
      if (begins) work = work.then(goOn);
    },
    end: async () => {
      working = false;
      await work;
      await dispose();
    },
  };
}

const burstMilliseconds = 20;
const pauseMilliseconds = 30;

/** The main thread reads and writes JSON for 20 ms, rests for 30, and leaves much for the garbage collector. */
export function busyMain(): Load {
  let timer: NodeJS.Timeout | undefined;
  const burst = (): void => {
    const until = performance.now() + burstMilliseconds;
    let document: unknown = Array.from({ length: 200 }, (_, id) => ({ id, name: `note ${id}`, beats: [id, id + 0.5], on: id % 2 === 0 }));
    while (performance.now() < until) document = JSON.parse(JSON.stringify(document));
    timer = setTimeout(burst, pauseMilliseconds);
  };
  return {
    name: 'busy main thread',
    set: (working) => {
      clearTimeout(timer);
      if (working) timer = setTimeout(burst, pauseMilliseconds);
    },
    end: () => {
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
}
