import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SkytntVocabulary, type ParameterName } from '../../../../src/plugins/tokenizers/skytnt-events/vocabulary.js';

describe('the skytnt-events vocabulary', () => {
  it('has the ids of v2', () => {
    const vocabulary = new SkytntVocabulary('v2');
    const firsts: [ParameterName, number, number][] = [
      ['time1', 9, 128],
      ['time2', 137, 16],
      ['duration', 153, 2048],
      ['track', 2201, 128],
      ['channel', 2329, 16],
      ['pitch', 2345, 128],
      ['velocity', 2473, 128],
      ['patch', 2601, 128],
      ['controller', 2729, 128],
      ['value', 2857, 128],
      ['bpm', 2985, 384],
      ['nn', 3369, 16],
      ['dd', 3385, 4],
      ['sf', 3389, 15],
      ['mi', 3404, 2],
    ];
    assert.equal(vocabulary.size, 3406);
    assert.deepEqual(
      firsts.map(([name]) => [name, vocabulary.block(name).first, vocabulary.block(name).size]),
      firsts,
    );
    assert.deepEqual(
      vocabulary.events.map(({ kind, id, parameters }) => [kind, id, parameters.length + 1]),
      [
        ['note', 3, 8],
        ['program', 4, 6],
        ['control', 5, 7],
        ['tempo', 6, 5],
        ['meter', 7, 6],
        ['key', 8, 6],
      ],
    );
  });

  it('has the ids of v1, where a note says its length before its channel', () => {
    const vocabulary = new SkytntVocabulary('v1');
    assert.equal(vocabulary.size, 3239);
    assert.deepEqual(
      vocabulary.events.map(({ kind, id }) => [kind, id]),
      [
        ['note', 3],
        ['program', 4],
        ['control', 5],
        ['tempo', 6],
      ],
    );
    assert.deepEqual(
      vocabulary.shapeOf('note')?.parameters.map(({ name, first }) => [name, first]),
      [
        ['time1', 7],
        ['time2', 135],
        ['track', 2199],
        ['duration', 151],
        ['channel', 2327],
        ['pitch', 2343],
        ['velocity', 2471],
      ],
    );
    assert.equal(vocabulary.block('bpm').first, 2983);
    assert.equal(vocabulary.shapeOf('key'), undefined);
  });

  it('says what an id means', () => {
    const vocabulary = new SkytntVocabulary('v2');
    assert.deepEqual([0, 1, 2, 3, 2405, 3405, 3406].map((id) => vocabulary.describe(id)), [
      'pad',
      'start',
      'end',
      'note',
      'pitch 60',
      'mi 1',
      'unknown 3406',
    ]);
  });
});
