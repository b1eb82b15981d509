/** Modes a performer can ask for; `any` leaves it to the music. */
export const steeringModes = ['any', 'major', 'minor'] as const;
export type SteeringMode = (typeof steeringModes)[number];

/** What a performer wishes of a model that decides more than the next id: what the next bar is like, say. */
export interface ModelSteering {
  /** 32 bits. The same seed with the same music before it makes the same music. */
  readonly seed: number;
  /** How freely it decides; 0: the likeliest at every turn, 1: as it learned. */
  readonly temperature: number;
  /** Notes per beat as a wish, 0..1; 0.5: as many as the model itself thinks right. */
  readonly density: number;
  readonly mode: SteeringMode;
  /** One of the styles that the pack names; '': none is asked for. */
  readonly style: string;
  /** Where in the model's own space the music is to come to; absent: anywhere. */
  readonly place?: Float32Array;
  /** In how many bars, this one counted. */
  readonly barsToPlace?: number;
}

export function isSameSteering(one: ModelSteering, other: ModelSteering): boolean {
  return (Object.keys({ ...one, ...other }) as (keyof ModelSteering)[]).every((key) => one[key] === other[key]);
}

/** Nothing is wished for. */
export const plainSteering: ModelSteering = { seed: 0, temperature: 1, density: 0.5, mode: 'any', style: '' };
