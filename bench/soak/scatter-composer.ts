import type { ComposedSpan, Composer } from '../../src/engine/contracts/composer.js';
import { compareNotes, type Note } from '../../src/engine/music/note.js';
import type { ControlMark, ProgramMark } from '../../src/engine/music/score.js';
import type { Beats } from '../../src/engine/music/units.js';
import { CounterRandom } from '../../src/engine/generation/sampling/counter-random.js';

const onsetsPerBeat = 3;
const mostVoices = 3;
/** By so much a note is longer than the one before it, in beats. */
const mark: Beats = 1e-8;

interface Heap {
  readonly notes: Note[];
  readonly programs: ProgramMark[];
  readonly controls: ControlMark[];
}

/**
 * Throws notes about, to make life hard for whoever sends them: the same keys again and again, notes of no length to speak
 * of and of whole bars, chords, off the grid and a hair beside it, programs and pedals between them. What it writes at a beat is
 * a function of the beat; no two of its notes have the same length, so that each is known by it. Costs next to nothing.
 */
export class ScatterComposer implements Composer {
  private position: Beats = 0;

  constructor(private readonly seed: number) {}

  async prepare(): Promise<void> {
    this.position = 0;
  }

  async prime(_history: unknown, atBeat: Beats): Promise<void> {
    this.position = atBeat;
  }

  async compose(untilBeat: Beats): Promise<ComposedSpan> {
    const fromBeat = this.position;
    const music: Heap = { notes: [], programs: [], controls: [] };
    for (let beat = Math.floor(fromBeat); beat < untilBeat; beat += 1) this.throwAt(beat, music);
    const isIn = ({ beat }: { readonly beat: Beats }): boolean => beat >= fromBeat && beat < untilBeat;
    this.position = Math.max(fromBeat, untilBeat);
    return {
      fromBeat,
      untilBeat: this.position,
      notes: music.notes.filter(isIn).sort(compareNotes),
      programs: music.programs.filter(isIn),
      controls: music.controls.filter(isIn),
      tokens: 0,
      micros: 0,
    };
  }

  async rewind(toBeat: Beats): Promise<void> {
    this.position = Math.min(this.position, toBeat);
  }

  async dispose(): Promise<void> {
    this.position = 0;
  }

  private throwAt(beat: Beats, { notes, programs, controls }: Heap): void {
    const random = new CounterRandom(this.seed, beat);
    const whole = (below: number): number => Math.floor(random.next() * below);
    for (let onset = 0; onset < onsetsPerBeat; onset += 1) {
      const place = [0, 0.25, 1 / 3, 0.4999999, random.next() * 0.999][whole(5)];
      const duration = [1 / 960, 0.25, 1, random.next() * 8 + 1e-3][whole(4)];
      const note = { beat: beat + place, duration, channel: whole(3), velocity: 1 + whole(127) };
      for (let voice = whole(mostVoices); voice >= 0; voice -= 1) {
        const number = (beat * onsetsPerBeat + onset) * mostVoices + voice;
        notes.push({ ...note, duration: duration + number * mark, pitch: 60 + whole(12) });
      }
    }
    if (whole(8) === 0) programs.push({ beat, channel: whole(3), program: whole(128) });
    if (whole(8) === 0) controls.push({ beat: beat + 0.5, channel: whole(3), controller: 64, value: whole(2) * 127 });
  }
}
