import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposedSpan } from '../../../src/engine/contracts/composer.js';
import { NullLanguageModel } from '../../../src/engine/contracts/null-language-model.js';
import { NullTokenizer } from '../../../src/engine/contracts/null-tokenizer.js';
import { ContextRoom } from '../../../src/engine/generation/context-room.js';
import { TokenComposer } from '../../../src/engine/generation/token-composer.js';
import { emptyScore } from '../../../src/engine/music/score.js';
import { plainControls } from '../contracts/composer-contract.js';
import { plainGeneration } from './null-token-composer.js';

const contextTokens = 2048;
const promptTokens = 1024;

/** The null model with an end, which knows how long its context has been. */
class EndingModel extends NullLanguageModel {
  longest = 0;

  override extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.longest = Math.max(this.longest, this.mark().tokens + tokens.length);
    return super.extend(tokens);
  }
}

async function composing() {
  const tokenizer = new NullTokenizer();
  const model = new EndingModel({ vocabularySize: tokenizer.vocabulary.size, contextTokens });
  const composer = new TokenComposer(tokenizer, model, { generation: { ...plainGeneration, promptTokens }, sampling: {} });
  await composer.prepare();
  await composer.prime(emptyScore, 0);
  const compose = (untilBeat: number, contextShare?: number): Promise<ComposedSpan> => composer.compose(untilBeat, { ...plainControls, contextShare }, () => false);
  return { model, composer, compose };
}

describe('the room in a context', () => {
  it('ends before its last event, and a full one begins with the prompt', () => {
    const room = new ContextRoom(contextTokens, promptTokens, 8);
    assert.deepEqual([room.tokens, room.prompt], [contextTokens, promptTokens]);
    assert.deepEqual([room.isFull(2040, true), room.isFull(2041, true), room.isFull(2041, false), room.isFull(2048, false)], [false, true, false, true]);
  });

  it('is less with a share of it, which never ends an event in its middle', () => {
    const room = new ContextRoom(contextTokens, promptTokens, 8);
    room.use(0.25);
    assert.deepEqual([room.tokens, room.prompt], [512, 256]);
    assert.deepEqual([room.isFull(505, true), room.isFull(505, false), room.isFull(2000, false)], [true, false, false]);
    room.use(1);
    assert.deepEqual([room.tokens, room.prompt], [contextTokens, promptTokens]);
  });

  it('cannot be less where there is next to none, or no end to it', () => {
    for (const tokens of [192, Infinity]) {
      const room = new ContextRoom(tokens, 64, 1);
      room.use(0.25);
      assert.equal(room.tokens, undefined);
      assert.equal(room.isFull(170, true), false);
    }
    const small = new ContextRoom(256, 128, 1);
    small.use(0.25);
    assert.deepEqual([small.tokens, small.prompt], [192, 96]);
  });
});

describe('a composer that is to look back on less', () => {
  it('does from the next event on, goes on without a gap, and tells', async () => {
    const { model, compose } = await composing();
    const all = await compose(400);
    assert.equal(all.contextTokens, contextTokens);
    assert.ok(model.longest > 700, `${model.longest} ids`);
    model.longest = 0;
    const less = await compose(800, 0.25);
    assert.deepEqual([less.fromBeat, less.untilBeat, less.contextTokens], [400, 800, 512]);
    assert.ok(model.longest <= 512, `${model.longest} ids`);
    assert.ok(less.notes.length > 100);
    for (const { beat } of less.notes) assert.ok(beat >= 400 && beat < 800);
  });

  it('hears its past anew with less of it, and looks back on all again as it goes on', async () => {
    const { model, composer, compose } = await composing();
    const { notes } = await compose(400, 0.25);
    model.longest = 0;
    await composer.prime({ ...emptyScore, notes }, 400);
    assert.ok(model.longest <= 256, `${model.longest} ids`);
    const again = await compose(1200);
    assert.equal(again.contextTokens, contextTokens);
    assert.ok(model.longest > 1024, `${model.longest} ids`);
  });

  it('can take back what it composed with more', async () => {
    const { compose, composer } = await composing();
    await compose(400);
    await compose(404, 0.25);
    await composer.rewind(398);
    const { fromBeat, untilBeat, notes } = await compose(404, 0.25);
    assert.deepEqual([fromBeat, untilBeat], [398, 404]);
    for (const { beat } of notes) assert.ok(beat >= 398 && beat < 404);
  });
});
