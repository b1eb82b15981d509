import type { TickNote, TickScore } from '../../src/engine/music/tick-score.js';

interface BeatNote {
  readonly beat: number;
  readonly duration: number;
  readonly velocity: number;
}

interface Pair {
  readonly index: number;
  readonly other: BeatNote;
  readonly distance: number;
}

/** Onsets further apart are those of other notes. */
const furthestBeats = 0.5;

/** What became of the notes of scores: lost, added, moved, longer or shorter, louder or softer. */
export class NoteErrors {
  private notes = 0;
  private lost = 0;
  private added = 0;
  private cutShort = 0;
  private readonly onsets: number[] = [];
  private readonly durations: number[] = [];
  private readonly velocities: number[] = [];

  /** @param halfStepBeats what the grid of the format imposes. */
  constructor(private readonly halfStepBeats: number) {}

  compare(before: TickScore, after: TickScore): void {
    const wanted = byPitch(before);
    const found = byPitch(after);
    for (const [key, notes] of wanted) this.match(notes, found.get(key) ?? []);
    for (const [key, notes] of found) if (!wanted.has(key)) this.added += notes.length;
  }

  /** Beats for times, units of MIDI for velocities; shares of the notes in percent. */
  figures(): Record<string, number | string> {
    const { notes, onsets, durations, velocities, halfStepBeats } = this;
    const percent = (count: number): string => `${((100 * count) / Math.max(1, notes)).toFixed(2)} %`;
    const beyond = (errors: readonly number[]): number => errors.filter((error) => error > halfStepBeats + 1e-9).length;
    return {
      notes,
      lost: percent(this.lost),
      added: percent(this.added),
      onsetErrorMean: mean(onsets).toFixed(4),
      onsetErrorMax: largest(onsets).toFixed(4),
      onsetsBeyondHalfAStep: beyond(onsets),
      cutByTheNextOfTheirPitch: percent(this.cutShort),
      durationErrorMean: mean(durations).toFixed(4),
      durationErrorMax: largest(durations).toFixed(4),
      durationsBeyondHalfAStep: percent(beyond(durations)),
      velocityErrorMax: largest(velocities),
    };
  }

  /** Pairs those that are closest first: within the grid, then the others. */
  private match(wanted: readonly BeatNote[], found: readonly BeatNote[]): void {
    this.notes += wanted.length;
    const pairs = [...this.candidates(wanted, found)].sort((a, b) => a.distance - b.distance);
    const paired = new Set<BeatNote>();
    const unused = new Set(found);
    for (const { index, other } of pairs) {
      const note = wanted[index];
      if (paired.has(note) || !unused.delete(other)) continue;
      paired.add(note);
      this.add(note, other, wanted[index + 1]);
    }
    this.lost += wanted.length - paired.size;
    this.added += unused.size;
  }

  private *candidates(wanted: readonly BeatNote[], found: readonly BeatNote[]): Generator<Pair> {
    let first = 0;
    for (const [index, note] of wanted.entries()) {
      while (first < found.length && found[first].beat < note.beat - furthestBeats) first += 1;
      for (let at = first; at < found.length && found[at].beat <= note.beat + furthestBeats; at += 1) {
        yield { index, other: found[at], distance: this.distance(note, found[at]) };
      }
    }
  }

  /** An onset off by more than the grid counts more than anything else. */
  private distance(note: BeatNote, other: BeatNote): number {
    const onset = Math.abs(note.beat - other.beat);
    const beyond = onset > this.halfStepBeats + 1e-9 ? 100 : 0;
    return beyond + onset + Math.min(8, Math.abs(note.duration - other.duration)) + Math.abs(note.velocity - other.velocity) / 8;
  }

  private add(note: BeatNote, candidate: BeatNote, following: BeatNote | undefined): void {
    this.onsets.push(Math.abs(candidate.beat - note.beat));
    this.velocities.push(Math.abs(candidate.velocity - note.velocity));
    const end = note.beat + note.duration;
    if (following !== undefined && following.beat < end - this.halfStepBeats && candidate.duration < note.duration) this.cutShort += 1;
    else this.durations.push(Math.abs(candidate.duration - note.duration));
  }
}

function byPitch({ ticksPerBeat, tracks }: TickScore): Map<number, BeatNote[]> {
  const lists = new Map<number, BeatNote[]>();
  const notes = tracks.flat().filter((event): event is TickNote => event.type === 'note');
  for (const { tick, duration, channel, pitch, velocity } of notes.sort((a, b) => a.tick - b.tick)) {
    const key = channel * 128 + pitch;
    const note = { beat: tick / ticksPerBeat, duration: duration / ticksPerBeat, velocity };
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [note]);
    else list.push(note);
  }
  return lists;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
