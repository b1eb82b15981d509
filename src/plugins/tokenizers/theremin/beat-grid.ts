/** Closer than this to a beat is on it. */
const sameStep = 1e-6;

/** Beats among the steps of a stream. */
export class BeatGrid {
  readonly isWhole: boolean;

  constructor(readonly stepsPerBeat: number) {
    this.isWhole = Number.isInteger(stepsPerBeat);
  }

  /** The beat a step lies in, counted from 0. */
  beatOf(step: number): number {
    return Math.floor(step / this.stepsPerBeat + sameStep);
  }

  /** The first step of a beat. */
  firstStepOf(beat: number): number {
    return Math.ceil(beat * this.stepsPerBeat - sameStep);
  }
}
