import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chordPitchClasses } from '../../../src/engine/music/chord-name.js';
import { notesFromText } from '../../../src/engine/music/notes-text.js';
import { pitchClassNames, pitchClassOf, pitchOf } from '../../../src/engine/music/pitch-name.js';
import { gridBeats, gridNames, lineFrom, nearestLine } from '../../../src/engine/music/rhythm-grid.js';
import { nearestMajorKey, scaleNames, scalePitchClasses } from '../../../src/engine/music/scale.js';

describe('pitches by name', () => {
  it('are what a keyboard says they are', () => {
    const pitches = { 'C4': 60, 'A4': 69, 'Bb3': 58, 'F#5': 78, 'Cb4': 59, 'B#3': 60, 'C-1': 0, 'G9': 127, '60': 60, 'e2': 40 };
    for (const [name, pitch] of Object.entries(pitches)) assert.equal(pitchOf(name), pitch, name);
  });

  it('are none where the name is none, or beyond MIDI', () => {
    for (const name of ['', 'H4', 'C', 'G#9', 'C-2', '128', '-1', 'C#b4', '4C']) assert.equal(pitchOf(name), undefined, name);
  });

  it('have a class each that the table names', () => {
    assert.deepEqual(pitchClassNames.map(pitchClassOf), [0, 1, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11]);
  });
});

describe('scales', () => {
  it('hold their root, and move with it', () => {
    for (const name of scaleNames) {
      for (let root = 0; root < 12; root += 1) {
        const classes = scalePitchClasses(name, root);
        assert.ok(classes.includes(root) && new Set(classes).size === classes.length);
        assert.deepEqual(classes, scalePitchClasses(name, 0).map((step) => (step + root) % 12).sort((a, b) => a - b));
      }
    }
  });

  it('of the church lie in the major key they are made of', () => {
    const modes = { major: 0, dorian: 2, phrygian: 4, lydian: 5, mixolydian: 7, minor: 9, locrian: 11 } as const;
    for (const [name, step] of Object.entries(modes)) {
      for (let key = 0; key < 12; key += 1) assert.equal(nearestMajorKey(scalePitchClasses(name as keyof typeof modes, (key + step) % 12), 3), key, name);
    }
  });

  it('that fit several keys leave the one that is wanted', () => {
    assert.equal(nearestMajorKey(scalePitchClasses('major-pentatonic', 0), 5), 5);
    assert.equal(nearestMajorKey(scalePitchClasses('chromatic', 0), 8), 8);
  });
});

describe('chords', () => {
  it('are found by name, with another bass too', () => {
    const chords = {
      'C': [0, 4, 7], 'Am': [0, 4, 9], 'Cm7': [0, 3, 7, 10], 'F#maj7/A#': [1, 5, 6, 10], 'Bbsus4': [3, 5, 10], 'Ddim7': [2, 5, 8, 11],
      'Em7b5': [2, 4, 7, 10], 'G7#9': [2, 5, 7, 10, 11], 'C/D': [0, 2, 4, 7], 'A-7': [0, 4, 7, 9], 'Ebm6/9': [0, 3, 5, 6, 10],
    };
    for (const [name, classes] of Object.entries(chords)) assert.deepEqual(chordPitchClasses(name), classes, name);
  });

  it('are found by their notes, and by numbers', () => {
    assert.deepEqual(chordPitchClasses('C Eb G'), [0, 3, 7]);
    assert.deepEqual(chordPitchClasses('7, 0 4'), [0, 4, 7]);
    assert.deepEqual(chordPitchClasses('0'), [0]);
  });

  it('are none where nobody would know them', () => {
    for (const text of ['', '  ', 'H7', 'Cfoo', 'C/H', '12', 'C E X', 'C/']) assert.equal(chordPitchClasses(text), undefined, text);
  });
});

describe('a rhythm grid', () => {
  it('has lines that are the same however far they are', () => {
    fc.assert(fc.property(fc.constantFrom(...gridNames.filter((name) => name !== 'off')), fc.integer({ min: -500, max: 5000 }), (name, bar) => {
      assert.equal(nearestLine(bar * 2, gridBeats(name)), bar * 2);
      assert.equal(lineFrom(bar * 2 + 1e-12, gridBeats(name)), bar * 2);
    }));
  });

  it('takes what lies between two lines to the nearest', () => {
    fc.assert(fc.property(fc.constantFrom(...gridNames.filter((name) => name !== 'off')), fc.double({ min: -100, max: 1000, noNaN: true }), (name, beat) => {
      const grid = gridBeats(name);
      const line = nearestLine(beat, grid);
      assert.ok(Math.abs(line - beat) <= grid / 2 + 1e-6);
      assert.ok(Math.abs(nearestLine(line, grid) - line) < 1e-12);
      assert.ok(lineFrom(beat, grid) >= beat - 1e-6 && lineFrom(beat, grid) < beat + grid);
    }));
  });
});

describe('notes as text', () => {
  it('follow each other, with chords and rests', () => {
    const written = notesFromText('C4:1 E4+G4:0.5 r:0.5 60');
    assert.ok('notes' in written);
    assert.deepEqual(written.notes.map(({ beat, pitch, duration }) => [beat, pitch, duration]), [[0, 60, 1], [1, 64, 0.5], [1, 67, 0.5], [2, 60, 1]]);
    assert.equal(written.beats, 3);
  });

  it('may be a list in JSON', () => {
    const written = notesFromText('[{"beat": 1.5, "pitch": 67, "duration": 0.25, "velocity": 40, "channel": 9}, {"beat": 0, "pitch": 60}]');
    assert.ok('notes' in written);
    assert.deepEqual(written.notes, [
      { beat: 0, pitch: 60, duration: 1, velocity: 90, channel: 0 },
      { beat: 1.5, pitch: 67, duration: 0.25, velocity: 40, channel: 9 },
    ]);
    assert.equal(written.beats, 1.75);
  });

  it('that cannot be read are refused with what is wrong', () => {
    const faults: readonly (readonly [string, RegExp])[] = [
      ['', /no notes/], ['r:2', /no notes/], ['H4:1', /"H4" is no pitch/], ['C4:', /no length/], ['C4:-1', /no length/], ['C4:x', /no length/],
      ['[', /cannot be read/], ['[]', /one note or more/], ['[{"pitch": 60}]', /note 1 of the list/], ['[{"beat":0,"pitch":200}]', /note 1/], ['[null]', /note 1/],
    ];
    for (const [text, fault] of faults) {
      const written = notesFromText(text);
      assert.ok('fault' in written, text);
      assert.match(written.fault, fault);
    }
  });

  it('never are beyond what can be played, whatever is sent', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.array(fc.record({ beat: fc.double(), pitch: fc.integer() })).map((list) => JSON.stringify(list))), (text) => {
      const written = notesFromText(text);
      if ('fault' in written) return;
      for (const note of written.notes) assert.ok(note.beat >= 0 && note.duration > 0 && note.pitch >= 0 && note.pitch <= 127 && note.velocity >= 1 && note.channel <= 15);
    }));
  });
});
