import type { MusicConstraint } from '../../../engine/music/constraint.js';
import { drumChannel, type Note } from '../../../engine/music/note.js';
import { chooseFields, longestStep, type FieldChoice } from './field-choice.js';
import { ForcedNotes } from './forced-notes.js';
import type { NoteScale } from './note-scale.js';
import { onsetRange, type OnsetRange } from './onset-range.js';
import { PieceChoice } from './piece-choice.js';
import type { PieceProfiles } from './piece-profiles.js';

/** No music has more. */
const mostPolyphony = 128;
/** Constraints whose pieces are remembered by what they say, where the same words come in new objects. */
const mostChoices = 8;

/** A constraint in the words of the grammar. */
export interface ConstraintTable {
  readonly fields: FieldChoice;
  readonly pieces: PieceChoice;
  readonly onsets: OnsetRange | undefined;
  /** `undefined` where any number of notes may sound. */
  readonly maximumPolyphony: number | undefined;
  readonly forced: ForcedNotes | undefined;
  readonly mayEnd: boolean;
}

/** Makes the tables of constraints, and keeps them: by object, and by what the constraint says. */
export class ConstraintTables {
  private readonly byObject = new WeakMap<MusicConstraint, ConstraintTable>();
  private readonly byWords = new Map<string, Pick<ConstraintTable, 'fields' | 'pieces'>>();
  private readonly forcedByList = new WeakMap<readonly Note[], ForcedNotes>();

  constructor(
    private readonly scale: NoteScale,
    private readonly profiles: PieceProfiles,
    private readonly vocabularySize: number,
  ) {}

  of(constraint: MusicConstraint): ConstraintTable {
    const known = this.byObject.get(constraint);
    if (known !== undefined) return known;
    const maximumPolyphony = this.polyphonyOf(constraint);
    const table = {
      ...this.choiceOf(constraint, maximumPolyphony),
      onsets: onsetRange(constraint.onsetsPerBeat),
      maximumPolyphony,
      forced: constraint.forcedNotes === undefined ? undefined : this.forcedOf(constraint.forcedNotes),
      mayEnd: constraint.eventKinds?.includes('end') ?? false,
    };
    this.byObject.set(constraint, table);
    return table;
  }

  private polyphonyOf({ maximumPolyphony }: MusicConstraint): number | undefined {
    if (maximumPolyphony === undefined || this.scale.options.channel === drumChannel || maximumPolyphony > mostPolyphony) return undefined;
    return Math.max(1, Math.floor(maximumPolyphony));
  }

  private choiceOf(constraint: MusicConstraint, polyphony: number | undefined): Pick<ConstraintTable, 'fields' | 'pieces'> {
    const { pitchRange, velocityRange, durationRange, scale, chord, onsetsPerBeat } = constraint;
    const step = longestStep(constraint.maximumRestBeats, this.scale);
    const words = JSON.stringify([pitchRange, velocityRange, durationRange, scale, chord, onsetsPerBeat, step, polyphony]);
    const known = this.byWords.get(words);
    if (known !== undefined) return known;
    const fields = chooseFields(constraint, this.scale);
    const choice = { fields, pieces: new PieceChoice(this.profiles, fields, polyphony ?? Infinity, this.vocabularySize) };
    if (this.byWords.size >= mostChoices) this.byWords.delete(this.byWords.keys().next().value as string);
    this.byWords.set(words, choice);
    return choice;
  }

  private forcedOf(notes: readonly Note[]): ForcedNotes {
    const known = this.forcedByList.get(notes);
    if (known !== undefined) return known;
    const forced = new ForcedNotes(notes, this.scale);
    this.forcedByList.set(notes, forced);
    return forced;
  }
}
