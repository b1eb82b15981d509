import type { Micros } from '../../music/units.js';

const remembered = 12;
/** Before anything is known. */
const firstGuess: Micros = 120_000;
/** Before an answer was ever composed: how much longer that takes than to be told of the past. */
const composingFactor = 2;
/** What the engine looks late by: less, and a line is missed by a hair. */
const margin: Micros = 16_000;

/** How long before it must be there an answer is begun: the longest of the last ones took so long. */
export class LeadTimes {
  private readonly latest: Micros[] = [];
  private guess = firstGuess;

  add(micros: Micros): void {
    this.latest.push(micros);
    if (this.latest.length > remembered) this.latest.shift();
  }

  /** To be told of the past took so long. */
  expect(micros: Micros): void {
    this.guess = Math.max(firstGuess, composingFactor * micros);
  }

  get micros(): Micros {
    return margin + (this.latest.length === 0 ? this.guess : Math.max(...this.latest));
  }
}
