import type { ComposeControls } from '../../contracts/composer.js';
import { ContinuoError } from '../../errors.js';
import type { Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';
import type { Voice } from '../voice.js';
import type { ModeGround } from './mode-ground.js';
import { cheapestFirst, constraintOf, namesOf, unmet, without, type QueryWishes, type QueryWord } from './query-wishes.js';

/** Where no wish says otherwise a note comes within so many beats. */
const longestWait: Beats = 4;
/** No note is waited for longer than this in the composer's own time. */
const farthest: Beats = 32;
/** What is asked for begins so much after what happened last: that is past. */
const justAfter: Beats = 1 / 96;
/** How many notes are composed beforehand: the next, and the one after it in case that is played. */
const beforehand = 2;
/** How far back notes may still sound. */
const soundingBeats: Beats = 32;
/** A note that was played comes back a little later, louder or longer than it was said; until then it is waited for. */
const sameBeat: Beats = 0.2;
const sameVelocity = 8;
const sameDuration = 0.25;

const feedSource = 'feed';

/** The answer to a query. */
export interface QueryReply {
  readonly note: Note;
  /** From now to the note. */
  readonly beatsFromNow: Beats;
  /** Wishes that could not be met. */
  readonly relaxed: readonly string[];
}

/**
 * Says the next note whenever it is asked, under any wishes, and is told what happened. The note after what happened is
 * composed beforehand, under the wishes of the last query: if it meets those of the next, the answer is there at once, else a
 * note is composed under them. A wish that cannot be met is given up, the cheapest first. Thread: main. Blocks: no.
 *
 * While the transport plays, now is where the music is; while it stands, now is where the last thing happened.
 */
export class QueryDesk {
  private expected: readonly Note[] = [];
  /** The voice that knows what happened and stands right behind `expected`; none where none does. */
  private knows: Voice | undefined;
  private heardThen = 0;
  private wishes: QueryWishes = {};
  /** Where the last thing happened, and the first beat that the voice was asked for. */
  private lastBeat: Beats = 0;
  private fromBeat: Beats = 0;
  private replied: Note | undefined;
  /** Asked again with nothing happening in between: another note is wanted. */
  private again = 0;

  constructor(private readonly ground: ModeGround) {}

  /** Begins where the music is. */
  begin(): void {
    this.forget();
    this.lastBeat = this.ground.position.beat();
  }

  /** Errors: `badValue` where the deck plays nothing, `queueFull`, `modelFailed`. */
  async query(wishes: QueryWishes): Promise<QueryReply> {
    if (!this.ground.voice()) throw new ContinuoError('badValue', `Deck ${this.ground.deck} plays no pack: load one first.`);
    const [ready] = this.expected;
    const isSame = this.replied !== undefined && ready === this.replied;
    this.again = isSame ? this.again + 1 : 0;
    const answers = ready && !isSame && this.isUpToDate && ready.beat >= this.earliest(wishes) - (wishes.earliest === undefined ? sameBeat : 0) && this.unmetBy(ready, wishes).length === 0;
    this.wishes = wishes;
    return answers ? this.reply(ready, []) : this.ground.errand((voice) => this.compose(voice, wishes));
  }

  /** Tells what was played, `beatsFromNow` from now (below 0: it is past). */
  feed(note: Omit<Note, 'beat'>, beatsFromNow: Beats): void {
    const beat = this.nowBeat + beatsFromNow;
    const fed = { ...note, beat };
    const [ready] = this.expected;
    const isExpected = ready !== undefined && this.isUpToDate && isAlike(ready, fed);
    this.ground.hearing.note(feedSource, fed);
    this.lastBeat = Math.max(this.lastBeat, beat);
    this.replied = undefined;
    this.again = 0;
    if (isExpected) {
      this.expected = this.expected.slice(1);
      this.heardThen = this.ground.hearing.heard;
    } else {
      this.forget();
    }
    this.ground.advance();
  }

  /** Composes beforehand. `undefined`: nothing is to be done now. */
  nextTask(voice: Voice): Promise<void> | undefined {
    if (!this.isUpToDate) return this.startAgain(voice, this.earliest({}));
    if (this.expected.length >= beforehand) return undefined;
    return this.prepareOne(voice);
  }

  /** Nothing of what was composed beforehand holds. */
  forget(): void {
    this.expected = [];
    this.knows = undefined;
    this.replied = undefined;
  }

  /** The host jumped and the music moved. */
  moved(by: Beats): void {
    this.forget();
    this.lastBeat += by;
  }

  private get nowBeat(): Beats {
    const { position } = this.ground;
    return position.playing ? position.beat() : this.lastBeat;
  }

  private earliest({ earliest = 0 }: QueryWishes): Beats {
    return Math.max(this.nowBeat + earliest, this.lastBeat);
  }

  /** Whether what is expected can still come. */
  private get isUpToDate(): boolean {
    const [next] = this.expected;
    return this.knows !== undefined && this.knows === this.ground.voice() && this.heardThen === this.ground.hearing.heard && (next === undefined || next.beat >= this.nowBeat - sameBeat);
  }

  private async prepareOne(voice: Voice): Promise<void> {
    const knew = this.heardThen;
    const note = await this.next(voice, this.wishes, (this.expected.at(-1)?.beat ?? this.fromBeat) + farthest);
    if (note && this.knows === voice && knew === this.heardThen) this.expected = [...this.expected, note];
    else this.forget();
  }

  /** Composes a note that meets the wishes; of those that cannot be met the cheapest are given up. */
  private async compose(voice: Voice, wishes: QueryWishes): Promise<QueryReply> {
    const asked = cheapestFirst.filter((word) => wishes[word] !== undefined);
    for (let given = 0; ; given += 1) {
      const kept = without(wishes, asked.slice(0, given));
      await this.startAgain(voice, this.earliest(kept));
      const note = await this.next(voice, kept, this.fromBeat + farthest);
      if (!note) {
        if (given >= asked.length) throw new ContinuoError('modelFailed', `${voice.pack} says no note within ${farthest} beats: raise the temperature, or load another pack.`);
        continue;
      }
      const left = this.unmetBy(note, wishes);
      // Without the next cheapest wish no note would be better than one that misses only that.
      if (given < asked.length && left.some((word) => !asked.slice(0, given + 1).includes(word))) continue;
      this.expected = [note];
      return this.reply(note, left);
    }
  }

  private async startAgain(voice: Voice, fromBeat: Beats): Promise<void> {
    const { hearing } = this.ground;
    this.expected = [];
    this.heardThen = hearing.heard;
    this.fromBeat = fromBeat <= this.lastBeat + justAfter && hearing.heard > 0 ? this.lastBeat + justAfter : fromBeat;
    this.knows = voice;
    await this.ground.prime(voice, this.fromBeat, true);
  }

  private async next(voice: Voice, wishes: QueryWishes, untilBeat: Beats): Promise<Note | undefined> {
    const controls = this.ground.controls.read(voice);
    if (!voice.composer.nextNote) throw new ContinuoError('badValue', `${voice.pack} cannot be asked for single notes: load another pack.`);
    return voice.composer.nextNote(untilBeat, this.asked(controls, wishes));
  }

  private asked(controls: ComposeControls, wishes: QueryWishes): ComposeControls {
    const { sampling, constraint } = controls;
    return {
      ...controls,
      sampling: { ...sampling, seed: sampling.seed + this.again },
      constraint: constraintOf(wishes, constraint, longestWait),
    };
  }

  private unmetBy(note: Note, wishes: QueryWishes): readonly QueryWord[] {
    return unmet(note, wishes, this.nowBeat, this.ground.hearing.notesBetween(note.beat - soundingBeats, note.beat + justAfter));
  }

  private reply(note: Note, left: readonly QueryWord[]): QueryReply {
    this.replied = note;
    return { note, beatsFromNow: Math.max(0, note.beat - this.nowBeat), relaxed: namesOf(left) };
  }
}

function isAlike(a: Note, b: Note): boolean {
  return (
    a.pitch === b.pitch && a.channel === b.channel && Math.abs(a.beat - b.beat) <= sameBeat &&
    Math.abs(a.velocity - b.velocity) <= sameVelocity && Math.abs(a.duration - b.duration) <= sameDuration * Math.max(a.duration, b.duration)
  );
}
