import type { DecodedEvent, IncrementalDecoder, WaitingNote } from '../../../engine/contracts/tokenizer.js';
import { blendedBpm } from '../../../engine/music/tempo.js';
import type { Beats } from '../../../engine/music/units.js';
import { bpmOfBucket } from './beat-tempo.js';
import { addPattern, type Codebook } from './codebook.js';
import type { BeatKmeansOptions } from './options.js';
import { runsOf, type Pattern } from './pattern.js';
import type { VelocityCodec } from './velocity-codec.js';
import {
  endId,
  firstPitch,
  firstTempo,
  firstVelocity,
  framesOfCode,
  framesPerBeat,
  isCode,
  isPitch,
  isTempo,
  isVelocity,
  startId,
} from './vocabulary.js';

/** Something decoded, in frames from the origin. `end` is exclusive. */
export type FrameEvent =
  | { readonly type: 'tempo'; readonly frame: number; readonly bpm: number }
  | { readonly type: 'note'; readonly frame: number; readonly end: number; readonly pitch: number; readonly velocity: number };

const silent = -1;

/**
 * A note is certain when its end is: inside its beat with the beat; held into later beats when one of them says that the
 * key is silent or struck again (its cell, a cell of a higher key, the next beat or the end of the stream). It is given
 * out once no earlier event can come: events leave in order of beat.
 *
 * Ids that have no place are skipped and counted: a cell that is cut short is silent, and so is sustain of a key that
 * does not sound. The first beat of the stream begins at `originBeat`. Tempo comes as marks; notes keep to the beats.
 */
export class BeatKmeansDecoder implements IncrementalDecoder {
  private phase: 'before' | 'keys' | 'cell' | 'velocity' | 'ended' = 'before';
  private beat = 0;
  /** Key of the cell that is being told, or was told last in this beat; -1 before the first. */
  private pitch = -1;
  /** Frames told of the present cell. */
  private fill = 0;
  private cell = { sustainLow: 0, sustainHigh: 0, onsetLow: 0, onsetHigh: 0 };
  /** Frame at which the note that sounds on each key began. */
  private readonly since = new Int32Array(128).fill(silent);
  private readonly velocity = new Uint8Array(128);
  private ready: FrameEvent[] = [];
  /** Frame of the latest onset told; -1 before the first. */
  private latestOnset = -1;
  /** Where the frontier stood when events were last given out. */
  private givenUntil = -1;
  private bpm = 0;
  private skipped = 0;

  constructor(
    private readonly codebook: Codebook,
    private readonly velocities: VelocityCodec,
    private readonly options: BeatKmeansOptions,
    private readonly originBeat: Beats,
  ) {}

  /** Ids so far that had no place where they stood. */
  get skippedIds(): number {
    return this.skipped;
  }

  get frontierBeat(): Beats {
    return this.originBeat + this.frontierFrame / framesPerBeat;
  }

  push(token: number): readonly DecodedEvent[] {
    return this.take(token).map((event) => toDecodedEvent(event, this.originBeat, this.options.channel));
  }

  /** A note waits for its end; until then others are told that begin after it. */
  get toldUntilBeat(): Beats {
    return this.originBeat + (this.latestOnset + 1) / framesPerBeat;
  }

  get onsetsUntilBeat(): Beats {
    return this.originBeat + this.beatStart / framesPerBeat;
  }

  /** By beat, and from the lowest key up. */
  get waiting(): readonly WaitingNote[] {
    const { beatStart, options, originBeat } = this;
    const notes = this.ready.map((event) => ({ event, isOver: true }));
    this.since.forEach((frame, pitch) => {
      if (frame === silent) return;
      const end = Math.max(frame + 1, beatStart);
      notes.push({ event: { type: 'note', frame, end, pitch, velocity: this.velocity[pitch] }, isOver: false });
    });
    notes.sort((a, b) => compareFrameEvents(a.event, b.event));
    return notes.flatMap(({ event, isOver }) => {
      const decoded = toDecodedEvent(event, originBeat, options.channel);
      return decoded.type === 'note' ? [{ note: decoded.note, isOver }] : [];
    });
  }

  /** As {@link push}, in frames from the origin. */
  take(token: number): readonly FrameEvent[] {
    if (isTempo(token)) return this.beginBeat(token - firstTempo);
    if (token === endId) return this.end();
    if (isPitch(token) && token - firstPitch > this.pitch && this.isInBeat) return this.beginCell(token - firstPitch);
    if (isCode(token) && this.fits(token)) return this.addCode(token);
    if (isVelocity(token) && this.phase === 'velocity') return this.endCell(token - firstVelocity);
    if (token !== startId) this.skipped += 1;
    return [];
  }

  /** What the stream tells if it goes no further. A beat may follow all the same. */
  end(): readonly FrameEvent[] {
    if (!this.isInBeat) return [];
    this.leaveBeat();
    for (let pitch = 0; pitch < 128; pitch += 1) this.release(pitch, this.beatStart);
    this.phase = 'ended';
    return this.giveOut();
  }

  clone(): BeatKmeansDecoder {
    const copy = new BeatKmeansDecoder(this.codebook, this.velocities, this.options, this.originBeat);
    copy.phase = this.phase;
    copy.beat = this.beat;
    copy.pitch = this.pitch;
    copy.fill = this.fill;
    copy.cell = { ...this.cell };
    copy.since.set(this.since);
    copy.velocity.set(this.velocity);
    copy.ready = [...this.ready];
    copy.latestOnset = this.latestOnset;
    copy.givenUntil = this.givenUntil;
    copy.bpm = this.bpm;
    copy.skipped = this.skipped;
    return copy;
  }

