import { ContinuoError } from '../errors.js';
import type { MusicConstraint } from '../music/constraint.js';
import type { Note } from '../music/note.js';
import type { Score } from '../music/score.js';
import type { Beats } from '../music/units.js';
import type { ComposeControls, ComposedSpan, Composer, NoteAnswer, NoteQuestion } from './composer.js';

const duration: Beats = 0.5;
const velocity = 80;

/**
 * A composer without ideas, for tests and as an example: one note on every beat, climbing a chromatic scale that starts
 * again every twelve beats. What it plays hangs on nothing but the beat.
 */
export class NullComposer implements Composer {
  private position: Beats = 0;
  private ready = false;

  async prepare(): Promise<void> {
    this.ready = true;
  }

  async prime(_history: Score, atBeat: Beats): Promise<void> {
    this.position = atBeat;
  }

  async compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    if (!this.ready) throw new ContinuoError('modelFailed', 'the composer was not prepared; call prepare first');
    const fromBeat = this.position;
    const notes: Note[] = [];
    while (this.position < untilBeat && !stopped()) {
      const beat = Math.ceil(this.position);
      if (beat < untilBeat) notes.push(pulse(beat, controls.constraint));
      this.position = Math.min(untilBeat, beat + 1);
    }
    return { fromBeat, untilBeat: this.position, notes, programs: [], controls: [], tokens: 0, micros: 0 };
  }

  async nextNote({ fromBeat, untilBeat }: NoteQuestion, { constraint }: ComposeControls): Promise<NoteAnswer> {
    const beat = Math.ceil(fromBeat);
    return beat < untilBeat ? { note: pulse(beat, constraint) } : {};
  }

  async rewind(toBeat: Beats): Promise<void> {
    this.position = Math.min(this.position, toBeat);
  }

  async dispose(): Promise<void> {
    this.ready = false;
  }
}

function pulse(beat: Beats, { pitchRange, channels }: MusicConstraint): Note {
  const step = ((beat % 12) + 12) % 12;
  const pitch = Math.min(pitchRange?.high ?? 127, Math.max(pitchRange?.low ?? 0, 60 + step));
  return { beat, duration, channel: channels?.[0] ?? 0, pitch, velocity };
}
