import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ComposeControls, Composer } from '../../../src/engine/contracts/composer.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
import type { Note } from '../../../src/engine/music/note.js';
import { composerContract, plainControls, twoBars } from '../contracts/composer-contract.js';
import { fixtureRecipe } from './recipes.js';

const never = (): boolean => false;
const { sampling } = plainControls;

composerContract('TokenComposer over a pack, id by id', () => makeComposer(fixtureRecipe('tiny-lm', {}, ['cpu']), () => undefined));

/** Of these every one has to come out alike, but for ties of logits that differ in their last bits. */
const cases: readonly [string, Partial<ComposeControls>][] = [
  ['as the model likes', {}],
  ['greedy', { sampling: { ...sampling, temperature: 0 } }],
  ['greedy in its pitches alone', { sampling: { ...sampling, attributeTemperature: { pitch: 0, time: 1.1 } } }],
  ['with all that cuts', { sampling: { ...sampling, topP: 0.9, topK: 12, minP: 0.02 } }],
  ['with the heaviest alone', { sampling: { ...sampling, topP: 1, topK: 5 } }],
  ['without any cut', { sampling: { ...sampling, topP: 1, minP: 0 } }],
  ['bringing passages back', { sampling: { ...sampling, repetition: 5 } }],
  ['avoiding passages, thin', { density: 0.3, sampling: { ...sampling, repetition: -5 } }],
  ['dense', { density: 0.9 }],
  ['thin, in another key', { density: 0.2, keySemitones: 4 }],
  ['in a scale, on few channels, with short rests', {
    constraint: {
      scale: { pitchClasses: [0, 2, 4, 7, 9], strict: true, bias: 0 },
      chord: { pitchClasses: [0, 4, 7], strict: false, bias: 1.5 },
      channels: [2, 0],
      maximumRestBeats: 1,
      onsetsPerBeat: { low: 1, high: 3 },
      durationRange: { low: 0.25, high: 2 },
    },
  }],
  ['with every kind of event', { constraint: { eventKinds: ['program', 'control', 'tempo', 'meter', 'key', 'end'], tempo: 140 } }],
  ['with voices counted, where no unit can be told beforehand', { constraint: { maximumPolyphony: 2 } }],
];

describe('a take written in units', () => {
  let byUnits: Composer;
  let byIds: Composer;

  before(async () => {
    byUnits = await makeComposer(fixtureRecipe('tiny-lm'), () => undefined);
    byIds = await makeComposer(fixtureRecipe('tiny-lm', {}, ['cpu']), () => undefined);
    await byUnits.prepare();
    await byIds.prepare();
  });

  after(async () => {
    await byUnits.dispose();
    await byIds.dispose();
  });

  async function play(composer: Composer, controls: ComposeControls): Promise<{ notes: Note[]; runs: number }> {
    await composer.prime(twoBars, 8);
    const notes: Note[] = [];
    let runs = 0;
    for (let beat = 9; beat <= 72; beat += 1) {
      const span = await composer.compose(beat, controls, never);
      notes.push(...span.notes);
      runs += span.tokens;
      if (beat === 40) await composer.rewind(36);
    }
    return { notes, runs };
  }

  for (const [name, controls] of cases) {
    it(`is the one that is written id by id: ${name}`, async () => {
      const units = await play(byUnits, { ...plainControls, ...controls });
      const ids = await play(byIds, { ...plainControls, ...controls });
      assert.ok(units.notes.length > 10);
      assert.deepEqual(units.notes, ids.notes);
      if (controls.constraint?.maximumPolyphony === undefined) assert.ok(units.runs < ids.runs / 3, `${units.runs} runs against ${ids.runs}`);
    });
  }
});
