import { drumChannel } from '../../../engine/music/note.js';
import { stepsPerBeat, type RowEvent } from './row-event.js';
import { readRow } from './rows.js';
import { rowWidth, type SkytntVocabulary } from './vocabulary.js';

/** Why a piece is of little use to learn from, in the words of the reference. */
export type QualityFault =
  | 'total_min'
  | 'total_max'
  | 'drum_only'
  | 'alignment'
  | 'tonality'
  | 'bandwidth'
  | 'density'
  | 'piano';

const limits = {
  notesAtLeast: 256,
  notesAtMost: 20000,
  windowBeats: 16,
  /** Share of notes on the two commonest places within a beat: less means a recording off the grid. */
  alignmentAtLeast: 0.3,
  /** Mean share of the seven commonest pitch classes of a window: less means no key. */
  tonalityAtLeast: 0.8,
  /** Mean span in semitones of what sounds together: less means a single line. */
  bandwidthAtLeast: 3,
  /** Notes a beat in the fullest window. */
  densityAbove: 2.5,
  densityBelow: 50,
  /** Share of channels that play piano: more means that programs were never chosen. */
  pianoAtMost: 0.7,
  /** A piece with no more channels than this may be all piano. */
  channelsOfPianoPiece: 3,
} as const;

/** The faults of a tokenised piece; none: it is good to learn from. */
export function findQualityFaults(ids: ArrayLike<number>, vocabulary: SkytntVocabulary): QualityFault[] {
  const piece = new PieceStatistics();
  for (let at = 0; at < ids.length; at += rowWidth) {
    const event = readRow(ids, at, vocabulary);
    if (event !== undefined) piece.add(event);
  }
  return piece.faults();
}

class PieceStatistics {
  private beat = 0;
  private lastTime = 0;
  private noteCount = 0;
  private readonly notesAtStep = new Array<number>(stepsPerBeat).fill(0);
  private readonly pitchesOfWindow = new Map<number, number[]>();
  private sounding: { readonly until: number; readonly pitch: number }[] = [];
  private readonly spans: number[] = [];
  private readonly channels = new Set<number>();
  private readonly channelsWithProgram = new Set<number>();
  private readonly pianoChannels = new Set<number>();

  add(event: RowEvent): void {
    this.beat += event.beat;
    const time = this.beat * stepsPerBeat + event.step;
    if (event.kind === 'note') this.addNote(event, time);
    else if (event.kind === 'program') this.addProgram(event.values[0], event.values[1]);
    this.lastTime = time;
  }

  faults(): QualityFault[] {
    const faults: QualityFault[] = [];
    const check = (fault: QualityFault, isFound: boolean): void => {
      if (isFound) faults.push(fault);
    };
    check('total_min', this.noteCount < limits.notesAtLeast);
    check('total_max', this.noteCount > limits.notesAtMost);
    check('drum_only', this.pitchesOfWindow.size === 0 && this.noteCount > 0);
    if (faults.length > 0) return faults;
    const density = Math.max(...[...this.pitchesOfWindow.values()].map((pitches) => pitches.length / limits.windowBeats));
    const pianoAtMost = this.channels.size <= limits.channelsOfPianoPiece ? 1 : limits.pianoAtMost;
    check('alignment', sumOfLargest(this.notesAtStep, 2) / this.noteCount < limits.alignmentAtLeast);
    check('tonality', this.tonality() < limits.tonalityAtLeast);
    check('bandwidth', mean(this.spans) < limits.bandwidthAtLeast);
    check('density', !(density > limits.densityAbove && density < limits.densityBelow));
    check('piano', this.pianoChannels.size / this.channels.size > pianoAtMost);
    return faults;
  }

  private addNote({ step, values: [channel, pitch, , duration] }: RowEvent, time: number): void {
    this.noteCount += 1;
    this.notesAtStep[step] += 1;
    this.channels.add(channel);
    if (channel !== drumChannel) {
      if (!this.channelsWithProgram.has(channel)) this.addProgram(channel, 0);
      const window = Math.floor(this.beat / limits.windowBeats);
      const pitches = this.pitchesOfWindow.get(window);
      if (pitches === undefined) this.pitchesOfWindow.set(window, [pitch]);
      else pitches.push(pitch);
    }
    if (time !== this.lastTime) {
      this.sounding = this.sounding.filter(({ until }) => until > this.lastTime);
      const pitches = this.sounding.map((note) => note.pitch);
      if (pitches.length > 0) this.spans.push(Math.max(...pitches) - Math.min(...pitches));
    }
    this.sounding.push({ until: time + duration - 1, pitch });
  }

  private addProgram(channel: number, program: number): void {
    this.channels.add(channel);
    this.channelsWithProgram.add(channel);
    if (program === 0) this.pianoChannels.add(channel);
  }

  private tonality(): number {
    const shares = [...this.pitchesOfWindow.values()].map((pitches) => {
      const counts = new Array<number>(12).fill(0);
      for (const pitch of pitches) counts[pitch % 12] += 1;
      return sumOfLargest(counts, 7) / pitches.length;
    });
    return mean(shares.sort((a, b) => a - b));
  }
}

function sumOfLargest(values: readonly number[], count: number): number {
  return sum([...values].sort((a, b) => b - a).slice(0, count));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
