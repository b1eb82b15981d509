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
  it('knows the key of a tune, wherever it lies', () => {
    for (let by = 0; by < 12; by += 1) {
      assert.deepEqual(listen(scoreOf(tune(up(inCMajor, by))), 16).key, { scaleRoot: by, minor: false });
      assert.deepEqual(listen(scoreOf(tune(up(inAMinor, by))), 16).key, { scaleRoot: by, minor: true });
    }
  });

  it('says nothing of too little, of drums, or of what is long ago or still to come', () => {
    assert.deepEqual(listen(emptyScore, 0), { octaves: 0 });
    assert.deepEqual(listen(scoreOf(tune([72])), 16), { octaves: 0 });
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
  const inD = { scaleRoot: 2, minor: false };

  it('goes by the key asked for where none was heard', () => {
    assert.deepEqual(chooseKey(5, true, undefined, undefined, 'major', 0), { scaleRoot: 5, minor: false });
    assert.deepEqual(chooseKey(-1, true, undefined, undefined, 'major', 0), { scaleRoot: 11, minor: false });
  });

  it('continues music in its key, until it may not', () => {
    assert.equal(chooseKey(8, true, undefined, inD, 'auto', 0).scaleRoot, 2);
    assert.equal(chooseKey(8, false, undefined, inD, 'auto', 0).scaleRoot, 8);
  });

  it('takes the mode of the options, else of the music, else of the seed', () => {
    const inAMinorKey = { scaleRoot: 0, minor: true };
    assert.equal(chooseKey(0, true, undefined, inAMinorKey, 'major', 0).minor, false);
    assert.equal(chooseKey(0, true, undefined, inAMinorKey, 'auto', 1).minor, true);
    assert.equal(chooseKey(0, true, undefined, undefined, 'auto', 0.1).minor, true);
    assert.equal(chooseKey(0, true, undefined, undefined, 'auto', 0.9).minor, false);
  });

  it('stands where a given scale has most of its notes, in the key asked for where that is as good', () => {
    const root = (pitchClasses: number[], asked: number): number =>
      chooseKey(asked, true, { pitchClasses, strict: true, bias: 0 }, undefined, 'auto', 1).scaleRoot;
    assert.equal(root([2, 4, 6, 7, 9, 11, 1], 0), 2);
    assert.equal(root([0, 2, 4, 7, 9], 7), 7);
    assert.equal(root([0, 2, 4, 7, 9], 6), 0);
  });
});
