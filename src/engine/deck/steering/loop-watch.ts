import type { SamplingControls } from '../../contracts/composer.js';
import type { Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';
import type { Plan } from '../plan.js';

/** Bars that are looked back upon. */
const bars = 8;
/** Notes closer together than this begin at once: a sixteenth of a beat. */
const ticksPerBeat = 16;
/** What being told off does: chosen more freely, and what went on so before is e^3 times less likely to go on so again. */
const freer = 0.3;
const again = -3;

/** What a bar plays, as a text: the same for bars that sound the same but for how loud and how long. */
export function barSignature(notes: readonly Note[], startBeat: Beats): string {
  return notes
    .map((note) => `${Math.round((note.beat - startBeat) * ticksPerBeat)}:${note.channel}:${note.pitch}`)
    .sort()
    .join(' ');
}

/** Tells whether the music has come to go round in a bar. Thread: main. */
export class LoopWatch {
  private counted: Beats = -Infinity;
  private told = 0;

  constructor(private readonly plan: Plan) {}

  /** Bars told off so far. */
  get count(): number {
    return this.told;
  }

  /** The host jumped. */
  moved(): void {
    this.counted = -Infinity;
  }

  /**
   * Whether the bar before the one that holds `beat` has come `limit` times or more among the last eight; silence does not
   * count. 0: never.
   */
  isLoopAt(beat: Beats, beatsPerBar: number, limit: number): boolean {
    if (limit === 0) return false;
    const start = Math.floor(beat / beatsPerBar) * beatsPerBar;
    const { notes } = this.plan.from(start - bars * beatsPerBar);
    const signatures = Array.from({ length: bars }, (_unused, index) => {
      const barStart = start - (index + 1) * beatsPerBar;
      return barSignature(notes.filter((note) => note.beat >= barStart && note.beat < barStart + beatsPerBar), barStart);
    });
    const [last] = signatures;
    // A limit of one would tell off every bar there is.
    const isLoop = last !== '' && signatures.filter((signature) => signature === last).length >= Math.max(2, limit);
    if (isLoop && start > this.counted) {
      this.counted = start;
      this.told += 1;
    }
    return isLoop;
  }
}

/** How one chooses who has been told off. */
export function toldOff(sampling: SamplingControls): SamplingControls {
  return { ...sampling, temperature: sampling.temperature + freer, repetition: Math.min(0, sampling.repetition ?? 0) + again };
}
