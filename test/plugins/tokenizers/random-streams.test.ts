import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { DecodedEvent } from '../../../src/engine/contracts/tokenizer.js';
import type { MusicConstraint } from '../../../src/engine/music/constraint.js';
import type { TickScore } from '../../../src/engine/music/tick-score.js';
import { walk } from '../../engine/contracts/random-walk.js';
import { openTokenizers } from './support/manifest.js';
import { sensibleConstraint } from './skytnt-events/wishes.js';

/** `CONTINUO_FUZZ_SEEDS=1000` for the whole of it; what no id may be in each format is in the format's own tests. */
const seeds = Number(process.env.CONTINUO_FUZZ_SEEDS ?? 3);
const streamTokens = 10_000;

/** Onsets to a thousandth of a beat, pitches and channels of all notes. */
function wholeNotes({ tracks, ticksPerBeat }: TickScore): Set<string> {
  const notes = new Set<string>();
  for (const track of tracks) {
    for (const event of track) if (event.type === 'note') notes.add(spelled(event.tick / ticksPerBeat, event.pitch, event.channel));
  }
  return notes;
}

function spelled(beat: number, pitch: number, channel: number): string {
  return `${Math.round(beat * 1000)} ${pitch} ${channel}`;
}

for (const { name, tokenizer } of await openTokenizers()) {
  describe(`at random, ${name}`, () => {
    it(`goes on, and streams no note that its decoding lacks, in ${seeds} streams of ${streamTokens} ids`, () => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        const constraint: MusicConstraint = seed % 3 === 0 ? {} : fc.sample(sensibleConstraint, { numRuns: 1, seed })[0];
        const decoder = tokenizer.startDecoder(0);
        const events: DecodedEvent[] = [];
        const ids: number[] = [];
        walk(tokenizer.grammar, tokenizer.vocabulary.size, constraint, seed, streamTokens, (_state, id) => {
          ids.push(id);
          events.push(...decoder.push(id));
        });
        const whole = wholeNotes(tokenizer.decode(ids));
        const streamed = events.flatMap((event) => (event.type === 'note' ? [event.note] : []));
        assert.ok(streamed.length > 0, `seed ${seed}: no note in ${streamTokens} ids`);
        const lost = streamed.find(({ beat, pitch, channel }) => !whole.has(spelled(beat, pitch, channel)));
        assert.equal(lost, undefined, `seed ${seed}`);
      }
    });
  });
}
