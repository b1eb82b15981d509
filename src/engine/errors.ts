/** Numbered faults. The number travels to every control surface (`/continuo/error code text`). */
export const errorCodes = {
  badMessage: 100,
  unknownAddress: 101,
  badValue: 102,
  badConfiguration: 110,
  badSetFile: 111,
  unknownPlugin: 200,
  badPlugin: 201,
  unknownPack: 210,
  badPack: 211,
  modelFailed: 220,
  composerStalled: 221,
  swapFailed: 222,
  deviceUnavailable: 300,
  portUnavailable: 301,
  /** What computes for a composer, a GPU or a server, is gone while the composer is in use: the deck goes on without it. */
  deviceLost: 302,
  queueFull: 310,
  sendFailed: 311,
  recordingFailed: 320,
  badMidiFile: 400,
  badTokens: 401,
} as const;

export type ErrorName = keyof typeof errorCodes;

/** An error a performer may read: a name, its number, and one sentence that says what was wrong and what to do. */
export class ContinuoError extends Error {
  readonly code: number;

  constructor(
    readonly errorName: ErrorName,
    sentence: string,
    options?: ErrorOptions,
  ) {
    super(sentence, options);
    this.name = 'ContinuoError';
    this.code = errorCodes[errorName];
  }

  static from(cause: unknown, fallback: ErrorName): ContinuoError {
    if (cause instanceof ContinuoError) return cause;
    return new ContinuoError(fallback, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
