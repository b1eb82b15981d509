import type { TickEvent, TickScore } from '../../../engine/music/tick-score.js';
import { CharacterReader } from './character-reader.js';
import { NoteClock } from './note-clock.js';
import { durationOf, pitchOf, velocityOf } from './note-character.js';
import type { NoteScale } from './note-scale.js';
import type { PieceTable } from './piece-table.js';

/** The score that ids stand for: one track of notes, led by the tempo where time is seconds. */
export function decodeTokens(tokens: ArrayLike<number>, table: PieceTable, scale: NoteScale): TickScore {
  const { options, ticksPerBeat } = scale;
  const reader = new CharacterReader(table);
  const clock = new NoteClock(options);
  const events: TickEvent[] = scale.isInSeconds ? [{ type: 'tempo', tick: 0, microsPerBeat: Math.round(60e6 / options.bpm) }] : [];
  for (let index = 0; index < tokens.length; index += 1) {
    for (const character of reader.push(tokens[index])) {
      events.push({
        type: 'note',
        tick: scale.ticksOfSteps(clock.place(character)),
        duration: scale.ticksOfDuration(durationOf(character)),
        channel: options.channel,
        pitch: pitchOf(character),
        velocity: scale.velocity(velocityOf(character)),
      });
    }
  }
  return { ticksPerBeat, tracks: [events.sort((a, b) => a.tick - b.tick)] };
}
