/** The promise, or a failure that says what did not come. */
export async function within<T>(what: string, promise: Promise<T>, milliseconds = 5000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${milliseconds} ms for ${what}`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves once `condition` holds; asks at every turn of the event loop. */
export async function until(what: string, condition: () => boolean, milliseconds = 5000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited ${milliseconds} ms until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** What arrives, kept until somebody takes it. */
export class Inbox<T> {
  private readonly kept: T[] = [];
  private readonly waiting: { readonly wanted: (item: T) => boolean; readonly take: (item: T) => void }[] = [];

  add(item: T): void {
    const index = this.waiting.findIndex(({ wanted }) => wanted(item));
    if (index < 0) this.kept.push(item);
    else this.waiting.splice(index, 1)[0].take(item);
  }

  /** Takes the first that is wanted, now or when it comes. */
  take(what: string, wanted: (item: T) => boolean = () => true): Promise<T> {
    return within(what, this.takeWhenever(wanted));
  }

  /** The same without a deadline. */
  takeWhenever(wanted: (item: T) => boolean): Promise<T> {
    const index = this.kept.findIndex(wanted);
    if (index >= 0) return Promise.resolve(this.kept.splice(index, 1)[0]);
    return new Promise<T>((take) => this.waiting.push({ wanted, take }));
  }

  /** All that has come and was not taken; empties the box. */
  drain(): T[] {
    return this.kept.splice(0);
  }

  get count(): number {
    return this.kept.length;
  }
}
