import { samePlaceInBar } from '../deck/boundary.js';
import type { Beats } from '../music/units.js';

/**
 * Where session beats lie on a take, which only ever goes on: a host that stops costs no beat, and one that jumps goes on at the
 * next place of the take that stands where it does in the bar. Pure.
 */
export class TakeAxis {
  private offset: Beats = 0;
  private latest: Beats = 0;

  /** The beat of the take for a beat of the session; before the take begins it is 0. */
  at(beat: Beats): Beats {
    return this.reach(Math.max(0, beat + this.offset));
  }

  /** The take goes on up to `place` at least; returns it. */
  reach(place: Beats): Beats {
    this.latest = Math.max(this.latest, place);
    return place;
  }

  /** The music goes on at `beat` of the session. */
  goOnAt(beat: Beats, beatsPerBar: number): void {
    this.offset = samePlaceInBar(this.latest, beat, beatsPerBar) - beat;
  }

  /** The last beat that was asked for. */
  get end(): Beats {
    return this.latest;
  }
}
