import { parentPort, workerData } from 'node:worker_threads';
import type { ComposedSpan, Composer } from '../contracts/composer.js';
import { ContinuoError } from '../errors.js';
import { makeComposer } from './make-composer.js';
import { lowerThreadPriority } from './onnx/thread-priority.js';
import { stopEverything, type WorkerReply, type WorkerRequest, type WorkerStart } from './worker-messages.js';

/*
 * The inference thread: one composer, asked by messages, one at a time. It is ended by the message `dispose`, never from
 * outside: a thread that is killed while a model runs takes the whole process with it.
 */

const { recipe, stop } = workerData as WorkerStart;
const stopFlag = new Int32Array(stop);
let composer: Composer | undefined;
let work: Promise<void> = Promise.resolve();

// Before a model is loaded: the threads it makes have the priority of the thread that makes them.
lowerThreadPriority();

parentPort?.on('message', (request: WorkerRequest) => {
  work = work.then(() => answer(request));
});

async function answer(request: WorkerRequest): Promise<void> {
  const { id } = request;
  try {
    const span = await perform(request);
    reply({ type: 'done', id, span });
  } catch (cause) {
    const { errorName, message } = ContinuoError.from(cause, 'modelFailed');
    reply({ type: 'failed', id, errorName, sentence: message });
  }
  // Nothing runs now, so that the thread can end itself whatever a plugin has left behind.
  if (request.method === 'dispose') process.exit(0);
}

async function perform(request: WorkerRequest): Promise<ComposedSpan | undefined> {
  if (request.method === 'prepare') {
    composer ??= await makeComposer(recipe, (sentence) => reply({ type: 'notice', sentence }));
    await composer.prepare();
    return undefined;
  }
  if (request.method === 'dispose') {
    await composer?.dispose();
    return undefined;
  }
  if (!composer) throw new ContinuoError('modelFailed', 'the composer was not prepared; call prepare first');
  switch (request.method) {
    case 'prime':
      await composer.prime(request.history, request.atBeat);
      return undefined;
    case 'compose':
      return composer.compose(request.untilBeat, request.controls, () => isStopped(request.id));
    case 'rewind':
      await composer.rewind(request.toBeat);
      return undefined;
  }
}

function isStopped(id: number): boolean {
  const stopped = Atomics.load(stopFlag, 0);
  return stopped === id || stopped === stopEverything;
}

function reply(message: WorkerReply): void {
  parentPort?.postMessage(message);
}