  private get isInBeat(): boolean {
    return this.phase !== 'before' && this.phase !== 'ended';
  }

  private get beatStart(): number {
    return this.beat * framesPerBeat;
  }

  private get frontierFrame(): number {
    let frame = this.beatStart;
    for (let pitch = 0; pitch < 128; pitch += 1) {
      if (this.since[pitch] !== silent && this.since[pitch] < frame) frame = this.since[pitch];
    }
    return frame;
  }

  private beginBeat(bucket: number): readonly FrameEvent[] {
    if (this.isInBeat) this.leaveBeat();
    this.phase = 'keys';
    this.pitch = -1;
    const bpm = blendedBpm(bpmOfBucket(bucket), this.options.hostBpm, this.options.rubato);
    if (bpm !== this.bpm) this.ready.push({ type: 'tempo', frame: this.beatStart, bpm });
    this.bpm = bpm;
    return this.giveOut();
  }

  /** The present place is the beginning of the next beat. */
  private leaveBeat(): void {
    this.closeCell();
    this.releaseBelow(128);
    this.beat += 1;
  }

  private beginCell(pitch: number): readonly FrameEvent[] {
    this.closeCell();
    this.releaseBelow(pitch);
    this.phase = 'cell';
    this.pitch = pitch;
    this.fill = 0;
    this.cell = { sustainLow: 0, sustainHigh: 0, onsetLow: 0, onsetHigh: 0 };
    return this.giveOut();
  }

  /** Whether a code of its length may stand at this place of a cell. */
  private fits(token: number): boolean {
    return this.phase === 'cell' && this.fill % framesOfCode(token) === 0 && this.codebook.patternOf(token) !== undefined;
  }

  private addCode(token: number): readonly FrameEvent[] {
    addPattern(this.cell, this.codebook.patternOf(token) as Pattern, this.fill);
    this.fill += framesOfCode(token);
    if (this.fill < framesPerBeat) return [];
    this.phase = 'velocity';
    return this.options.mode === 'base' ? this.endCell(undefined) : [];
  }

  /** A cell that something else follows before it was complete. */
  private closeCell(): void {
    if (this.phase === 'cell') this.release(this.pitch, this.beatStart);
    if (this.phase === 'velocity') this.commitCell(undefined);
    else if (this.phase !== 'cell') return;
    this.skipped += 1;
    this.phase = 'keys';
  }

  private endCell(velocityCode: number | undefined): readonly FrameEvent[] {
    this.commitCell(velocityCode);
    return this.giveOut();
  }

  private commitCell(velocityCode: number | undefined): void {
    const { pitch, beatStart } = this;
    const runs = runsOf(this.cell, framesPerBeat);
    let onset = 0;
    if (runs[0]?.held !== true) this.release(pitch, beatStart);
    for (const { start, end, held } of runs) {
      if (!held) {
        this.since[pitch] = beatStart + start;
        this.latestOnset = Math.max(this.latestOnset, beatStart + start);
        this.velocity[pitch] =
          velocityCode === undefined ? this.options.defaultVelocity : this.velocities.velocity(velocityCode, onset, this.cell);
        onset += 1;
      }
      if (end < framesPerBeat) this.release(pitch, beatStart + end);
    }
    this.phase = 'keys';
  }

  /** Ends the keys between the last one told and `pitch` that sounded into this beat: no cell holds them on. */
  private releaseBelow(pitch: number): void {
    for (let each = this.pitch + 1; each < pitch; each += 1) this.release(each, this.beatStart);
  }

  private release(pitch: number, end: number): void {
    const frame = this.since[pitch];
    if (frame === silent) return;
    this.ready.push({ type: 'note', frame, end, pitch, velocity: this.velocity[pitch] });
    this.since[pitch] = silent;
  }

  private giveOut(): readonly FrameEvent[] {
    const newest = this.ready.at(-1);
    if (newest === undefined) return [];
    const frontier = this.frontierFrame;
    // Under one long note thousands of others may wait; they are looked at again only when something can leave.
    if (frontier === this.givenUntil && !(newest.type === 'tempo' && newest.frame <= frontier)) return [];
    this.givenUntil = frontier;
    const due: FrameEvent[] = [];
    const waiting: FrameEvent[] = [];
    for (const event of this.ready) {
      const isDue = event.type === 'tempo' ? event.frame <= frontier : event.frame < frontier;
      (isDue ? due : waiting).push(event);
    }
    this.ready = waiting;
    return due.sort(compareFrameEvents);
  }
}

/** By frame; a tempo before the notes it is for; from the lowest key up. */
function compareFrameEvents(a: FrameEvent, b: FrameEvent): number {
  return a.frame - b.frame || keyOf(a) - keyOf(b);
}

function keyOf(event: FrameEvent): number {
  return event.type === 'tempo' ? -1 : event.pitch;
}

function toDecodedEvent(event: FrameEvent, originBeat: Beats, channel: number): DecodedEvent {
  const beat = originBeat + event.frame / framesPerBeat;
  if (event.type === 'tempo') return { type: 'tempo', mark: { beat, bpm: event.bpm } };
  const { pitch, velocity, end, frame } = event;
  return { type: 'note', note: { beat, duration: (end - frame) / framesPerBeat, channel, pitch, velocity } };
}
