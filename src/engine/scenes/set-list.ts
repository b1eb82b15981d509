import type { Mapping } from '../controllers/controller-map.js';
import type { Boundary } from '../parameters/boundaries.js';
import type { ParameterValue } from '../parameters/parameter.js';

/** Values by the parameters' names, e.g. `low-pitch`. */
export type SceneValues = ReadonlyMap<string, ParameterValue>;

/** The parameter that names the set itself: no part of any scene. */
export const setFileAddress = 'set-file';

/** What a scene says of a deck. What it does not say stays as it is. */
export interface DeckScene {
  readonly pack?: string;
  /** A MIDI file, absolute: taken for what was played before the scene. */
  readonly prompt?: string;
  readonly values: SceneValues;
}

export interface Scene {
  readonly name: string;
  /** Where it takes effect; absent: at the boundary that is set. */
  readonly at?: Boundary;
  /** Of the engine. */
  readonly values: SceneValues;
  /** What knobs move from the scene on; absent: what they moved before. */
  readonly knobs?: readonly Mapping[];
  /** By the decks' numbers, 1.. */
  readonly decks: ReadonlyMap<number, DeckScene>;
}

/** The scenes of an evening, in order. */
export interface SetList {
  readonly title: string;
  readonly scenes: readonly Scene[];
}
