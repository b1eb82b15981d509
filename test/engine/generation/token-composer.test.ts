import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ComposeControls, Composer } from '../../../src/engine/contracts/composer.js';
import type { LanguageModel } from '../../../src/engine/contracts/language-model.js';
import { NullLanguageModel } from '../../../src/engine/contracts/null-language-model.js';
import { NullTokenizer } from '../../../src/engine/contracts/null-tokenizer.js';
import type { Grammar } from '../../../src/engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
import { TokenComposer } from '../../../src/engine/generation/token-composer.js';
import { transposePitch } from '../../../src/engine/music/key.js';
import { compareNotes, drumChannel, type Note } from '../../../src/engine/music/note.js';
import { emptyScore, scoreOf, type Score } from '../../../src/engine/music/score.js';
import { plainControls, twoBars } from '../contracts/composer-contract.js';
import { nullTokenComposer, plainGeneration } from './null-token-composer.js';
import { fixtureRecipe } from './recipes.js';

const never = (): boolean => false;

/** A tune in C major that ends at beat 16, moved by some semitones. */
function tune(by: number): Score {
  const steps = [0, 4, 7, 4, 5, 9, 7, 5, 4, 2, 0, 4, 7, 5, 2, 0];
  return scoreOf(steps.map((step, beat) => ({ beat, duration: 1, channel: 0, pitch: 60 + step + by, velocity: 80 })));
}

async function take(composer: Composer, history: Score, fromBeat: number, untilBeat: number, controls: Partial<ComposeControls> = {}): Promise<readonly Note[]> {
  await composer.prime(history, fromBeat);
  return (await composer.compose(untilBeat, { ...plainControls, ...controls }, never)).notes;
}

describe('TokenComposer', () => {
  let composer: Composer;

  before(async () => {
    composer = await makeComposer(fixtureRecipe('tiny-lm'), () => undefined);
    await composer.prepare();
  });

  after(() => composer.dispose());

  it('refuses a tokenizer and a model that do not belong together', () => {
    assert.throws(
      () => new TokenComposer(new NullTokenizer(), new NullLanguageModel({ vocabularySize: 40 }), { generation: plainGeneration, sampling: {} }),
      (error) => error instanceof ContinuoError && error.errorName === 'badPack' && /163 ids and the model 40/.test(error.message),
    );
  });

  it('plays otherwise for another seed', async () => {
    const notes = await take(composer, twoBars, 8, 16);
    const others = await take(composer, twoBars, 8, 16, { sampling: { ...plainControls.sampling, seed: 8 } });
    assert.notDeepEqual(others, notes);
  });

  it('does not begin alike wherever it begins', async () => {
    const first = await take(composer, emptyScore, 0, 8);
    const second = await take(composer, emptyScore, 32, 40);
    assert.notDeepEqual(second.map((note) => [note.beat - 32, note.pitch]), first.map((note) => [note.beat, note.pitch]));
  });

  it('takes new controls from a rewind on, and leaves what was before', async () => {
    const first = await take(composer, twoBars, 8, 16);
    await composer.rewind(12);
    const { notes } = await composer.compose(16, { ...plainControls, constraint: { pitchRange: { low: 60, high: 64 } } }, never);
    assert.ok(notes.length > 0 && notes.every((note) => note.beat >= 12 && note.pitch >= 60 && note.pitch <= 64));
    assert.notDeepEqual(notes, first.filter((note) => note.beat >= 12));
  });

  it('says in any key what it says in C', async () => {
    const inC = await take(composer, tune(0), 16, 32);
    for (const by of [1, 5, 6, -5, -1]) {
      const notes = await take(composer, tune(by), 16, 32, { keySemitones: (by + 12) % 12 });
      const expected = inC.map((note) => (note.channel === drumChannel ? note : { ...note, pitch: transposePitch(note.pitch, by) }));
      assert.deepEqual(notes, expected.sort(compareNotes));
    }
  });

  it('changes key from one span to the next', async () => {
    const inC = await take(composer, tune(0), 16, 32);
    await composer.prime(tune(0), 16);
    const first = await composer.compose(24, plainControls, never);
    const second = await composer.compose(32, { ...plainControls, keySemitones: 3 }, never);
    assert.deepEqual(first.notes, inC.filter((note) => note.beat < 24));
    const moved = inC.filter((note) => note.beat >= 24).map((note) => ({ ...note, pitch: transposePitch(note.pitch, 3) }));
    assert.deepEqual(second.notes, moved.sort(compareNotes));
  });

  it('keeps to the pitches that are heard, whatever the key', async () => {
    for (const keySemitones of [0, 4, 7, 11]) {
      const notes = await take(composer, twoBars, 8, 24, { keySemitones, constraint: { pitchRange: { low: 55, high: 62 } } });
      for (const note of notes) assert.ok(note.pitch >= 55 && note.pitch <= 62);
    }
  });

  it('comes in on time after any silence', async () => {
    for (const atBeat of [8.5, 17, 40.25, 1000]) {
      const notes = await take(composer, twoBars, atBeat, atBeat + 8, { constraint: { maximumRestBeats: 2 } });
      assert.ok(notes.length > 0 && notes[0].beat >= atBeat && notes[0].beat <= atBeat + 3, `${notes[0]?.beat} for ${atBeat}`);
    }
  });

  it('plays more notes when it is asked to be denser', async () => {
    const counts = [];
    for (const density of [0, 0.5, 1]) counts.push((await take(composer, twoBars, 8, 72, { density })).length);
    assert.ok(counts[0] * 1.2 < counts[1] && counts[1] * 1.2 < counts[2], counts.join(' < '));
  });

  it('counts the runs of its model, and the time', async () => {
    await composer.prime(twoBars, 8);
    const span = await composer.compose(16, plainControls, never);
    assert.ok(span.tokens >= span.notes.length);
    assert.ok(span.micros > 0);
  });

  it('says that it was not prepared', async () => {
    await assert.rejects(
      nullTokenComposer({}).prime(emptyScore, 0),
      (error) => error instanceof ContinuoError && error.errorName === 'modelFailed' && /prepare/.test(error.message),
    );
  });
});

