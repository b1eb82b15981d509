import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TakeLine } from '../../../src/engine/recording/take-line.js';
import type { PlayedMessage } from '../../../src/engine/recording/take-output.js';
import { TakeWriter } from '../../../src/engine/recording/take-writer.js';

function stage() {
  const bars = { length: 4 };
  const lines: TakeLine[] = [];
  const writer = new TakeWriter(() => bars.length, (line) => lines.push(line));
  let id = 1;
  const played = (type: PlayedMessage['type'], beat: number): void => {
    writer.played({ type, id, owner: 1, beat, channel: 0, data1: 60, data2: 90, microsPerBeat: 500_000 });
  };
  return {
    bars,
    writer,
    goesOn: (beat: number): void => played('goesOn', beat),
    /** A note of a deck that ends at `until`. */
    plays: (beat: number, until: number): void => {
      played('note', beat);
      played('noteOff', until);
      id += 1;
    },
    hears: (beat: number, now = beat, duration = 0.5): void => {
      const note = { beat, duration, channel: 0, pitch: 50, velocity: 70 };
      writer.heard({ type: 'began', source: 'midi', note }, { beat: now, bpm: 120 });
      writer.heard({ type: 'ended', source: 'midi', note }, { beat: now, bpm: 120 });
    },
    starts: (): readonly number[] => lines.flatMap((line) => ('on' in line ? [line.beat] : [])),
    ends: (): readonly number[] => lines.flatMap((line) => ('off' in line ? [line.beat] : [])),
    meters: (): readonly (readonly number[])[] => lines.flatMap((line) => ('beatsPerBar' in line ? [[line.beat, line.beatsPerBar]] : [])),
    tempos: (): readonly number[] => lines.flatMap((line) => ('bpm' in line ? [line.beat] : [])),
    markers: (): readonly (readonly (string | number)[])[] => lines.flatMap((line) => ('marker' in line ? [[line.beat, line.marker]] : [])),
  };
}

describe('the place of what is heard', () => {
  it('is before the downbeat that it leads into, in each song of a run', () => {
    const { writer, goesOn, plays, hears, starts } = stage();
    for (const length of [100, 50, 20]) {
      writer.moved();
      hears(-1);
      goesOn(0);
      plays(0, length);
    }
    assert.deepEqual(starts(), [3, 4, 107, 108, 159, 160]);
  });

  it('is of where the host has jumped to, also before it is told what was played and ended there', () => {
    for (const to of [100, 0]) {
      const { writer, goesOn, plays, hears, starts, ends } = stage();
      goesOn(4);
      writer.moved();
      hears(to);
      plays(4, 6.75);
      goesOn(to);
      plays(to + 1, to + 2);
      assert.deepEqual(starts(), [0, 0, 1], 'nothing had been told of when it was heard');
      assert.deepEqual(ends(), [0.5, 2.75, 2]);
    }
  });

  it('is of where the host has jumped to while no deck plays', () => {
    const { writer, goesOn, plays, hears, starts } = stage();
    goesOn(0);
    plays(0, 7.5);
    writer.moved();
    for (const beat of [100, 104]) hears(beat);
    goesOn(106);
    plays(106, 107);
    assert.deepEqual(starts(), [0, 8, 12, 14]);
  });

  it('is where it was told of ahead of time, and the music goes on where it is', () => {
    const { writer, bars, goesOn, plays, hears, starts, tempos, meters } = stage();
    goesOn(0);
    plays(0, 9.5);
    bars.length = 5;
    hears(42, 9.6);
    assert.equal(writer.end, 9.6);
    goesOn(12);
    plays(12, 13);
    assert.deepEqual(starts(), [0, 42, 12]);
    assert.deepEqual(tempos(), [0]);
    assert.deepEqual(meters(), [[0, 4], [10, 5]]);
  });

  it('is the end of the music where it ends as it was told, and not later', () => {
    const { writer, goesOn, hears, ends } = stage();
    goesOn(0);
    hears(1, 1.1, 16);
    assert.deepEqual(ends(), [17]);
    assert.equal(writer.end, 1.1);
  });
});

describe('the bars of a take', () => {
  it('change on a bar line of the new ones', () => {
    for (const [length, line] of [[3, 12], [5, 15], [7, 14]]) {
      const { bars, goesOn, plays, meters } = stage();
      goesOn(0);
      plays(0, 11.9);
      bars.length = length;
      plays(11.95, 11.97);
      for (let beat = 12; beat < 20; beat += 0.5) plays(beat, beat + 0.25);
      assert.deepEqual(meters(), [[0, 4], [line, length]]);
    }
  });

  it('are those that hold when the line comes, whatever was set before', () => {
    const { bars, goesOn, plays, meters } = stage();
    goesOn(0);
    for (const [beat, length] of [[0, 4], [12.25, 4], [12.5, 7], [13, 4], [15, 3]]) {
      bars.length = length;
      plays(beat, beat + 0.25);
    }
    assert.deepEqual(meters(), [[0, 4], [15, 3]]);
  });

  it('begin with the bar of what leads into the first downbeat', () => {
    const { bars, goesOn, plays, hears, meters } = stage();
    bars.length = 3;
    hears(-1);
    goesOn(0);
    plays(0, 1);
    assert.deepEqual(meters(), [[0, 3]]);
  });

  it('are gone on in where the host jumps after they have changed in the middle of one', () => {
    const { bars, goesOn, plays, meters, starts } = stage();
    goesOn(0);
    plays(0, 8);
    bars.length = 7;
    plays(8.5, 14);
    plays(14, 15);
    goesOn(0);
    plays(0, 1);
    bars.length = 4;
    plays(4, 5);
    goesOn(7);
    plays(7, 8);
    assert.deepEqual(meters(), [[0, 4], [14, 7], [25, 4]]);
    assert.deepEqual(starts(), [0, 8.5, 14, 21, 25, 28]);
  });
});

describe('a marker', () => {
  it('of a place where nothing has happened yet is told where the music goes on there', () => {
    const { writer, goesOn, plays, hears, markers } = stage();
    goesOn(0);
    plays(0, 7.5);
    writer.mark('scene', 'scene 1', 2);
    writer.moved();
    writer.mark('scene', 'scene 2', 50);
    writer.mark('scene', 'scene 3', 51);
    hears(52);
    writer.mark('scene', 'scene 4', 56);
    assert.deepEqual(markers(), [[2, 'scene 1'], [8, 'scene 3'], [12, 'scene 4']]);
    assert.equal(writer.end, 8);
  });
});
