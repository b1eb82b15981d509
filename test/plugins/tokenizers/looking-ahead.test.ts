import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DecodedEvent, WaitingNote } from '../../../src/engine/contracts/tokenizer.js';
import type { Note } from '../../../src/engine/music/note.js';
import { eventBeat } from '../../../src/engine/generation/event-beat.js';
import { walk } from '../../engine/contracts/random-walk.js';
import { openTokenizers } from './support/manifest.js';

const streamTokens = 1500;
/** Ids looked at of each place. */
const idsTried = 40;
const tiny = 1e-9;

function nameOf({ beat, pitch, channel, velocity }: Note): string {
  return `${beat.toFixed(6)} ${pitch} ${channel} ${velocity}`;
}

for (const { name, tokenizer } of await openTokenizers()) {
  const { grammar, vocabulary } = tokenizer;

  describe(`a decoder that is looked ahead with, ${name}`, () => {
    it('tells when the first event comes of an id as the id itself does', (context) => {
      const decoder = tokenizer.startDecoder(4);
      if (!decoder.peek) return context.skip('it is looked ahead with by a copy');
      let told = 0;
      walk(grammar, vocabulary.size, {}, 5, streamTokens, (_state, id) => {
        for (let index = 0; index < idsTried; index += 1) {
          const other = (id + index * 97) % vocabulary.size;
          const [event] = decoder.clone().push(other);
          assert.equal(decoder.peek?.(other), event && eventBeat(event), `id ${other}`);
          if (event) told += 1;
        }
        decoder.push(id);
      });
      assert.ok(told > 0);
    });

    it('gives out what waits as it was told, and no note before where all onsets are told that did not wait', (context) => {
      const decoder = tokenizer.startDecoder(4);
      if (!decoder.waiting) return context.skip('no note waits');
      const lengths = new Map<string, number>();
      const over = new Map<string, number>();
      let until = -Infinity;
      let given = 0;
      const take = (event: DecodedEvent): void => {
        if (event.type !== 'note') return;
        const { note } = event;
        const known = lengths.get(nameOf(note));
        if (note.beat < until - tiny) assert.ok(known !== undefined, `a note at ${note.beat} was not told, though all before ${until} were`);
        assert.ok(note.duration >= (known ?? 0) - tiny, 'a note that waits grows');
        assert.ok(Math.abs(note.duration - (over.get(nameOf(note)) ?? note.duration)) < tiny, 'a note that is over keeps its length');
        given += 1;
      };
      walk(grammar, vocabulary.size, {}, 6, streamTokens, (_state, id) => {
        for (const event of decoder.push(id)) take(event);
        assert.ok((decoder.onsetsUntilBeat ?? Infinity) >= decoder.frontierBeat - tiny);
        until = decoder.onsetsUntilBeat ?? until;
        for (const { note, isOver } of decoder.waiting as readonly WaitingNote[]) {
          lengths.set(nameOf(note), note.duration);
          if (isOver) over.set(nameOf(note), note.duration);
        }
      });
      assert.ok(given > 20, `${given} notes`);
    });
  });
}
