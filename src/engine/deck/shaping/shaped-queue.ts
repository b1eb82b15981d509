import type { Note } from '../../music/note.js';
import type { ControlMark, ProgramMark } from '../../music/score.js';
import type { Beats } from '../../music/units.js';
import type { Sender } from '../../scheduling/sender.js';
import { ForcedProgram } from './forced-program.js';
import { Pending } from './pending.js';
import { shapeControl, shapeNote, shapeProgram, type Music, type Shaping } from './shaping.js';

const nothing: Music = { notes: [], programs: [], controls: [] };
const sustainPedal = 64;
/** Beyond this nothing is remembered of what has left: no shaping moves anything further. */
const rememberedBeats: Beats = 2;

/**
 * A deck's place in the send queue: what its composer wrote goes in shaped, and is taken back by where it was written,
 * wherever it is played. Every note that was written is queued once and, unless it was taken back in time, plays once.
 *
 * `soonest` is everywhere the first beat that can still be queued for; what shaping would put before it comes at it.
 * Thread: main. Blocks: no.
 */
export class ShapedQueue {
  private readonly notes = new Pending<Note>();
  private readonly programs = new Pending<ProgramMark>();
  private readonly controls = new Pending<ControlMark>();
  private readonly forced = new ForcedProgram();

  constructor(
    private readonly owner: number,
    private readonly sender: Sender,
    private readonly shaping: () => Shaping,
  ) {}

  /** Queues what was written. Returns it as it is played. */
  add(music: Music, soonest: Beats): Music {
    const shaping = this.shaping();
    // What is written for an earlier beat all the same is not moved: the sender judges how late it is.
    const earliest = (item: { readonly beat: Beats }): Beats => Math.min(soonest, item.beat);
    this.forget(soonest);
    return this.send({
      notes: this.shaped(music.notes, this.notes, (note) => shapeNote(note, shaping), earliest),
      programs: this.shaped(music.programs, this.programs, (mark) => shapeProgram(mark, shaping), earliest),
      controls: this.shaped(music.controls, this.controls, (mark) => shapeControl(mark, shaping), earliest),
    }, shaping);
  }

  /**
   * Takes back what was written for `fromBeat` or later. Returns from which beat on the queue is another, and what of before
   * `fromBeat` plays there still.
   */
  takeBack(fromBeat: Beats, soonest: Beats): { readonly beat: Beats; readonly stays: Music } {
    const first = Math.min(this.notes.drop(fromBeat), this.programs.drop(fromBeat), this.controls.drop(fromBeat));
    if (first === Infinity) return { beat: fromBeat, stays: nothing };
    // What shaping has drawn so far ahead that it may have left cannot be taken back.
    const beat = Math.max(Math.min(first, fromBeat), Math.min(soonest, fromBeat));
    this.flush(beat);
    const from = Math.max(beat, soonest);
    const stays = { notes: this.notes.playedFrom(from), programs: this.programs.playedFrom(from), controls: this.controls.playedFrom(from) };
    return { beat, stays: this.send(stays, this.shaping()) };
  }

  /**
   * Shapes anew what has not left: `music` is what is planned from a little before `soonest` on. Notes that sound keep their
   * ends. Returns what plays from `soonest` on.
   */
  shapeAnew(music: Music, soonest: Beats): Music {
    const shaping = this.shaping();
    this.flush(soonest);
    return this.send({
      notes: this.again(music.notes, this.notes, (note) => shapeNote(note, shaping), soonest),
      programs: this.again(music.programs, this.programs, (mark) => shapeProgram(mark, shaping), soonest),
      controls: this.again(music.controls, this.controls, (mark) => shapeControl(mark, shaping), soonest),
    }, shaping);
  }

  /** Ends what sounds and has nothing queued. */
  silence(nowBeat: Beats): void {
    this.sender.silence(this.owner);
    for (const pending of [this.notes, this.programs, this.controls]) pending.clear();
    this.forced.takenBack(nowBeat);
  }

  /**
   * Tells marks that are in force already once more, at `beat`, and the deck's own program before its next note. Pedals that
   * were held as `former` has it are lifted first.
   */
  restate({ programs, controls }: Pick<Music, 'programs' | 'controls'>, beat: Beats, former?: Shaping): void {
    const shaping = this.shaping();
    this.forced.forget();
    const held = former ? controls.filter(({ controller, value }) => controller === sustainPedal && value > 0) : [];
    const lifted = held.flatMap((mark) => shapeControl({ ...mark, value: 0 }, former ?? shaping) ?? []);
    this.sender.queue(
      this.owner,
      [],
      programs.flatMap((mark) => shapeProgram(mark, shaping) ?? []).map((mark) => ({ ...mark, beat })),
      [...lifted, ...controls.flatMap((mark) => shapeControl(mark, shaping) ?? [])].map((mark) => ({ ...mark, beat })),
    );
  }

  private shaped<Item extends { readonly beat: Beats }>(
    written: readonly Item[],
    pending: Pending<Item>,
    shape: (item: Item) => Item | undefined,
    earliest: (item: Item) => Beats,
  ): readonly Item[] {
    return written.flatMap((item) => {
      const shaped = shape(item);
      if (!shaped) return [];
      const played = { ...shaped, beat: Math.max(shaped.beat, earliest(item)) };
      pending.add(item, played);
      return played;
    });
  }

  /** What has left is not played again, and what nobody was to hear is not made up for. */
  private again<Item extends { readonly beat: Beats }>(
    written: readonly Item[],
    pending: Pending<Item>,
    shape: (item: Item) => Item | undefined,
    soonest: Beats,
  ): readonly Item[] {
    const wanted = written.filter((item) => {
      const before = pending.playedAs(item);
      return before ? before.beat >= soonest : Math.max(item.beat, shape(item)?.beat ?? -Infinity) >= soonest;
    });
    for (const item of wanted) pending.remove(item);
    return this.shaped(wanted, pending, shape, () => soonest);
  }

  private send(music: Music, { program }: Shaping): Music {
    const programs = [...music.programs, ...this.forced.before(music.notes, program)];
    this.sender.queue(this.owner, music.notes, programs, music.controls);
    return { ...music, programs };
  }

  private flush(beat: Beats): void {
    this.sender.flush(this.owner, beat);
    this.forced.takenBack(beat);
  }

  private forget(soonest: Beats): void {
    for (const pending of [this.notes, this.programs, this.controls]) pending.forget(soonest - rememberedBeats);
  }
}
