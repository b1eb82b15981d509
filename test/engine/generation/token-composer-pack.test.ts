import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Composer } from '../../../src/engine/contracts/composer.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
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
