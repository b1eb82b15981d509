import { setTimeout as pause } from 'node:timers/promises';
import type { LinkFigures } from '../../../engine/contracts/link-figures.js';
import { ContinuoError } from '../../../engine/errors.js';
import { AnswerTooLarge, ConnectionFault, HttpConnection, type HttpAnswer, type HttpQuestion } from './http-connection.js';
import { parseModelMetadata, parseServerMetadata, ProtocolFault, reasonOf, type InferenceRequest, type ModelMetadata, type ServerMetadata } from './inference-protocol.js';
import type { RemoteOptions } from './options.js';
import type { ServerAddress } from './server-address.js';
import { TripTimes } from './trip-times.js';

export type Patience = Pick<RemoteOptions, 'timeoutMilliseconds' | 'patienceMilliseconds' | 'probeMilliseconds' | 'retries'>;

/** Metadata and error texts. */
const largestText = 1 << 20;
/** Before the first retry; twice as long before each further one. */
const firstPauseMilliseconds = 50;
/** What a server says that will answer again soon, or a proxy in front of one that is gone. */
const passing: readonly number[] = [408, 429];

/**
 * One server of the open inference protocol, as seen by one model. A request that cannot be answered is sent again a few
 * times; of a server that is late it is asked whether it lives, so that one that is slow is waited for and one that is
 * gone is given up at once.
 *
 * Thread: any; one request at a time. Blocks: no. Errors: `deviceLost` where the server is gone, `modelFailed` where it
 * refuses a request or answers what nobody can read.
 */
export class InferenceServer {
  private readonly times = new TripTimes();
  private trips = 0;
  private reconnects = 0;
  private timeouts = 0;
  private readonly connection: HttpConnection;
  private saidSlow = false;

  constructor(
    private readonly address: ServerAddress,
    private readonly patience: Patience,
    private readonly ending: AbortSignal,
    private readonly notice: (sentence: string) => void,
  ) {
    this.connection = new HttpConnection(address);
  }

  get name(): string {
    return this.address.name;
  }

  figures(): LinkFigures {
    const { times, trips, reconnects, timeouts } = this;
    return { trips, medianMilliseconds: times.quantile(0.5), p95Milliseconds: times.quantile(0.95), reconnects, timeouts };
  }

  /** Whether it says that it can answer requests. Never fails. */
  async isReady(path = 'v2/health/ready'): Promise<boolean> {
    const signal = AbortSignal.any([this.ending, AbortSignal.timeout(this.patience.probeMilliseconds)]);
    try {
      return (await this.connection.ask({ method: 'GET', path, largestBytes: largestText, signal })).status === 200;
    } catch {
      // Whatever keeps it from saying yes: it is not ready.
      return false;
    }
  }

  async metadata(): Promise<ServerMetadata> {
    return this.readable(await this.get('v2'), parseServerMetadata);
  }

  async modelMetadata(path: string): Promise<ModelMetadata> {
    return this.readable(await this.get(path), parseModelMetadata);
  }

  /** The good answer to a request for inference. */
  async infer(path: string, { headers, body }: InferenceRequest, largestBytes: number): Promise<HttpAnswer> {
    const started = performance.now();
    const answer = await this.insist({ method: 'POST', path: `${path}/infer`, headers, body, largestBytes });
    this.times.add(performance.now() - started);
    this.trips += 1;
    return answer;
  }

  /** What `decode` reads in an answer. */
  readable<Content>(answer: HttpAnswer, decode: (body: Buffer) => Content): Content {
    try {
      return decode(answer.body);
    } catch (cause) {
      if (!(cause instanceof ProtocolFault)) throw cause;
      throw new ContinuoError('modelFailed', `the server ${this.name} cannot be understood: ${cause.message}; see whether the url leads to an inference server`, { cause });
    }
  }

  /** Breaks whatever is under way. */
  close(): void {
    this.connection.close();
  }

  private get(path: string): Promise<HttpAnswer> {
    return this.insist({ method: 'GET', path, largestBytes: largestText });
  }

  private async insist(question: Omit<HttpQuestion, 'signal'>): Promise<HttpAnswer> {
    let reason = 'it does not say that it is ready';
    for (let attempt = 0; attempt <= this.patience.retries; attempt += 1) {
      if (attempt > 0) {
        await this.rest(firstPauseMilliseconds * 2 ** (attempt - 1));
        this.reconnects += 1;
        if (!(await this.isReady())) continue;
      }
      try {
        const answer = await this.askAfresh(question);
        if (answer.status === 200) return answer;
        if (answer.status < 500 && !passing.includes(answer.status)) throw this.refusal(answer);
        reason = reasonOf(answer);
      } catch (cause) {
        if (!(cause instanceof ConnectionFault)) throw cause;
        reason = cause.message;
      }
    }
    throw this.lost(reason);
  }

  /** A connection that was kept may have been closed by the server: that is no sign of anything. */
  private async askAfresh(question: Omit<HttpQuestion, 'signal'>): Promise<HttpAnswer> {
    try {
      return await this.askPatiently(question);
    } catch (cause) {
      if (cause instanceof ConnectionFault && cause.wasStale) return this.askPatiently(question);
      throw cause;
    }
  }

  private async askPatiently(question: Omit<HttpQuestion, 'signal'>): Promise<HttpAnswer> {
    const { timeoutMilliseconds, patienceMilliseconds } = this.patience;
    const finished = new AbortController();
    const asked = this.connection.ask({ ...question, signal: AbortSignal.any([this.ending, finished.signal]) });
    const settled = asked.then(
      () => true,
      () => true,
    );
    try {
      for (let waited = timeoutMilliseconds; ; waited += timeoutMilliseconds) {
        const late = Symbol('late');
        const outcome = await Promise.race([asked, wait(timeoutMilliseconds, late, finished.signal)]);
        if (outcome !== late) return outcome;
        if (waited === timeoutMilliseconds) this.timeouts += 1;
        if (waited >= patienceMilliseconds) throw this.lost(`it says that it is ready, but has not answered for ${waited} ms`);
        if (!(await Promise.race([settled, this.isReady()]))) throw this.lost(`neither a request nor a health probe was answered within ${waited} ms`);
        this.saySlow();
      }
    } catch (cause) {
      if (cause instanceof AnswerTooLarge) {
        throw new ContinuoError('modelFailed', `the server ${this.name} answers with ${cause.message}; see whether the model is the right one`, { cause });
      }
      throw cause;
    } finally {
      finished.abort(new ConnectionFault('nobody waits for the answer any more', false));
    }
  }

  private async rest(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.ending }).catch(() => {
      throw this.ending.reason;
    });
  }

  private saySlow(): void {
    if (this.saidSlow) return;
    this.saidSlow = true;
    this.notice(`The inference server ${this.name} lives but takes longer than ${this.patience.timeoutMilliseconds} ms for an answer: see what else it does, or load a local pack.`);
  }

  private refusal(answer: HttpAnswer): ContinuoError {
    if (answer.status === 401 || answer.status === 403) {
      return new ContinuoError('deviceUnavailable', `the server ${this.name} does not let us in (${reasonOf(answer)}); correct the token and where the pack says it is found`);
    }
    return new ContinuoError('modelFailed', `the server ${this.name} refuses the request: ${reasonOf(answer)}`);
  }

  private lost(reason: string): ContinuoError {
    return new ContinuoError('deviceLost', `the inference server ${this.name} is lost: ${reason}; load the pack again when the server is back`);
  }
}

/** Resolves with `value` after so long, or never where `signal` comes first. */
function wait<Value>(milliseconds: number, value: Value, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(value), milliseconds);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
