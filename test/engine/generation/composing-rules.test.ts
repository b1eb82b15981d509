import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ComposingRules } from '../../../src/engine/generation/composing-rules.js';
import type { MusicConstraint } from '../../../src/engine/music/constraint.js';
import { drumChannel, type Note } from '../../../src/engine/music/note.js';
import { plainControls } from '../contracts/composer-contract.js';
import { plainGeneration } from './null-token-composer.js';

function rules(constraint: MusicConstraint, keySemitones = 0): ComposingRules {
  return new ComposingRules({ generation: { ...plainGeneration, keyNormalised: true }, sampling: {} }, { ...plainControls, constraint, keySemitones });
}

function note(beat: number, channel = 0, pitch = 60): Note {
  return { beat, duration: 1, channel, pitch, velocity: 80 };
}

describe('the rules of composing', () => {
  it('say scale, chord and forced notes in the key of the model, drums as they are', () => {
    const wish = { pitchClasses: [2, 6, 9], strict: true, bias: 0 };
    const { constraint, shift } = rules({ scale: wish, chord: wish, pitchRange: { low: 50, high: 60 }, forcedNotes: [note(0, 0, 62), note(0, drumChannel, 38)] }, 2);
    assert.equal(shift, 2);
    assert.deepEqual(constraint.scale?.pitchClasses, [0, 4, 7]);
    assert.deepEqual(constraint.chord?.pitchClasses, [0, 4, 7]);
    assert.deepEqual(constraint.pitchRange, { low: 48, high: 58 });
    assert.deepEqual(constraint.forcedNotes?.map(({ pitch }) => pitch), [60, 38]);
  });

  it('tell a model that has a space of its own in how many bars it is to be where the goal is, and nothing from there on', () => {
    const goal = { notes: [note(16)], fromBeat: 16, untilBeat: 20, beatsPerBar: 4 };
    const asked = new ComposingRules({ generation: plainGeneration, sampling: {} }, { ...plainControls, goal });
    assert.equal(asked.steeringAt(8).place, undefined);
    asked.place = Float32Array.of(1);
    assert.deepEqual([8, 11.5, 12, 15.75].map((beat) => asked.steeringAt(beat).barsToPlace), [2, 2, 1, 1]);
    assert.deepEqual([asked.steeringAt(16).place, asked.steeringAt(8).place], [undefined, asked.place]);
  });

  it('choose each attribute by its share of the temperature: the performer’s, else the pack’s, else all of it', () => {
    const sampling = { ...plainControls.sampling, temperature: 0.8, attributeTemperature: { pitch: 0.5 } };
    const asked = new ComposingRules({ generation: plainGeneration, sampling: { attributeTemperature: { pitch: 3, time: 0.25 } } }, { ...plainControls, sampling });
    assert.deepEqual((['pitch', 'time', 'velocity'] as const).map((attribute) => asked.sampling(attribute).temperature), [0.4, 0.2, 0.8]);
  });

  it('count forced notes from where a stream begins', () => {
    const asked = rules({ forcedNotes: [note(10), note(12)], programs: [4] });
    assert.deepEqual(asked.constraintFrom(8).forcedNotes?.map(({ beat }) => beat), [2, 4]);
    assert.deepEqual(asked.constraintFrom(8).programs, [4]);
    assert.equal(asked.constraintFrom(8), asked.constraintFrom(8));
    assert.deepEqual(asked.constraintFrom(0).forcedNotes?.map(({ beat }) => beat), [10, 12]);
  });

  it('want nothing before the music comes in', () => {
    const asked = rules({ forcedNotes: [note(10), note(12)], onsetsPerBeat: { low: 2, high: 4 }, maximumRestBeats: 1 });
    const { forcedNotes, onsetsPerBeat, maximumRestBeats } = asked.constraintBefore(11, 3, 8);
    assert.deepEqual(forcedNotes?.map(({ beat }) => beat), [4]);
    assert.deepEqual(onsetsPerBeat, { low: 0, high: 4 });
    assert.equal(maximumRestBeats, 4);
  });
});