describe('TokenComposer with a model that does not go on', () => {
  /** Never wants to wait. */
  class ImpatientModel extends NullLanguageModel implements LanguageModel {
    override async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
      return (await super.extend(tokens)).map((logit, id) => (id < 19 ? logit - 1000 : logit));
    }
  }

  it('pushes time on', async () => {
    const tokenizer = new NullTokenizer();
    const model = new ImpatientModel({ vocabularySize: tokenizer.vocabulary.size });
    const composer = new TokenComposer(tokenizer, model, { generation: plainGeneration, sampling: {} });
    await composer.prepare();
    const span = await composer.compose(4, plainControls, never);
    assert.equal(span.untilBeat, 4);
    await composer.rewind(2);
    const again = await composer.compose(4, plainControls, never);
    assert.deepEqual(again.notes, span.notes.filter((note) => note.beat >= 2));
  });

  it('gives up when the format lets no time pass', async () => {
    const tokenizer = new NullTokenizer();
    const { grammar } = tokenizer;
    const timeless: Grammar = {
      initial: () => grammar.initial(),
      advance: (state, token) => grammar.advance(state, token),
      attribute: (state) => grammar.attribute(state),
      allow(state, constraint, allowed) {
        grammar.allow(state, constraint, allowed);
        const ids = Array.from(allowed.ids.subarray(0, allowed.count)).filter((id) => id >= 19);
        allowed.clear();
        for (const id of ids) allowed.add(id);
      },
    };
    Object.assign(tokenizer, { grammar: timeless });
    const model = new NullLanguageModel({ vocabularySize: tokenizer.vocabulary.size });
    const composer = new TokenComposer(tokenizer, model, { generation: plainGeneration, sampling: {} });
    await composer.prepare();
    await assert.rejects(
      composer.compose(4, plainControls, never),
      (error) => error instanceof ContinuoError && error.errorName === 'composerStalled' && /beat 0/.test(error.message),
    );
  });
});
