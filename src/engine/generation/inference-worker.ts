import { parentPort, workerData } from 'node:worker_threads';
import type { Composer } from '../contracts/composer.js';
import { ContinuoError } from '../errors.js';
import { makeComposer } from './make-composer.js';
import { NoteByNote } from './note-by-note.js';
import { lowerThreadPriority, threadIds } from './onnx/thread-priority.js';
import { WorkerFlags } from './worker-flags.js';
import type { WorkerReply, WorkerRequest, WorkerResult, WorkerStart } from './worker-messages.js';

/*
 * The inference thread: one composer, asked by messages, one at a time. It is ended by the message `dispose`, never from
 * outside: a thread that is killed while a model runs takes the whole process with it.
 */

const { recipe, flags: memory, urgent } = workerData as WorkerStart;
const flags = new WorkerFlags(memory);
let composer: Composer | undefined;
let work: Promise<void> = Promise.resolve();
const ending = new AbortController();
const noteByNote = new NoteByNote();

let hurries = urgent;
/** Threads that came up while a model was loaded in a hurry: most likely its own. */
let modelThreads: readonly number[] = [];

// Before a model is loaded: the threads it makes have the priority of the thread that makes them.
if (!hurries) lowerThreadPriority();

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.method === 'dispose') ending.abort(new ContinuoError('modelFailed', 'the composer is being disposed of'));
  work = work.then(() => answer(request));
});

async function answer(request: WorkerRequest): Promise<void> {
  const { id } = request;
  flags.begin();
  try {
    const result = await perform(request);
    reply({ type: 'done', id, ...result }, result.state ? [result.state.buffer] : []);
  } catch (cause) {
    const { errorName, message } = ContinuoError.from(cause, 'modelFailed');
    reply({ type: 'failed', id, errorName, sentence: message });
  } finally {
    flags.end();
  }
  // Nothing runs now, so that the thread can end itself whatever a plugin has left behind.
  if (request.method === 'dispose') process.exit(0);
}

async function perform(request: WorkerRequest): Promise<WorkerResult> {
  if (request.method === 'dispose') {
    await composer?.dispose();
    return {};
  }
  // A span asked for before the end is known comes back empty; nothing else begins any more.
  if (flags.isEnding && request.method !== 'compose') throw new ContinuoError('modelFailed', 'the composer is being disposed of');
  if (request.method === 'prepare') {
    const before = hurries ? threadIds() : undefined;
    composer ??= await makeComposer(recipe, (sentence) => reply({ type: 'notice', sentence }), ending.signal);
    await composer.prepare();
    if (before) modelThreads = [...threadIds()].filter((id) => !before.has(id));
    return {};
  }
  if (!composer) throw new ContinuoError('modelFailed', 'the composer was not prepared; call prepare first');
  if (request.method === 'prime') noteByNote.primed(request.atBeat);
  switch (request.method) {
    case 'prime':
      await composer.prime(request.history, request.atBeat, () => goesOnAndIsAwaited(request.id));
      return {};
    case 'compose': {
      const span = await composer.compose(request.untilBeat, request.controls, () => goesOnAndIsStopped(request.id));
      if (hurries) lowerThreadPriority(modelThreads);
      hurries = false;
      return { span };
    }
    case 'nextNote': {
      const { id, question, controls, isBeforehand } = request;
      return { answer: await noteByNote.next(composer, question, controls, () => (isBeforehand ? goesOnAndIsAwaited(id) : goesOnAndIsStopped(id))) };
    }
    case 'foresee': {
      const { following, untilBeat, controls } = request;
      return { likelihood: await composer.foresee?.(following, untilBeat, controls, () => goesOnAndIsStopped(request.id)) };
    }
    case 'rewind':
      await composer.rewind(request.toBeat, () => goesOnAndIsAwaited(request.id));
      return {};
    case 'keepState': {
      const state = await composer.keepState?.(request.beat);
      // A copy of its own: what lies beside it in its memory is not to be moved away with it.
      return state ? { state: Float32Array.from(state) } : {};
    }
    case 'recallState':
      if (!composer.recallState) throw new ContinuoError('badValue', 'this composer keeps no states; load a pack that does');
      await composer.recallState(request.state, request.amount);
      return {};
  }
}

/** Whether a call is to end early; that it asks tells that it does not hang. */
function goesOnAndIsStopped(id: number): boolean {
  flags.step();
  return flags.isStopped(id);
}

/** The same of one that ends for whatever is asked next. */
function goesOnAndIsAwaited(id: number): boolean {
  flags.step();
  return flags.isAwaited(id);
}

function reply(message: WorkerReply, moved: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, moved);
}
