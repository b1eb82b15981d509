import type { MessagePort } from 'node:worker_threads';
import type { OutputSpecification } from '../contracts/output.js';
import { ContinuoError, type ErrorName } from '../errors.js';

/** What the send thread is started with. */
export interface SendSetup {
  readonly ring: SharedArrayBuffer;
  readonly timeline: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** What is asked of the send thread now and then, and answered. Everything frequent goes over the ring. */
export type SendRequest =
  | {
      readonly type: 'open';
      readonly id: number;
      readonly lane: number;
      readonly output: Omit<OutputSpecification, 'transfer' | 'renew'>;
      /** Memory of the lane's sounding notes. */
      readonly sounding: SharedArrayBuffer;
    }
  | { readonly type: 'close'; readonly id: number; readonly lane: number }
  | { readonly type: 'end'; readonly id: number };

export type SendReply =
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly fault: Fault }
  | { readonly type: 'fault'; readonly output: string; readonly fault: Fault }
  | { readonly type: 'notice'; readonly sentence: string };

/** An error in a form that survives the way between threads. */
export interface Fault {
  readonly errorName: ErrorName;
  readonly sentence: string;
}

export function toFault(cause: unknown): Fault {
  const { errorName, message } = ContinuoError.from(cause, 'sendFailed');
  return { errorName, sentence: message };
}

export function fromFault({ errorName, sentence }: Fault): ContinuoError {
  return new ContinuoError(errorName, sentence);
}
