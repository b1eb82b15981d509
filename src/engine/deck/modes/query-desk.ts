import type { Composer } from '../../contracts/composer.js';
import { ContinuoError } from '../../errors.js';
import type { Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';
import { samePlaceInBar } from '../boundary.js';
import type { Voice } from '../voice.js';
import type { ModeGround } from './mode-ground.js';
import { settle, type Attempt } from './query-relaxing.js';
import { constraintOf, namesOf, unmet, type QueryLimits, type QueryWishes, type QueryWord } from './query-wishes.js';

/** A note comes within so many beats, and is no longer: one that is written without those beside it tends to be held for want of anything else. */
const limits: QueryLimits = { longestWait: 4, longestNote: 4 };
/** No note is waited for longer than this in the composer's own time. */
const farthest: Beats = 32;
/** What is asked for begins so much after what happened last: that is past. */
const justAfter: Beats = 1 / 96;
/** Where nothing happens the voice is told so after so many beats. */
const longestSilence: Beats = 8;
/** How much of the past is told: what fits into the context of every shipped pack, so that it is read once. */
const mostNotes = 192;
/** How far back notes may still sound. */
const soundingBeats: Beats = 32;
/** A note that should have come a moment ago may come now. */
const graceBeats: Beats = 0.2;

/** Notes that a voice says to nobody when it is first listened to: the first ones take several times as long as those to come. */
const rehearsedNotes = 12;

/** Wishes of so many queries are remembered: who asks for several voices in turn has the same few. */
const rememberedWishes = 4;
const noWishes: QueryWishes = {};
/** Of so many different wishes it is known how often they were asked since something happened. */
const mostAsked = 256;

const feedSource = 'feed';

/** The answer to a query. */
export interface QueryReply {
  readonly note: Note;
  /** From now to the note. */
  readonly beatsFromNow: Beats;
  /** Wishes that could not be met. */
  readonly relaxed: readonly string[];
}

/** What is known of some wishes since something happened. */
interface Asked {
  /** How often a note was said under them: each time another is wanted. */
  replies: number;
  /** What is asked for begins here: a note from where it happened on would have been late. */
  laterBeat?: Beats;
  /** What came of asking after so many replies, and the settings that it hangs on. */
  found?: { readonly attempt: Attempt; readonly replies: number; readonly settings: string };
}

/** Up to where a voice has heard what happened. */
interface Heard {
  readonly voice: Voice;
  readonly count: number;
  readonly beat: Beats;
}

/**
 * Says the next note whenever it is asked, under any wishes, and is told what happened. The voice hears what happened at once, and
 * the notes that would come next under the wishes of the last queries are found beforehand; whoever asks something else meanwhile does
 * not wait for that. An answer hangs on what happened, on what is wished for and on the seed, not on when there was time to find
 * it. A wish that cannot be met is given up, the cheapest first. Thread: main. Blocks: no.
 *
 * While the transport plays, now is where the music is; while it stands, now is where it stands, or where the last thing happened that
 * was fed since, if that is later. Where it plays on, what was fed that way is past.
 */
export class QueryDesk {
  private heard: Heard | undefined;
  /** By wishes, in words. */
  private readonly asked = new Map<string, Asked>();
  /** Whoever has said notes to nobody. */
  private readonly rehearsed = new WeakSet<Composer>();
  /** Those of the last queries, the newest first, each once. */
  private recent: readonly QueryWishes[] = [noWishes];
  /** Where the last thing happened that was fed, or where the desk was opened. */
  private lastBeat: Beats = 0;
  /** Whether something was fed since the transport stands. */
  private isInOwnTime = false;
  /** What is asked for begins here. */
  private fromBeat: Beats = 0;
  /** Queries that wait for the voice. */
  private waiting = 0;
  /** The voice does something that nobody waits for. */
  private prepares = false;
  /** How often now has become another place: beats from before mean nothing. */
  private places = 0;

  constructor(private readonly ground: ModeGround) {}

  /** Begins where the music is. */
  begin(): void {
    this.forget();
    this.places += 1;
    this.lastBeat = this.ground.position.beat();
  }

  /** Follows the transport. Call it often. */
  look(): void {
    const { hearing, position } = this.ground;
    if (!position.playing || !this.isInOwnTime) return;
    this.isInOwnTime = false;
    const now = position.beat();
    const by = samePlaceInBar(hearing.lastTold, now, this.ground.settings().beatsPerBar) - now;
    // With all that was heard before it, or it would lie among that.
    if (by > 0) hearing.relocate(now, now, -by);
    this.forget();
    this.places += 1;
    this.lastBeat = Math.min(this.lastBeat, now);
  }

  /** Errors: `badValue` in other modes. */
  checkMode(): void {
    const { deck } = this.ground;
    if (this.ground.modeSettings().mode === 'query') return;
    throw new ContinuoError('badValue', `Deck ${deck} is not asked for single notes: set deck/${deck}/play-mode to query first.`);
  }

  /** Errors: `badValue` where the deck plays nothing, or another mode is set before it answers; `queueFull`, `modelFailed`. */
  async query(wishes: QueryWishes): Promise<QueryReply> {
    const voice = this.ground.voice();
    if (!voice) throw new ContinuoError('badValue', `Deck ${this.ground.deck} plays no pack: load one first.`);
    this.recent = [wishes, ...this.recent.filter((other) => other !== noWishes && !isSame(other, wishes))].slice(0, rememberedWishes);
    const now = this.nowBeat;
    const { places } = this;
    const ready = this.answerAt(voice, wishes, now);
    if (ready) return this.reply(ready, wishes, now);
    this.waiting += 1;
    if (this.prepares) voice.composer.hurry?.();
    try {
      const reply = await this.ground.errand(async (idle) => {
        this.checkMode();
        const found = await this.find(idle, wishes, now);
        // Its beats mean nothing where the host is by now.
        if (this.places !== places) return undefined;
        if (!found.note) throw new ContinuoError('modelFailed', `${idle.pack} says no note within ${farthest} beats: raise the temperature, or load another pack.`);
        return this.reply(found.note, wishes, now);
      });
      return reply ?? (await this.query(wishes));
    } finally {
      this.waiting -= 1;
      if (this.waiting === 0) this.ground.advance();
    }
  }

  /** Tells what was played, `beatsFromNow` from now (below 0: it is past). */
  feed(note: Omit<Note, 'beat'>, beatsFromNow: Beats): void {
    const beat = this.nowBeat + beatsFromNow;
    this.ground.hearing.note(feedSource, { ...note, beat });
    this.lastBeat = Math.max(this.lastBeat, beat);
    this.isInOwnTime ||= !this.ground.position.playing;
    // What is being prepared is for a past that is over.
    if (this.prepares) this.ground.voice()?.composer.hurry?.();
    this.ground.advance();
  }

  /** Hears what happened, and finds the next notes beforehand. `undefined`: nothing is to be done now. */
  nextTask(voice: Voice): Promise<void> | undefined {
    // A loop says nothing when it is asked: nothing is to be prepared.
    if (this.waiting > 0 || !voice.composer.nextNote) return undefined;
    if (!this.knows(voice)) return this.prepare(this.hear(voice));
    if (!this.rehearsed.has(voice.composer)) return this.prepare(this.rehearse(voice));
    const now = this.nowBeat;
    const settings = this.settingsOf(voice);
    // What is to come so much after now is another note at every moment.
    const isInVain = ({ earliest }: QueryWishes): boolean => earliest !== undefined && this.ground.position.playing;
    const isWanted = (wishes: QueryWishes): boolean => this.askedFor(wishes).replies === 0 && !isInVain(wishes);
    const next = this.recent.find((wishes) => isWanted(wishes) && !this.foundFor(wishes, now, settings));
    return next && this.prepare(this.find(voice, next, now, () => this.isDisturbed(voice)));
  }

  /** Nothing of what was found beforehand holds. */
  forget(): void {
    this.heard = undefined;
    this.asked.clear();
  }

  /** The host jumped and the music moved. */
  moved(by: Beats): void {
    this.forget();
    this.places += 1;
    this.lastBeat += by;
  }

  private async prepare(task: Promise<unknown>): Promise<void> {
    this.prepares = true;
    try {
      await task;
    } finally {
      this.prepares = false;
    }
  }

  private get nowBeat(): Beats {
    const { position } = this.ground;
    return position.playing ? position.beat() : Math.max(position.beat(), this.lastBeat);
  }

  /** Up to where the past is told: right behind what happened last, or in a long silence a little before now. */
  private get pastUntil(): Beats {
    const { hearing } = this.ground;
    const last = hearing.heard > 0 ? Math.max(this.lastBeat, hearing.lastOnset) + justAfter : this.lastBeat;
    return last + longestSilence * Math.max(0, Math.floor((this.nowBeat - last) / longestSilence));
  }

  /** Whether the voice has heard all that happened. */
  private knows(voice: Voice): boolean {
    const { heard } = this;
    return heard !== undefined && heard.voice === voice && heard.count === this.ground.hearing.heard && heard.beat === this.pastUntil;
  }

  private async hear(voice: Voice): Promise<void> {
    const beat = this.pastUntil;
    const count = this.ground.hearing.heard;
    if (this.heard?.count !== count) this.asked.clear();
    for (const known of this.asked.values()) known.found = known.laterBeat = undefined;
    this.fromBeat = beat;
    this.heard = { voice, count, beat };
    await this.ground.prime(voice, beat, { wholeNotes: true, mostNotes });
  }

  /** Something other than what is done beforehand is to be done. */
  private isDisturbed(voice: Voice): boolean {
    return this.waiting > 0 || !this.knows(voice);
  }

  /** As a player warms up: what was said under other wishes changes no answer. */
  private async rehearse(voice: Voice): Promise<void> {
    this.rehearsed.add(voice.composer);
    const { fromBeat } = this;
    for (let note = 0; note < rehearsedNotes && !this.isDisturbed(voice); note += 1) {
      const wishes = { lowPitch: 36 + note, highPitch: 60 + note, latest: 1 };
      await voice.composer.nextNote?.({ fromBeat, untilBeat: fromBeat + farthest }, this.controls(voice, wishes), () => this.isDisturbed(voice));
    }
  }

  private answerAt(voice: Voice, wishes: QueryWishes, now: Beats): Note | undefined {
    return this.knows(voice) ? this.foundFor(wishes, now, this.settingsOf(voice))?.note : undefined;
  }

  /** What was found beforehand, if it is not late by now. */
  private foundFor(wishes: QueryWishes, now: Beats, settings: string): Attempt | undefined {
    const { found, replies } = this.askedFor(wishes);
    const holds = found?.replies === replies && found.settings === settings && !this.isLate(found.attempt, wishes, now);
    return holds ? found.attempt : undefined;
  }

  private askedFor(wishes: QueryWishes): Asked {
    const words = wordsOf(wishes);
    const known = this.asked.get(words) ?? { replies: 0 };
    this.asked.set(words, known);
    const [oldest] = this.asked.keys();
    if (this.asked.size > mostAsked) this.asked.delete(oldest);
    return known;
  }

  /** A note at or after where it is asked from is found; where that would be late, at or after now. */
  private async find(voice: Voice, wishes: QueryWishes, now: Beats, awaited?: () => boolean): Promise<Attempt> {
    if (!this.knows(voice)) await this.hear(voice);
    const first = await this.findFrom(voice, wishes, now, awaited);
    if (first.isInterrupted || !this.isLate(first, wishes, now)) return first;
    if (wishes.earliest === undefined) this.askedFor(wishes).laterBeat = Math.max(this.fromBeat, now);
    return this.findFrom(voice, wishes, now, awaited);
  }

  private async findFrom(voice: Voice, wishes: QueryWishes, now: Beats, awaited?: () => boolean): Promise<Attempt> {
    const { heard } = this;
    const settings = this.settingsOf(voice);
    const { replies } = this.askedFor(wishes);
    const attempt = await settle(wishes, voice.keeps, (kept) => this.ask(voice, kept, wishes, now, awaited));
    if (!attempt.isInterrupted && this.heard === heard) this.askedFor(wishes).found = { attempt, replies, settings };
    return attempt;
  }

  private async ask(voice: Voice, kept: QueryWishes, wishes: QueryWishes, now: Beats, awaited?: () => boolean): Promise<Attempt> {
    if (voice.loopBars !== undefined) throw new ContinuoError('badValue', `Deck ${this.ground.deck} is frozen: thaw it first.`);
    if (!voice.composer.nextNote) throw new ContinuoError('badValue', `${voice.pack} cannot be asked for single notes: load another pack.`);
    const { replies, laterBeat: from = this.fromBeat } = this.askedFor(wishes);
    const fromBeat = kept.earliest === undefined ? from : Math.max(from, now + kept.earliest);
    const { note, isInterrupted } = await voice.composer.nextNote({ fromBeat, untilBeat: fromBeat + farthest }, this.controls(voice, kept, replies), awaited);
    return { note, left: note ? this.unmetBy(note, wishes, now) : [], isInterrupted };
  }

  /** How a voice is asked under some wishes once `replies` notes were said. */
  private controls(voice: Voice, wishes: QueryWishes, replies = 0): ReturnType<ModeGround['controls']['read']> {
    const controls = this.ground.controls.read(voice);
    const { sampling, constraint } = controls;
    return {
      ...controls,
      sampling: { ...sampling, seed: sampling.seed + replies },
      constraint: constraintOf(wishes, constraint, limits),
    };
  }

  /** All that an answer hangs on, but for what is wished for, how often, and what happened. */
  private settingsOf(voice: Voice): string {
    return JSON.stringify(this.ground.controls.read(voice));
  }

  /** Whether a note would have had to come before now, or before it is wished for. */
  private isLate({ note, left }: Attempt, { earliest }: QueryWishes, now: Beats): boolean {
    return note !== undefined && note.beat < (earliest === undefined || left.includes('earliest') ? now - graceBeats : now + earliest);
  }

  private unmetBy(note: Note, wishes: QueryWishes, now: Beats): readonly QueryWord[] {
    return unmet(note, wishes, now, this.ground.hearing.notesBetween(note.beat - soundingBeats, note.beat + justAfter));
  }

  private reply(note: Note, wishes: QueryWishes, now: Beats): QueryReply {
    this.askedFor(wishes).replies += 1;
    return { note, beatsFromNow: Math.max(0, note.beat - this.nowBeat), relaxed: namesOf(this.unmetBy(note, wishes, now)) };
  }
}

function wordsOf(wishes: QueryWishes): string {
  return JSON.stringify(wishes);
}

function isSame(one: QueryWishes, other: QueryWishes): boolean {
  return wordsOf(one) === wordsOf(other);
}
