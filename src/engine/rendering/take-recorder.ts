import type { Output, WireEvent } from '../contracts/output.js';
import type { Note } from '../music/note.js';
import { scoreOf, type ControlMark, type ProgramMark, type Score } from '../music/score.js';
import type { Beats } from '../music/units.js';

/** The engine itself; what it says to silence an instrument at the end is no music. */
const engineOwner = 0;

/** An output that writes down what it is sent: the notes as they sounded, from their ons to their offs. */
export class TakeRecorder implements Output {
  private readonly ended: Note[] = [];
  private readonly sounding = new Map<number, Note>();
  private readonly programs: ProgramMark[] = [];
  private readonly controls: ControlMark[] = [];

  async open(): Promise<void> {
    this.ended.length = 0;
  }

  send(event: WireEvent): void {
    const { beat, channel, data1, data2 } = event;
    if (event.owner === engineOwner && event.kind === 'control') return;
    switch (event.kind) {
      case 'noteOn':
        this.sounding.set(event.noteId, { beat, duration: event.durationBeats, channel, pitch: data1, velocity: data2 });
        return;
      case 'noteOff':
        this.end(event.noteId, beat);
        return;
      case 'program':
        this.programs.push({ beat, channel, program: data1 });
        return;
      case 'control':
        this.controls.push({ beat, channel, controller: data1, value: data2 });
        return;
      default:
        return;
    }
  }

  flush(): void {
    // Every event is written down as it comes: there is nothing to gather.
  }

  async close(): Promise<void> {
    this.sounding.clear();
  }

  /** Notes whose off has not come. */
  get hanging(): number {
    return this.sounding.size;
  }

  /** Everything that has been sent and ended so far, in order. */
  score(): Score {
    return scoreOf(this.ended, { programs: [...this.programs], controls: [...this.controls] });
  }

  private end(noteId: number, beat: Beats): void {
    const note = this.sounding.get(noteId);
    if (!note) return;
    this.sounding.delete(noteId);
    this.ended.push({ ...note, duration: Math.max(beat - note.beat, 1 / 960) });
  }
}
