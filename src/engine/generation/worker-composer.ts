import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { ComposeControls, ComposedSpan, Composer, NoteAnswer, NoteQuestion } from '../contracts/composer.js';
import { ContinuoError } from '../errors.js';
import type { Note } from '../music/note.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import type { ComposerRecipe } from './composer-recipe.js';
import { turnTelemetryOff } from './onnx/telemetry.js';
import { RunWatch } from './run-watch.js';
import { guardExit } from './worker-exit-guard.js';
import { WorkerFlags } from './worker-flags.js';
import type { WorkerCall, WorkerReply, WorkerRequest, WorkerResult, WorkerStart } from './worker-messages.js';

/** How often it is looked whether a composing should end early. */
const stopCheckMilliseconds = 3;

/** A run on a device that takes longer hangs: it could not be played with. */
const hangMilliseconds = 10_000;

export interface WorkerOptions {
  /** A run on a device that takes longer hangs. */
  readonly patienceMilliseconds?: number;
  /** Somebody waits for its first notes: until it has composed once it has the priority of the thread that starts it. Default: the lowest. */
  readonly urgent?: boolean;
}

interface PendingCall {
  readonly resolve: (result: WorkerResult) => void;
  readonly reject: (error: ContinuoError) => void;
}

/**
 * A composer in a thread of its own. The thread starts with `prepare` and ends with `dispose`, or with a failure.
 *
 * Thread: main. Blocks: no. Errors: what the composer throws; `modelFailed` for everything under way when the thread
 * dies, `deviceLost` when a run on a device hangs: then `dispose` does not wait for it. Of a death after `prepare` `onFailure` is told, once. Await `dispose` before the process exits; an exit without it
 * waits for the run under way.
 */
export class WorkerComposer implements Composer {
  private readonly flags = new WorkerFlags();
  private readonly calls = new Map<number, PendingCall>();
  private worker: Worker | undefined;
  private ended: Promise<void> = Promise.resolve();
  private markEnded = (): void => undefined;
  private failure: ContinuoError | undefined;
  private disposing: Promise<void> | undefined;
  private lastId = 0;
  private ready = false;
  private lost = false;
  private readonly patienceMilliseconds: number;

  constructor(
    private readonly recipe: ComposerRecipe,
    private readonly onFailure: (error: ContinuoError) => void = () => undefined,
    private readonly onNotice: (sentence: string) => void = () => undefined,
    private readonly options: WorkerOptions = {},
  ) {
    this.patienceMilliseconds = options.patienceMilliseconds ?? hangMilliseconds;
  }

  /** When it fails nothing is left behind. */
  async prepare(): Promise<void> {
    if (!this.worker) this.start();
    try {
      await this.call({ method: 'prepare' }).reply;
      this.ready = true;
    } catch (cause) {
      const disposal = this.dispose();
      if (!this.lost) await disposal;
      throw cause;
    }
  }

  /** Ends early when something else is asked for. */
  async prime(history: Score, atBeat: Beats): Promise<void> {
    await this.watched({ method: 'prime', history, atBeat });
  }

