import { ContinuoError } from '../errors.js';
import type { Voice } from './voice.js';

type Errand = (voice: Voice) => Promise<void>;

/** A deck whose voice never comes to rest does not gather more than this. */
const mostWaiting = 32;

/** What a performer wants done with a deck's voice, one after the other, whenever it is idle. Thread: main. Blocks: no. */
export class Errands {
  private readonly waiting: { readonly run: Errand; readonly refuse: (error: ContinuoError) => void }[] = [];

  /** Resolves with what the errand comes to. Errors: those of the errand; `queueFull`. */
  add<Result>(errand: (voice: Voice) => Promise<Result>): Promise<Result> {
    if (this.waiting.length >= mostWaiting) {
      return Promise.reject(new ContinuoError('queueFull', `${mostWaiting} things wait for the deck to do them; ask again in a moment.`));
    }
    return new Promise((resolve, refuse) => {
      const run = async (voice: Voice): Promise<void> => {
        try {
          resolve(await errand(voice));
        } catch (cause) {
          const error = ContinuoError.from(cause, 'modelFailed');
          refuse(error);
          if (error.errorName === 'deviceLost') throw error;
        }
      };
      this.waiting.push({ run, refuse });
    });
  }

  /** Begins the next. Rejects where the device of the voice is lost. `undefined`: there is nothing to do. */
  next(voice: Voice): Promise<void> | undefined {
    return this.waiting.shift()?.run(voice);
  }

  /** Nobody is left to do them. */
  refuseAll(error: ContinuoError): void {
    for (const { refuse } of this.waiting.splice(0)) refuse(error);
  }
}
