import type {
  AllowedTokens,
  Grammar,
  GrammarState,
  TokenAttribute,
  Vocabulary,
} from '../../../engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../engine/errors.js';
import type { MusicConstraint } from '../../../engine/music/constraint.js';
import type { Note } from '../../../engine/music/note.js';
import { BeatRoom } from './beat-room.js';
import { CodeChoice } from './code-choice.js';
import { traitsOf, type CodeTraits } from './code-traits.js';
import type { Codebook } from './codebook.js';
import { ForcedCells, forcedCodeAt, type ForcedCell } from './forced-cells.js';
import { afterBeat, afterCode, afterKey, afterVelocity, initialState, type BeatState } from './grammar-state.js';
import { allowKeys, allowTempos } from './key-choice.js';
import { limitsOf, type Limits } from './limits.js';
import type { BeatKmeansOptions } from './options.js';
import { VelocityChoice } from './velocity-choice.js';
import type { VelocityCodec } from './velocity-codec.js';
import { endId, firstPitch, firstVelocity, isCode, isPitch, isTempo, isVelocity } from './vocabulary.js';

const noCells: readonly ForcedCell[] = [];

/**
 * A tempo begins a beat; then come cells, from the lowest key up: a key, codes that fill 48 frames, a velocity. What may
 * come is narrowed for playing without end:
 *
 * - No end of stream, unless `eventKinds` names `end`.
 * - A code that goes on with a sound only for a key that sounds; no silent cell; at most 24 keys a beat.
 * - Notes no longer than the option `longestNoteBeats`, unless `durationRange` says otherwise.
 *
 * Forced notes go before everything, `earliestBeat` too; their cells hold nothing else. Of the rest gives way, when nothing would be left:
 * the scale to the chord, the chord to the range; for codes first `maximumRestBeats` (a rest shorter than a beat is
 * taken for one of a beat), then `maximumPolyphony`, `onsetsPerBeat` and `durationRange`. A range that misses every value
 * is as good as none.
 */
export class BeatKmeansGrammar implements Grammar {
  readonly keepsEarliest = true;
  private readonly traits: readonly (CodeTraits | undefined)[];
  private readonly codes: CodeChoice;
  private readonly velocities: VelocityChoice;
  private readonly forced: ForcedCells;
  private readonly afterCell: 'key' | 'velocity';
  private lastConstraint: MusicConstraint | undefined;
  private lastLimits: Limits;

  constructor(
    codebook: Codebook,
    velocities: VelocityCodec,
    private readonly options: BeatKmeansOptions,
    private readonly vocabulary: Vocabulary,
  ) {
    this.traits = traitsOf(codebook);
    this.codes = new CodeChoice(this.traits);
    this.velocities = new VelocityChoice(velocities);
    this.forced = new ForcedCells(codebook, options.mode === 'velocity' ? velocities : undefined, options.part);
    this.afterCell = options.mode === 'velocity' ? 'velocity' : 'key';
    this.lastLimits = limitsOf({}, options);
  }

  initial(): BeatState {
    return initialState;
  }

  /** Takes every well-formed stream, also what `allow` would not offer: an end, any sustain, more keys, longer notes. */
  advance(state: GrammarState, token: number): BeatState {
    const now = state as BeatState;
    const next = this.next(now, token);
    if (next !== undefined) return next;
    throw new ContinuoError(
      'badTokens',
      `Id ${token} (${this.vocabulary.describe(token)}) stands in beat ${now.beat} where ${dueWords(now)} is due.`,
    );
  }

  allow(state: GrammarState, constraint: MusicConstraint, allowed: AllowedTokens): void {
    const now = state as BeatState;
    const limits = this.limitsOf(constraint);
    const { forcedNotes } = constraint;
    allowed.clear();
    if (now.phase === 'tempo') allowTempos(limits, allowed);
    else if (forcedNotes === undefined || forcedNotes.length === 0) this.allowFree(now, limits, noCells, allowed);
    else if (!this.allowForced(now, forcedNotes, allowed)) {
      this.allowFree(this.forced.released(forcedNotes, now), limits, this.forced.ahead(forcedNotes, now), allowed);
    }
  }

  /** A key or the next beat is an `event`, a code a `duration`. */
  attribute(state: GrammarState): TokenAttribute {
    const { phase } = state as BeatState;
    if (phase === 'key') return 'event';
    return phase === 'code' ? 'duration' : phase;
  }

  private allowFree(state: BeatState, limits: Limits, ahead: readonly ForcedCell[], allowed: AllowedTokens): void {
    if (state.phase === 'velocity') {
      this.velocities.allow(state.cellStruck, state.velocities[state.pitch], limits, allowed);
      return;
    }
    const room = new BeatRoom(state, limits, ahead);
    if (state.phase === 'key') allowKeys(state, limits, room, allowed);
    else this.codes.allow(state, limits, room, allowed);
  }

  /** Adds the one id that a forced note leaves inside its cell; false where there is none. */
  private allowForced(state: BeatState, notes: readonly Note[], allowed: AllowedTokens): boolean {
    const cell = state.phase === 'key' ? undefined : this.forced.here(notes, state);
    if (cell === undefined) return false;
    const id = state.phase === 'velocity' ? firstVelocity + cell.velocity : forcedCodeAt(cell, state.fill);
    if (id !== undefined) allowed.add(id);
    return id !== undefined;
  }

  /** `undefined` when the id may not stand here. */
  private next(state: BeatState, token: number): BeatState | undefined {
    switch (state.phase) {
      case 'tempo':
        return isTempo(token) ? afterBeat(state) : token === endId ? state : undefined;
      case 'key':
        if (isTempo(token)) return afterBeat(state);
        if (token === endId) return { ...afterBeat(state), phase: 'tempo', beat: state.beat, since: initialState.since };
        return isPitch(token) && token - firstPitch > state.pitch ? afterKey(state, token - firstPitch) : undefined;
      case 'code': {
        const code = isCode(token) ? this.traits[token] : undefined;
        return code !== undefined && state.fill % code.frames === 0 ? afterCode(state, code, this.afterCell) : undefined;
      }
      case 'velocity':
        return isVelocity(token) ? afterVelocity(state, token - firstVelocity) : undefined;
    }
  }

  private limitsOf(constraint: MusicConstraint): Limits {
    if (constraint !== this.lastConstraint) {
      this.lastLimits = limitsOf(constraint, this.options);
      this.lastConstraint = constraint;
    }
    return this.lastLimits;
  }
}

function dueWords({ phase, pitch, fill }: BeatState): string {
  if (phase === 'tempo') return 'the tempo of a beat';
  if (phase === 'key') return pitch < 0 ? 'a pitch or the next beat' : `a pitch above ${pitch} or the next beat`;
  return phase === 'code' ? `a code for what comes after ${fill} frames` : 'a velocity';
}
