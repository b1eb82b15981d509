import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Note } from '../../../../src/engine/music/note.js';
import { emptyScore, scoreOf } from '../../../../src/engine/music/score.js';
import { chooseKey } from '../../../../src/plugins/models/perlin/key-choice.js';
import { listen, ownCentre } from '../../../../src/plugins/models/perlin/listening.js';

function tune(pitches: readonly number[], channel = 0): readonly Note[] {
  return pitches.map((pitch, index) => ({ beat: index, duration: 1, channel, pitch, velocity: 80 }));
}

const inCMajor = [72, 76, 79, 76, 77, 74, 71, 72, 79, 76, 72, 74, 71, 67, 72, 72];
const inAMinor = [69, 72, 76, 69, 74, 72, 71, 69, 76, 77, 76, 72, 71, 68, 69, 69];
const up = (pitches: readonly number[], by: number): number[] => pitches.map((pitch) => pitch + by);

describe('listen', () => {
  it('knows the scale and the mode of a tune in every key', () => {
    for (let by = 0; by < 12; by += 1) {
      const major = listen(scoreOf(tune(up(inCMajor, by))), 16);
      const minor = listen(scoreOf(tune(up(inAMinor, by))), 16);
      assert.equal(major.scaleRoot, by);
      assert.equal(minor.scaleRoot, by);
      assert.ok((major.minorness?.[by] ?? 0) < 0 && (minor.minorness?.[by] ?? 0) > 0);
      assert.equal(major.coverage?.[by], 1);
    }
  });

  it('says nothing of too little, of drums, or of what is long ago or still to come', () => {
    assert.deepEqual(listen(emptyScore, 0), { octaves: 0 });
    assert.deepEqual(listen(scoreOf(tune([60, 62, 64])), 16), { octaves: 0 });
    assert.deepEqual(listen(scoreOf(tune(inCMajor, 9)), 16), { octaves: 0 });
    assert.deepEqual(listen(scoreOf(tune(inCMajor)), 100), { octaves: 0 });
    assert.deepEqual(listen(scoreOf(tune(inCMajor)), 0), { octaves: 0 });
  });

  it('tells in which octave the tune lies, whatever lies below', () => {
    const around = (centre: number): Note[] => [...tune(up(inCMajor, centre - 74)), ...tune(up(inCMajor, -36), 2)];
    assert.equal(listen(scoreOf(around(ownCentre)), 16).octaves, 0);
    assert.equal(listen(scoreOf(around(ownCentre + 14)), 16).octaves, 1);
    assert.equal(listen(scoreOf(around(ownCentre - 14)), 16).octaves, -1);
  });
});

describe('chooseKey', () => {
  const inD = listen(scoreOf(tune(up(inCMajor, 2))), 16);
  const nothing = { octaves: 0 };

  it('goes by the key asked for', () => {
    assert.deepEqual(chooseKey(5, true, undefined, nothing, 'major', 0), { scaleRoot: 5, minor: false });
    assert.deepEqual(chooseKey(-1, true, undefined, nothing, 'major', 0), { scaleRoot: 11, minor: false });
  });

  it('continues music of clearly another key in that key, until it may not', () => {
    assert.equal(chooseKey(8, true, undefined, inD, 'auto', 0).scaleRoot, 2);
    assert.equal(chooseKey(8, false, undefined, inD, 'auto', 0).scaleRoot, 8);
  });

  it('does not leave the key asked for because of one strange note', () => {
    const nearlyC = listen(scoreOf(tune([...inCMajor.slice(0, -1), 73])), 16);
    assert.equal(chooseKey(0, true, undefined, nearlyC, 'auto', 0).scaleRoot, 0);
  });

  it('takes the mode of the options, else of the music, else of the seed', () => {
    const minor = listen(scoreOf(tune(inAMinor)), 16);
    assert.equal(chooseKey(0, true, undefined, minor, 'major', 0).minor, false);
    assert.equal(chooseKey(0, true, undefined, minor, 'auto', 1).minor, true);
    assert.equal(chooseKey(0, true, undefined, nothing, 'auto', 0.1).minor, true);
    assert.equal(chooseKey(0, true, undefined, nothing, 'auto', 0.9).minor, false);
  });

  it('stands where a given scale has most of its notes, in the key asked for where that is as good', () => {
    const scale = (pitchClasses: number[]): { pitchClasses: number[]; strict: boolean; bias: number } => ({ pitchClasses, strict: true, bias: 0 });
    assert.equal(chooseKey(0, true, scale([2, 4, 6, 7, 9, 11, 1]), nothing, 'auto', 1).scaleRoot, 2);
    assert.equal(chooseKey(7, true, scale([0, 2, 4, 7, 9]), nothing, 'auto', 1).scaleRoot, 7);
    assert.equal(chooseKey(6, true, scale([0, 2, 4, 7, 9]), nothing, 'auto', 1).scaleRoot, 0);
  });
});
