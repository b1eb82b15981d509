import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DecodedEvent } from '../../../../src/engine/contracts/tokenizer.js';
import { readTickScore } from '../../../../src/engine/midi-file/read-midi-file.js';
import type { TickEvent } from '../../../../src/engine/music/tick-score.js';
import { walk } from '../../../engine/contracts/tokenizer-contract.js';
import { fileNames, readMidi, tokenizerOf } from './vectors.js';

const tokenizer = tokenizerOf({ version: 'v2', optimise_midi: true, kwargs: {} });

function stream(ids: Iterable<number>, origin = 0): DecodedEvent[] {
  const decoder = tokenizer.startDecoder(origin);
  return [...ids].flatMap((id) => [...decoder.push(id)]);
}

/** Events as text, with the length of notes left out. */
function placed(event: DecodedEvent): string {
  if (event.type === 'note') return ['note', event.note.beat, event.note.channel, event.note.pitch].join();
  return [event.type, ...Object.values(event.mark).map(Number)].join();
}

function placedWhole(event: TickEvent): string {
  const beat = event.tick / 480;
  switch (event.type) {
    case 'note':
      return ['note', beat, event.channel, event.pitch].join();
    case 'program':
      return ['program', beat, event.channel, event.program].join();
    case 'control':
      return ['control', beat, event.channel, event.controller, event.value].join();
    case 'tempo':
      return ['tempo', beat, Math.round(6e7 / event.microsPerBeat)].join();
    case 'meter':
      return ['meter', beat, event.numerator, 2 ** event.denominatorPower].join();
    case 'key':
      return ['key', beat, event.sharps, Number(event.minor)].join();
  }
}

const row = {
  note: (time1: number, time2: number, pitch: number, steps = 4): number[] => [
    3, 9 + time1, 137 + time2, 2202, 2329, 2345 + pitch, 2473 + 80, 153 + steps,
  ],
  program: [4, 9, 137, 2202, 2329, 2601 + 24, 0, 0],
  tempo: [6, 9, 137, 2201, 2985 + 140, 0, 0, 0],
  meter: [7, 9, 137, 2201, 3369 + 2, 3385 + 1, 0, 0],
  key: [8, 9, 137, 2201, 3389 + 4, 3404 + 1, 0, 0],
  control: [5, 9, 137, 2202, 2329, 2729 + 7, 2857 + 100, 0],
  start: [1, 0, 0, 0, 0, 0, 0, 0],
  end: [2, 0, 0, 0, 0, 0, 0, 0],
};

describe('the incremental decoder of skytnt-events', () => {
  for (const name of fileNames) {
    it(`gives out the events of ${name} that decoding at once gives`, () => {
      const ids = tokenizer.encode(readTickScore(readMidi(name)));
      assert.deepEqual(stream(ids).map(placed).sort(), tokenizer.decode(ids).tracks.flat().map(placedWhole).sort());
    });
  }

  it('gives out the onsets of random streams that decoding at once gives', () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const ids: number[] = [];
      const eventKinds = ['program', 'control', 'meter', 'key'];
      walk(tokenizer.grammar, tokenizer.vocabulary.size, { eventKinds }, seed, 2000, (_state, id) => ids.push(id));
      assert.deepEqual(stream(ids).map(placed).sort(), tokenizer.decode(ids).tracks.flat().map(placedWhole).sort());
    }
  });

  it('gives a note out with the last id of its row, not before', () => {
    const decoder = tokenizer.startDecoder(0);
    const ids = row.note(1, 8, 60, 6);
    for (const id of ids.slice(0, 7)) assert.deepEqual(decoder.push(id), []);
    assert.deepEqual(decoder.push(ids[7]), [
      { type: 'note', note: { beat: 1.5, duration: 0.375, channel: 0, pitch: 60, velocity: 80 } },
    ]);
    assert.equal(decoder.frontierBeat, 1.5);
  });

  it('gives out every kind of mark in the words of the engine', () => {
    assert.deepEqual(stream([...row.tempo, ...row.meter, ...row.key, ...row.program, ...row.control], 4), [
      { type: 'tempo', mark: { beat: 4, bpm: 140 } },
      { type: 'meter', mark: { beat: 4, numerator: 3, denominator: 4 } },
      { type: 'key', mark: { beat: 4, sharps: -3, minor: true } },
      { type: 'program', mark: { beat: 4, channel: 0, program: 24 } },
      { type: 'control', mark: { beat: 4, channel: 0, controller: 7, value: 100 } },
    ]);
  });

  it('counts time1 from the origin, then from the row before, across the end of a history', () => {
    const history = [...row.start, ...row.note(0, 0, 60), ...row.note(3, 8, 62), ...row.end];
    const continuation = [...row.note(0, 12, 64), ...row.note(1, 0, 65)];
    const beats = stream([...history, ...continuation], 16).map((event) => event.type === 'note' && event.note.beat);
    assert.deepEqual(beats, [16, 19.5, 19.75, 20]);
  });

  it('plays an onset that steps back inside its beat where the stream already is', () => {
    const events = stream([...row.note(1, 12, 60), ...row.note(0, 4, 62), ...row.note(1, 0, 64)]);
    assert.deepEqual(events.map((event) => event.type === 'note' && event.note.beat), [1.75, 1.75, 2]);
  });

  it('gives out one of two notes that begin together on one pitch', () => {
    assert.equal(stream([...row.note(0, 0, 60, 4), ...row.note(0, 0, 60, 8), ...row.note(0, 1, 60)]).length, 2);
  });

  it('skips rows that are no event, and their time', () => {
    const broken = [3, 9 + 5, 9, 2201, 2329, 2405, 2553, 157];
    const events = stream([...row.start, ...broken, ...row.end, ...row.note(1, 0, 60)]);
    assert.deepEqual(events.map(placed), ['note,1,0,60']);
  });
});
