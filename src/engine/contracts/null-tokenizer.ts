import { ContinuoError } from '../errors.js';
import type { MusicConstraint, Range } from '../music/constraint.js';
import type { TickNote, TickScore } from '../music/tick-score.js';
import type { Beats } from '../music/units.js';
import type {
  AllowedTokens,
  DecodedEvent,
  Grammar,
  GrammarState,
  IncrementalDecoder,
  TokenAttribute,
  Tokenizer,
  Vocabulary,
} from './tokenizer.js';

const pad = 0;
const start = 1;
const end = 2;
const firstWait = 3;
const longest = 16;
const firstPitch = firstWait + longest;
const firstLength = firstPitch + 128;
const size = firstLength + longest;
const stepsPerBeat = 4;
const velocity = 80;

/**
 * The plainest tokenizer there can be, for tests and as an example: one voice on channel 0, a grid of sixteenth notes,
 * waits and lengths of 1..16 steps. Ids: 0 pad, 1 start, 2 end, then 16 waits, 128 pitches and 16 lengths; a note is a
 * pitch and a length.
 */
export class NullTokenizer implements Tokenizer {
  readonly vocabulary: Vocabulary = { size, rowWidth: 1, pad, start: [start], end, describe };
  readonly grammar: Grammar = new NullGrammar();

  encode(score: TickScore): Int32Array {
    const notes = score.tracks.flat().filter((event): event is TickNote => event.type === 'note');
    const step = (tick: number): number => Math.round((tick * stepsPerBeat) / score.ticksPerBeat);
    notes.sort((a, b) => step(a.tick) - step(b.tick) || a.pitch - b.pitch);
    const ids: number[] = [start];
    let now = 0;
    for (const note of notes) {
      for (let wait = step(note.tick) - now; wait > 0; wait -= longest) ids.push(firstWait + Math.min(wait, longest) - 1);
      now = Math.max(now, step(note.tick));
      ids.push(firstPitch + note.pitch, firstLength + Math.min(longest, Math.max(1, step(note.duration))) - 1);
    }
    return Int32Array.from([...ids, end]);
  }

  decode(tokens: ArrayLike<number>): TickScore {
    const decoder = this.startDecoder(0);
    const notes: TickNote[] = [];
    for (const token of Array.from(tokens)) {
      for (const event of decoder.push(token)) {
        if (event.type !== 'note') continue;
        const { beat, duration, ...rest } = event.note;
        notes.push({ type: 'note', tick: beat * stepsPerBeat, duration: duration * stepsPerBeat, ...rest });
      }
    }
    return { ticksPerBeat: stepsPerBeat, tracks: [notes] };
  }

  startDecoder(originBeat: Beats): IncrementalDecoder {
    return new NullDecoder(originBeat, -1);
  }
}

class NullDecoder implements IncrementalDecoder {
  /** `pitch` is -1 while no note is being told. */
  constructor(
    private beat: Beats,
    private pitch: number,
  ) {}

  get frontierBeat(): Beats {
    return this.beat;
  }

  push(token: number): readonly DecodedEvent[] {
    if (isWait(token)) this.beat += (token - firstWait + 1) / stepsPerBeat;
    if (isPitch(token)) this.pitch = token - firstPitch;
    if (!isLength(token) || this.pitch < 0) return [];
    const duration = (token - firstLength + 1) / stepsPerBeat;
    const note = { beat: this.beat, duration, channel: 0, pitch: this.pitch, velocity };
    this.pitch = -1;
    return [{ type: 'note', note }];
  }

  clone(): IncrementalDecoder {
    return new NullDecoder(this.beat, this.pitch);
  }
}

interface NullState {
  readonly inNote: boolean;
  /** Steps since the last onset. */
  readonly silence: number;
}

class NullGrammar implements Grammar {
  initial(): GrammarState {
    return { inNote: false, silence: 0 } satisfies NullState;
  }

  advance(state: GrammarState, token: number): GrammarState {
    const { inNote, silence } = state as NullState;
    if (inNote && isLength(token)) return { inNote: false, silence: 0 } satisfies NullState;
    if (!inNote && isPitch(token)) return { inNote: true, silence } satisfies NullState;
    if (!inNote && isWait(token)) return { inNote: false, silence: silence + token - firstWait + 1 } satisfies NullState;
    if (!inNote && token === end) return state;
    throw new ContinuoError('badTokens', `${describe(token)} cannot come ${inNote ? 'inside a note' : 'between notes'}`);
  }

  allow(state: GrammarState, constraint: MusicConstraint, allowed: AllowedTokens): void {
    const { inNote, silence } = state as NullState;
    allowed.clear();
    if (inNote) {
      allowLengths(constraint.durationRange, allowed);
      return;
    }
    const rest = (constraint.maximumRestBeats ?? Infinity) * stepsPerBeat - silence;
    if (rest >= 1) allowed.addRange(firstWait, firstWait + Math.min(longest, Math.floor(rest)) - 1);
    allowPitches(constraint, allowed);
    allowed.add(end);
  }

  attribute(state: GrammarState): TokenAttribute {
    return (state as NullState).inNote ? 'duration' : 'event';
  }
}

function allowLengths(range: Range | undefined, allowed: AllowedTokens): void {
  const low = Math.max(1, Math.ceil((range?.low ?? 0) * stepsPerBeat));
  const high = Math.min(longest, Math.floor((range?.high ?? Infinity) * stepsPerBeat));
  if (low <= high) allowed.addRange(firstLength + low - 1, firstLength + high - 1);
  else allowed.addRange(firstLength, firstLength + longest - 1);
}

function allowPitches({ pitchRange, scale }: MusicConstraint, allowed: AllowedTokens): void {
  const low = Math.max(0, pitchRange?.low ?? 0);
  const high = Math.min(127, pitchRange?.high ?? 127);
  for (let pitch = low; pitch <= high; pitch += 1) {
    const inScale = !scale || scale.pitchClasses.includes(pitch % 12);
    if (inScale || !scale.strict) allowed.add(firstPitch + pitch, inScale ? 0 : -scale.bias);
  }
}

function isWait(id: number): boolean {
  return id >= firstWait && id < firstPitch;
}

function isPitch(id: number): boolean {
  return id >= firstPitch && id < firstLength;
}

function isLength(id: number): boolean {
  return id >= firstLength && id < size;
}

function describe(id: number): string {
  if (isWait(id)) return `wait ${id - firstWait + 1}`;
  if (isPitch(id)) return `pitch ${id - firstPitch}`;
  if (isLength(id)) return `length ${id - firstLength + 1}`;
  return ['pad', 'start', 'end'][id] ?? `unknown ${id}`;
}