  /** `stopped` is asked every few milliseconds; the run under way then still ends. */
  async compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    return (await this.watched({ method: 'compose', untilBeat, controls }, stopped)).span as ComposedSpan;
  }

  /** `undefined` also where the composer has no opinion on what others play. `stopped` as in compose. */
  async foresee(following: readonly Note[], untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<number | undefined> {
    return (await this.watched({ method: 'foresee', following, untilBeat, controls }, stopped)).likelihood;
  }

  /** Where it is told to look whether something is `awaited`, it ends early when something else is asked for, or it is to hurry. */
  async nextNote(question: NoteQuestion, controls: ComposeControls, awaited?: () => boolean): Promise<NoteAnswer> {
    return (await this.watched({ method: 'nextNote', question, controls, isBeforehand: awaited !== undefined })).answer as NoteAnswer;
  }

  hurry(): void {
    this.flags.ask(this.lastId + 1);
  }

  async rewind(toBeat: Beats): Promise<void> {
    await this.watched({ method: 'rewind', toBeat });
  }

  /** `undefined` also where the composer keeps no states. */
  async keepState(beat: Beats): Promise<Float32Array | undefined> {
    return (await this.watched({ method: 'keepState', beat })).state;
  }

  /** The state is copied: it stays the caller's. */
  async recallState(state: Float32Array, amount: number): Promise<void> {
    await this.watched({ method: 'recallState', state, amount });
  }

  /** What is under way ends early; then the thread frees the model and ends itself. */
  dispose(): Promise<void> {
    this.disposing ??= this.end();
    return this.disposing;
  }

  private start(): void {
    turnTelemetryOff();
    const workerData: WorkerStart = { recipe: this.recipe, flags: this.flags.memory, urgent: this.options.urgent ?? false };
    const worker = new Worker(new URL('./inference-worker.js', import.meta.url), { workerData, env: SHARE_ENV, name: 'inference' });
    worker.on('message', (reply: WorkerReply) => this.receive(reply));
    worker.on('messageerror', (cause) => this.fail(`a message of the composer's thread cannot be read: ${cause.message}`, cause));
    worker.on('error', (cause: Error) => this.fail(`the composer's thread failed: ${cause.message}`, cause));
    const liftGuard = guardExit(this.flags);
    worker.once('exit', (code) => {
      liftGuard();
      this.fail(`the composer's thread ended by itself with code ${code}`);
      this.markEnded();
    });
    this.ended = new Promise((resolve) => (this.markEnded = resolve));
    this.worker = worker;
  }

  /** A load takes as long as it takes; whatever else does not come back hangs. */
  private async watched(call: WorkerCall, stopped?: () => boolean): Promise<WorkerResult> {
    const { id, reply } = this.call(call);
    // A processor does not hang, it is slow.
    const watch = this.recipe.runtime.provider === 'cpu' ? undefined : new RunWatch(this.patienceMilliseconds);
    const check = (): void => {
      if (stopped?.()) this.flags.stop(id);
      if (watch?.hangs(this.flags.steps, performance.now())) this.letGo();
    };
    check();
    const timer = stopped || watch ? setInterval(check, stopCheckMilliseconds) : undefined;
    try {
      return await reply;
    } finally {
      clearInterval(timer);
    }
  }

  private call(call: WorkerCall): { readonly id: number; readonly reply: Promise<WorkerResult> } {
    const { worker } = this;
    if (!worker || this.failure || this.disposing) return { id: 0, reply: Promise.reject(this.refusal()) };
    this.lastId += 1;
    const id = this.lastId;
    const reply = new Promise<WorkerResult>((resolve, reject) => {
      this.calls.set(id, { resolve, reject });
      this.flags.ask(id);
      worker.postMessage({ ...call, id } satisfies WorkerRequest);
    });
    return { id, reply };
  }

  private receive(reply: WorkerReply): void {
    if (reply.type === 'notice') {
      this.onNotice(reply.sentence);
      return;
    }
    const call = this.calls.get(reply.id);
    this.calls.delete(reply.id);
    if (reply.type === 'failed' && reply.errorName === 'deviceLost') this.lost = true;
    if (reply.type === 'done') call?.resolve(reply);
    else call?.reject(new ContinuoError(reply.errorName, reply.sentence));
  }

  /** The thread is inside a run that does not come back, and cannot be ended: it is left where it is, and nobody waits for it. */
  private letGo(): void {
    this.lost = true;
    this.worker?.unref();
    this.markEnded();
    this.failWith(new ContinuoError('deviceLost', `what the model runs on hangs: a run has not ended for ${this.patienceMilliseconds / 1000} seconds`));
  }

  private fail(sentence: string, cause?: Error): void {
    this.failWith(new ContinuoError('modelFailed', `${sentence}; load the pack again, or another one`, { cause }));
  }

  private failWith(error: ContinuoError): void {
    if (this.failure) return;
    if (!this.disposing) this.failure = error;
    this.abandonCalls();
    if (this.failure && this.ready) this.onFailure(this.failure);
  }

  private abandonCalls(): void {
    const abandoned = [...this.calls.values()];
    this.calls.clear();
    for (const call of abandoned) call.reject(this.refusal());
  }

  private async end(): Promise<void> {
    const { worker } = this;
    if (!worker) return;
    this.flags.stopEverything();
    worker.postMessage({ id: 0, method: 'dispose' } satisfies WorkerRequest);
    // The driver of a lost device may never come back from freeing the model: the process must be able to end without it.
    if (this.lost) worker.unref();
    await this.ended;
  }

  private refusal(): ContinuoError {
    return this.failure ?? new ContinuoError('modelFailed', 'the composer was not prepared, or was disposed of; call prepare first');
  }
}
