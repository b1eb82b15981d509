import type { DecodedEvent, IncrementalDecoder } from '../../../engine/contracts/tokenizer.js';
import type { Beats } from '../../../engine/music/units.js';
import { CharacterReader } from './character-reader.js';
import { NoteClock } from './note-clock.js';
import { durationOf, pitchOf, velocityOf } from './note-character.js';
import type { NoteScale } from './note-scale.js';
import type { PieceTable } from './piece-table.js';

/**
 * Gives out the notes of a piece with its id, and a note spelled in bytes with its last byte. The first step counts from
 * `originBeat`. Where `constant_advance` makes an onset step back, it happens where the stream already is.
 */
export class ThereminIncrementalDecoder implements IncrementalDecoder {
  private reader: CharacterReader;
  private clock: NoteClock;
  /** Steps from the origin to the last onset. */
  private position = 0;

  constructor(
    private readonly table: PieceTable,
    private readonly scale: NoteScale,
    private readonly originBeat: Beats,
  ) {
    this.reader = new CharacterReader(table);
    this.clock = new NoteClock(scale.options);
  }

  get frontierBeat(): Beats {
    return this.originBeat + this.scale.beatOfSteps(this.position);
  }

  push(token: number): readonly DecodedEvent[] {
    const characters = this.reader.push(token);
    return characters.length === 0 ? nothing : Array.from(characters, (character) => this.place(character));
  }

  peek(token: number): Beats | undefined {
    const character = this.reader.peek(token);
    return character === undefined ? undefined : this.originBeat + this.scale.beatOfSteps(Math.max(this.position, this.clock.peek(character)));
  }

  clone(): ThereminIncrementalDecoder {
    const copy = new ThereminIncrementalDecoder(this.table, this.scale, this.originBeat);
    copy.reader = this.reader.clone();
    copy.clock = this.clock.clone();
    copy.position = this.position;
    return copy;
  }

  private place(character: number): DecodedEvent {
    const { scale } = this;
    this.position = Math.max(this.position, this.clock.place(character));
    const note = {
      beat: this.frontierBeat,
      duration: scale.durationBeats(durationOf(character)),
      channel: scale.options.channel,
      pitch: pitchOf(character),
      velocity: scale.velocity(velocityOf(character)),
    };
    return { type: 'note', note };
  }
}

const nothing: readonly DecodedEvent[] = [];
