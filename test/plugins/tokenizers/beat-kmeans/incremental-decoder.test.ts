import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DecodedEvent } from '../../../../src/engine/contracts/tokenizer.js';
import type { TickEvent } from '../../../../src/engine/music/tick-score.js';
import type { BeatKmeansTokenizer } from '../../../../src/plugins/tokenizers/beat-kmeans/beat-tokenizer.js';
import { seededRandom, walk } from '../../../engine/contracts/tokenizer-contract.js';
import { fileNames, readMidi, tokenizerOf } from './support.js';

const tokenizer = tokenizerOf();
const base = tokenizerOf({ mode: 'base' });
const [end, beat, c4, e4] = [4787, 4748, 3644, 3648];
/** Level 1 codes: a note of the whole beat; one of its first half; a sound held through it; one held for a quarter. */
const [whole, half, through, heldQuarter] = [95, 71, 47, 11];

function stream(of: BeatKmeansTokenizer, ids: Iterable<number>): DecodedEvent[] {
  const decoder = of.startDecoder(0);
  return [...ids].flatMap((id) => [...decoder.push(id)]);
}

function placed(event: DecodedEvent): string {
  if (event.type === 'note') return ['note', ...[event.note.beat, event.note.duration].map((each) => each.toFixed(6)), event.note.pitch, event.note.velocity].join();
  return event.type === 'tempo' ? ['tempo', event.mark.beat.toFixed(6), event.mark.bpm].join() : event.type;
}

function placedWhole(event: TickEvent): string {
  if (event.type === 'note') return ['note', ...[event.tick, event.duration].map((each) => (each / 480).toFixed(6)), event.pitch, event.velocity].join();
  return event.type === 'tempo' ? ['tempo', (event.tick / 480).toFixed(6), Math.round(60e6 / event.microsPerBeat)].join() : event.type;
}

function assertSame(of: BeatKmeansTokenizer, ids: readonly number[]): void {
  const events = stream(of, [...ids, end]);
  assert.deepEqual(events.map(placed).sort(), of.decode(ids).tracks.flat().map(placedWhole).sort());
  const beats = events.map((event) => (event.type === 'note' ? event.note.beat : event.type === 'tempo' ? event.mark.beat : NaN));
  beats.slice(1).forEach((each, index) => assert.ok(each >= beats[index]));
}

describe('the incremental decoder of beat-kmeans', () => {
  for (const name of fileNames) {
    it(`gives out the events of ${name} that decoding at once gives, in order of beat`, () => {
      for (const each of [tokenizer, base]) assertSame(each, [...each.encode(readMidi(name))]);
    });
  }

  it('gives out the events of random streams that decoding at once gives, in order of beat', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      for (const each of [tokenizer, base]) {
        const ids: number[] = [];
        walk(each.grammar, each.vocabulary.size, {}, seed, 1500, (_state, id) => ids.push(id));
        assertSame(each, ids);
      }
    }
  });

  it('gives out the events of damaged streams that decoding at once gives, in order of beat', () => {
    const sound = [...tokenizer.encode(readMidi('pop909-326'))];
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = seededRandom(seed);
      const at = Math.floor(random() * sound.length);
      const ids = sound.slice(at, at + 600).map((id) => (random() < 0.05 ? Math.floor(random() * 4800) - 5 : id));
      assertSame(tokenizer, ids);
    }
  });

  it('gives a note out with the beat it ends in, not before: a lower note may still come', () => {
    const decoder = base.startDecoder(4);
    for (const id of [beat, c4, half]) assert.deepEqual(decoder.push(id).filter(({ type }) => type === 'note'), []);
    assert.equal(decoder.frontierBeat, 4);
    assert.deepEqual(decoder.push(beat), [{ type: 'note', note: { beat: 4, duration: 0.5, channel: 0, pitch: 60, velocity: 64 } }]);
    assert.equal(decoder.frontierBeat, 5);
  });

  it('knows that a held note ended as soon as a higher key is told', () => {
    const decoder = base.startDecoder(0);
    for (const id of [beat, c4, whole, beat]) decoder.push(id);
    assert.equal(decoder.frontierBeat, 0);
    assert.deepEqual(decoder.push(e4).map(placed), ['note,0.000000,1.000000,60,64']);
    assert.equal(decoder.frontierBeat, 1);
  });

  it('holds notes back while one that began before them still sounds', () => {
    const decoder = base.startDecoder(0);
    const told: string[][] = [];
    for (const id of [beat, c4, whole, beat, c4, through, e4, half, beat, c4, heldQuarter]) told.push(decoder.push(id).map(placed));
    assert.deepEqual(told.flat(), ['tempo,0.000000,125', 'note,0.000000,2.250000,60,64', 'note,1.000000,0.500000,64,64']);
    assert.deepEqual(told.at(-1), ['note,0.000000,2.250000,60,64', 'note,1.000000,0.500000,64,64']);
  });

  it('knows up to where onsets were told, those too that wait', () => {
    const decoder = base.startDecoder(0);
    const told = [beat, c4, whole, beat, c4, through, e4, half].map((id) => (decoder.push(id), decoder.toldUntilBeat));
    const past = (onset: number): number => onset + 1 / 48;
    assert.deepEqual(told.map((until) => Math.round(until * 48)), [0, 0, 1, 1, 1, 1, 1, 49]);
    assert.equal(decoder.clone().toldUntilBeat, past(1));
    assert.equal(decoder.frontierBeat, 0);
  });

  it('is not slowed by thousands of notes that wait under a long one', () => {
    const beats = 20_000;
    const ids = Array.from({ length: beats }, () => [beat, c4, through, e4, half]).flat();
    ids[2] = whole;
    const { user } = process.cpuUsage();
    assert.equal(stream(base, [...ids, end]).length, beats + 2);
    assert.ok(process.cpuUsage().user - user < 2e6);
  });

  it('ends with the end of the stream every note that sounds', () => {
    assert.deepEqual(stream(base, [beat, c4, whole, end]).map(placed).at(-1), 'note,0.000000,1.000000,60,64');
    assert.deepEqual(stream(base, [beat, c4, whole, end, beat, c4, through, e4, half, end]).map(placed).slice(1), [
      'note,0.000000,1.000000,60,64',
      'note,1.000000,0.500000,64,64',
    ]);
  });

  it('says a tempo where it changes', () => {
    assert.deepEqual(stream(base, [beat, beat, beat + 1, beat]).map(placed), ['tempo,0.000000,125', 'tempo,2.000000,135', 'tempo,3.000000,125']);
  });

  it('counts and skips ids that have no place', () => {
    const decoder = base.startDecoder(0);
    for (const id of [beat, whole, 3712, c4, whole, c4, 3584, 4224, -1, 9999, 4788]) decoder.push(id);
    assert.equal(decoder.skippedIds, 8);
    assert.equal(decoder.push(beat).length, 0);
    assert.equal(decoder.push(beat).length, 1);
  });

  it('takes a cell that is cut short for silence', () => {
    assert.deepEqual(stream(base, [beat, c4, 2048 + 25, beat, c4, whole, beat, beat]).map(placed).slice(1), ['note,1.000000,1.000000,60,64']);
  });
});
