import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Composer } from '../../../src/engine/contracts/composer.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
import type { Note } from '../../../src/engine/music/note.js';
import { emptyScore } from '../../../src/engine/music/score.js';
import { composerContract, plainControls, twoBars } from '../contracts/composer-contract.js';
import { fixtureRecipe } from './recipes.js';

const never = (): boolean => false;

composerContract('TokenComposer over a pack', () => makeComposer(fixtureRecipe('tiny-lm'), () => undefined), {
  constraints: ['pitchRange', 'channels', 'velocityRange', 'durationRange', 'maximumRestBeats'],
});

describe('TokenComposer over a pack', () => {
  let composer: Composer;

  before(async () => {
    composer = await makeComposer(fixtureRecipe('tiny-lm'), () => undefined);
    await composer.prepare();
  });

  after(() => composer.dispose());

  it('plays on the channels of its parts alone', async () => {
    await composer.prime(emptyScore, 0);
    const { notes } = await composer.compose(32, plainControls, never);
    assert.ok(notes.length > 10);
    for (const note of notes) assert.ok([0, 1, 2].includes(note.channel));
  });

  it('gives out the programs of its parts once, where it begins', async () => {
    await composer.prime(emptyScore, 4);
    const first = await composer.compose(8, plainControls, never);
    assert.deepEqual(first.programs, [0, 1, 2].map((channel) => ({ beat: 4, channel, program: 0 })));
    assert.deepEqual((await composer.compose(12, plainControls, never)).programs, []);
    await composer.rewind(4);
    assert.equal((await composer.compose(5, plainControls, never)).programs.length, 3);
    await composer.rewind(4.5);
    assert.deepEqual((await composer.compose(5, plainControls, never)).programs, []);
  });

  it('leaves a channel alone that has its program already', async () => {
    await composer.prime({ ...twoBars, programs: [{ beat: 0, channel: 1, program: 0 }, { beat: 0, channel: 2, program: 5 }] }, 8);
    const { programs } = await composer.compose(9, plainControls, never);
    assert.deepEqual(programs.map((mark) => mark.channel), [0, 2]);
  });

  for (const keySemitones of [0, 5]) {
    it(`writes around the notes it is given, in a key ${keySemitones} semitones up, however often its context is renewed`, async () => {
      const melody = Array.from({ length: 60 }, (_, index): Note => {
        return { beat: 8.25 + index * 1.5, duration: 1, channel: index % 2, pitch: 60 + ((index * 5) % 17), velocity: 70 + (index % 40) };
      });
      const controls = { ...plainControls, keySemitones, constraint: { forcedNotes: melody, maximumPolyphony: 3 } };
      await composer.prime(twoBars, 8);
      const written: Note[] = [];
      for (let beat = 8; beat < 96; beat += 4) written.push(...(await composer.compose(beat + 4, controls, never)).notes);
      assert.ok(written.length > melody.length);
      for (const forced of melody.filter(({ beat }) => beat < 96)) {
        assert.equal(written.filter((note) => isDeepStrictEqual(note, forced)).length, 1, `beat ${forced.beat}`);
      }
      await composer.rewind(50);
      const again: Note[] = [...(await composer.compose(96, controls, never)).notes];
      assert.deepEqual(again, written.filter(({ beat }) => beat >= 50));
    });
  }

  it('leaves out notes it is given for before it comes in', async () => {
    await composer.prime(twoBars, 20);
    const given = [12, 20, 21].map((beat): Note => ({ beat, duration: 1, channel: 0, pitch: 72, velocity: 90 }));
    const { notes } = await composer.compose(24, { ...plainControls, constraint: { forcedNotes: given } }, never);
    for (const forced of given.slice(1)) assert.ok(notes.some((note) => isDeepStrictEqual(note, forced)));
    assert.ok(notes.every((note) => note.beat >= 20));
  });

  it('does not lose its place while its context is renewed again and again', async () => {
    await composer.prime(twoBars, 8);
    let last = 8;
    for (let beat = 8; beat < 120; beat += 4) {
      const span = await composer.compose(beat + 4, plainControls, never);
      assert.deepEqual([span.fromBeat, span.untilBeat], [beat, beat + 4]);
      for (const note of span.notes) {
        assert.ok(note.beat >= last && note.beat * 16 === Math.round(note.beat * 16), `${note.beat} after ${last}`);
        last = note.beat;
      }
    }
  });
});
