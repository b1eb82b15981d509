import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AllowedTokens, type DecodedEvent } from '../../../../src/engine/contracts/tokenizer.js';
import { RemiTokenizer } from '../../../../src/plugins/tokenizers/remi-bpe/remi-tokenizer.js';
import { sixteenths } from './samples.js';

const [barId, trackStartId, trackEndId] = [4, 5, 6];
const positionId = (position: number): number => 7 + position;
const programId = (program: number): number => 253 + program;
const noteIds = (pitch: number): readonly number[] => [23 + pitch, 151 + 16, 183 + 1];

const base = new RemiTokenizer({ encoding: 'base', program: 3 });
const words = (ids: ArrayLike<number>): string[] => Array.from(ids, (id) => base.vocabulary.describe(id));

describe('remi-bpe with one part', () => {
  it('writes everybody on its program, and no drums', () => {
    const score = sixteenths([{ tick: 0, pitch: 60 }, { tick: 4, channel: 5, pitch: 62 }, { tick: 8, channel: 9, pitch: 36 }], [
      { type: 'program', tick: 0, channel: 5, program: 40 },
    ]);
    const ids = [...base.encode(score)];
    assert.equal(ids.filter((id) => id === trackStartId).length, 1);
    assert.ok(ids.includes(programId(3)) && !ids.includes(programId(40)));
    const pitches = base.decode(ids).tracks.flat().flatMap((event) => (event.type === 'note' ? [event.pitch] : []));
    assert.deepEqual(pitches, [60, 62]);
  });

  it('knows that nothing can come before a place it has come to, and that a bar is over with its track', () => {
    const decoder = base.startDecoder(8);
    const frontiers = [[barId, trackStartId, programId(3)], [positionId(6)], noteIds(60), noteIds(64), [positionId(12)], noteIds(62), [trackEndId], [barId]].map((ids) => {
      for (const id of ids) decoder.push(id);
      return decoder.frontierBeat;
    });
    assert.deepEqual(frontiers, [8, 9.5, 9.5, 9.5, 11, 11, 12, 12]);
  });

  it('says what was told of a note before it is certain', () => {
    const decoder = base.startDecoder(0);
    const told = [barId, trackStartId, programId(3), positionId(2), ...noteIds(60), trackEndId].map((id) => {
      decoder.push(id);
      return decoder.toldUntilBeat;
    });
    assert.deepEqual(told, [undefined, undefined, undefined, 0.75, 0.75, 0.75, undefined, undefined]);
  });

  it('leaves the bar open in which the music goes on', () => {
    const score = sixteenths([{ tick: 0 }, { tick: 18, pitch: 64 }]);
    const track = (...ids: readonly number[]): string[] => words([trackStartId, programId(3), ...ids]);
    const note = (position: number, pitch: number): readonly number[] => [positionId(position), 23 + pitch, 151 + 16, 183 + 3];
    const told = (untilTick: number): string[] => words(base.encodeUntil(score, untilTick)).slice(4, -1);
    const first = [...track(...note(0, 60), trackEndId), 'bar'];
    assert.deepEqual(told(21), [...first, ...track(...note(2, 64))]);
    assert.deepEqual(told(32), [...first, ...track(...note(2, 64), trackEndId), 'bar']);
    assert.deepEqual(told(49), [...first, ...track(...note(2, 64), trackEndId), 'bar', 'bar']);
  });

  it('goes on behind what it was told, and nowhere before', () => {
    for (const encoding of ['base', 'bpe'] as const) {
      const tokenizer = new RemiTokenizer({ encoding, program: 0 });
      const ids = [...tokenizer.encodeUntil(sixteenths([{ tick: 0 }, { tick: 3, pitch: 64 }]), 7)].slice(0, -1);
      const decoder = tokenizer.startDecoder(0);
      for (const id of ids) decoder.push(id);
      const state = ids.slice(1).reduce((before, id) => tokenizer.grammar.advance(before, id), tokenizer.grammar.initial());
      const allowed = new AllowedTokens(tokenizer.vocabulary.size);
      tokenizer.grammar.allow(state, { earliestBeat: 1.6, maximumRestBeats: 1 }, allowed);
      const firsts = Array.from(allowed.ids.subarray(0, allowed.count), (id) => {
        const copy = decoder.clone();
        return { events: copy.push(id), frontierBeat: copy.frontierBeat };
      });
      assert.ok(firsts.length > 0);
      for (const { events, frontierBeat } of firsts) {
        // A rest of a beat since 0.75 ends at the first place there is.
        assert.equal(frontierBeat >= 1.75 && events.every((event) => beatOf(event) >= 1.75), true);
        assert.ok(events.length === 0 || beatOf(events[0]) === 1.75);
      }
    }
  });
});

function beatOf(event: DecodedEvent): number {
  return event.type === 'note' ? event.note.beat : event.mark.beat;
}
