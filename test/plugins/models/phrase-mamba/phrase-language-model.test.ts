import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LanguageModel } from '../../../../src/engine/contracts/language-model.js';
import { blendStates } from '../../../../src/engine/contracts/model-memory.js';
import { plainSteering, type ModelSteering } from '../../../../src/engine/contracts/model-steering.js';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { InferenceRuntime } from '../../../../src/engine/generation/onnx/inference-runtime.js';
import { loadInContainer } from '../../../../src/engine/plugins/load-in-container.js';
import { phraseMamba } from '../../../../src/plugins/models/phrase-mamba/descriptor.js';
import { PhraseLanguageModel } from '../../../../src/plugins/models/phrase-mamba/phrase-language-model.js';
import { languageModelContract } from '../../../engine/contracts/language-model-contract.js';
import { barId, barWithHeadId, meterId, piece, runtime, startId, tempoId, tinyContext, tinyModel, track } from './tiny-phrases.js';

languageModelContract('phrase-mamba', () => new PhraseLanguageModel(tinyContext(), runtime), {
  tokens: piece(3, (bar) => (bar === 0 ? [meterId(2), tempoId(122)] : [])),
});
languageModelContract('phrase-mamba, given what is no music', () => new PhraseLanguageModel(tinyContext(), runtime));

/** Logits that should be equal are, up to the order in which numbers are added. */
function close(actual: Float32Array, expected: Float32Array, tolerance = 1e-4): void {
  assert.equal(actual.length, expected.length);
  const worst = actual.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index])), 0);
  assert.ok(worst <= tolerance, `they differ by ${worst}`);
}

function differ(one: Float32Array, other: Float32Array): void {
  assert.ok(one.some((value, index) => Math.abs(value - other[index]) > 1e-3), 'they are the same');
}

describe('phrase-mamba', () => {
  let model: PhraseLanguageModel;

  before(async () => {
    model = await tinyModel();
  });

  after(() => model.dispose());

  async function afresh(ids: readonly number[], steering: Partial<ModelSteering> = {}): Promise<Float32Array> {
    model.rewind(undefined);
    model.steer({ ...plainSteering, ...steering });
    return Float32Array.from(await model.extend(ids));
  }

  async function stateAfter(ids: readonly number[], steering: Partial<ModelSteering> = {}): Promise<Float32Array> {
    await afresh(ids, steering);
    return model.memory.snapshot();
  }

  it('is bound by its module', async () => {
    const container = await loadInContainer(phraseMamba, tinyContext(), new Map([[InferenceRuntime, runtime]]));
    const bound = container.get<LanguageModel>(LanguageModel);
    assert.equal(container.get<LanguageModel>(LanguageModel), bound);
    assert.deepEqual([bound.vocabularySize, bound.contextTokens], [8192, Infinity]);
  });

  it('checks its options', () => {
    assert.ok(phraseMamba.optionsSchema.safeParse({}).success);
    for (const options of [{ topP: 0 }, { spread: -1 }, { layers: 2 }, { meterAtStart: -1 }]) assert.ok(!phraseMamba.optionsSchema.safeParse(options).success);
  });

  it('is told a place by the first bar of some music, and goes there from the next bar on', async () => {
    const ids = [...piece(3), barId];
    const plain = await afresh(ids);
    const place = await model.placeOf([startId, barId, ...track(5), barId, ...track(1)]);
    assert.deepEqual(place, await model.placeOf([startId, barWithHeadId, ...track(5)]));
    assert.equal(await model.placeOf([startId]), undefined);
    const mark = model.mark();
    assert.equal(mark.tokens, ids.length);
    const steps = [await afresh(ids, { place, barsToPlace: 1 }), await afresh(ids, { place, barsToPlace: 4 })];
    differ(steps[0], plain);
    differ(steps[0], steps[1]);
    close(await afresh(ids, { place, barsToPlace: 1 }), steps[0]);
    close(await afresh(ids), plain);
  });

  it('refuses tokens it does not know, and goes on', async () => {
    const fresh = new PhraseLanguageModel(tinyContext(), runtime);
    await assert.rejects(fresh.extend([startId]), /not prepared/);
    model.rewind(undefined);
    for (const token of [-1, 8192, Number.NaN]) await assert.rejects(model.extend([startId, token]), /knows no token/);
    await assert.rejects(model.extend([]), /given no token/);
    assert.equal(model.mark().tokens, 0);
  });

  it('has no opinion before the first bar', async () => {
    assert.ok((await afresh([startId])).every((logit) => logit === 0));
  });

  it('remembers the same whether a piece was read in one go, in parts, or written id by id', async () => {
    const ids = piece(6);
    const read = await stateAfter(ids);
    model.rewind(undefined);
    for (let at = 0; at < ids.length; at += 7) await model.extend(ids.slice(at, at + 7));
    assert.deepEqual(model.memory.snapshot(), read);
    model.rewind(undefined);
    for (const id of ids) await model.extend([id]);
    assert.deepEqual(model.memory.snapshot(), read);
  });

  it('takes up a context at the last bar line that it shares with the one it left, with the very same memory', async () => {
    const ids = piece(9);
    const other = [...ids.slice(0, ids.length - 20), barId, ...track(4), barId];
    const read = Float32Array.from(await stateAfter(other));
    await afresh(ids);
    model.rewind(undefined);
    const known = model.resume(other);
    assert.equal(other[known - 1], barId);
    const shared = ids.findIndex((id, index) => id !== other[index]);
    assert.equal(known, ids.lastIndexOf(barId, shared - 1) + 1);
    await model.extend(other.slice(known));
    assert.deepEqual(model.memory.snapshot(), read);
  });

  it('takes up nothing that was composed under other wishes, or after a recall', async () => {
    const ids = [...piece(6), barId];
    const half = 1 + (ids.length >> 1);
    await afresh(ids, { density: 0.9 });
    model.rewind(undefined);
    model.steer(plainSteering);
    assert.equal(model.resume(ids), 0);
    await afresh(ids.slice(0, half));
    model.steer({ ...plainSteering, density: 0.9 });
    await model.extend(ids.slice(half));
    model.rewind(undefined);
    model.steer(plainSteering);
    assert.ok(model.resume(ids) <= half);
    await afresh(ids.slice(0, half));
    model.memory.restore(model.memory.snapshot());
    await model.extend(ids.slice(half));
    model.rewind(undefined);
    assert.ok(model.resume(ids) <= half);
  });

  it('goes on from a prompt as from the same music when it wrote it', async () => {
    const ids = [...piece(3), barId];
    model.rewind(undefined);
    const written: number[] = [...ids];
    let logits = await model.extend(ids);
    for (let count = 0; count < 40; count += 1) {
      written.push(logits.indexOf(Math.max(...logits)));
      logits = await model.extend(written.slice(-1));
    }
    const last = Float32Array.from(logits);
    close(await afresh(written), last);
  });

  it('remembers what is in the score and nothing of what it would have written', async () => {
    const state = await stateAfter(piece(4), { seed: 1 });
    assert.deepEqual(await stateAfter(piece(4), { seed: 2 }), state);
    differ(await stateAfter([...piece(2), barId, ...track(7), barId, ...track(3)]), state);
    assert.deepEqual(await stateAfter([...piece(3), barId, ...track(9)]), state, 'the bar in hand does not count yet');
  });

  it('says the same after it went back within a bar, to another bar, and to the head of a bar', async () => {
    const ids = piece(5, (bar) => (bar === 3 ? [meterId(1)] : []));
    const marks = [];
    model.rewind(undefined);
    for (const [at, id] of ids.entries()) {
      const logits = Float32Array.from(await model.extend([id]));
      marks.push({ at, mark: model.mark(), logits });
    }
    for (const { at, mark } of marks.reverse()) {
      const next = marks.find((other) => other.at === at + 1);
      if (!next) continue;
      await model.extend([barId, ...track(11), barId, ...track(12)]);
      model.rewind(mark);
      assert.equal(model.mark().tokens, at + 1);
      close(await model.extend([ids[at + 1]]), next.logits);
    }
  });

  it('forgets ids that were taken back, however many come in their place', async () => {
    const begun = [...piece(2), barId, ...track(5).slice(0, 4)];
    const rest = track(5).slice(4);
    const straight = await afresh([...begun, ...rest]);
    await afresh(begun);
    const mark = model.mark();
    for (const id of track(8)) await model.extend([id]);
    model.rewind(mark);
    close(await model.extend(rest), straight);
  });

  it('does not keep the head of a bar in its phrase', async () => {
    const plain = piece(3, (bar) => (bar === 0 ? [meterId(2), tempoId(122)] : []));
    const repeated = piece(3, () => [meterId(2), tempoId(122)]);
    assert.deepEqual(await stateAfter(repeated), await stateAfter(plain));
    const merged = plain.flatMap((id, at) => (at === 1 ? [barWithHeadId] : at === 2 || at === 3 ? [] : [id]));
    assert.deepEqual(await stateAfter(merged), await stateAfter(plain));
    close(await afresh(merged), await afresh(plain));
  });

  it('has one opinion on all that begins a bar but the plain bar line, and on heads: seldom', async () => {
    const logits = await afresh(piece(2));
    const others = [barWithHeadId, meterId(0), tempoId(122)].map((id) => logits[id]);
    assert.ok(others.every((logit) => logit === others[0] && logit < logits[barId] - 20));
  });

  describe('its choice of bars', () => {
    it('is the same for the same seed and another for another', async () => {
      const ids = [...piece(3), barId];
      const logits = await afresh(ids, { seed: 5 });
      assert.deepEqual(await afresh(ids, { seed: 5 }), logits);
      const others = [];
      for (let seed = 6; seed < 12; seed += 1) others.push(await afresh(ids, { seed }));
      for (const other of others) differ(other, logits);
    });

    it('is another in every bar, though nothing else changes', async () => {
      const heads = [];
      await afresh([startId]);
      for (let bar = 0; bar < 4; bar += 1) heads.push(Float32Array.from(await model.extend([barId])));
      differ(heads[1], heads[2]);
      differ(heads[2], heads[3]);
    });

    it('is no matter of chance at temperature 0', async () => {
      const ids = [...piece(3), barId];
      close(await afresh(ids, { seed: 1, temperature: 0 }), await afresh(ids, { seed: 2, temperature: 0 }), 0);
    });

    it('takes a new wish from the next bar on, not in the bar in hand', async () => {
      const ids = [...piece(3), barId, ...track(4).slice(0, 3)];
      const straight = await afresh(ids, { seed: 1 });
      await afresh(ids.slice(0, -1), { seed: 1 });
      model.steer({ ...plainSteering, seed: 2, mode: 'minor' });
      close(await model.extend(ids.slice(-1)), straight);
      const state = model.memory.snapshot();
      const after = Float32Array.from(await model.extend([barId]));
      await afresh(ids, { seed: 1 });
      differ(Float32Array.from(await model.extend([barId])), after);
      assert.deepEqual(await stateAfter(ids), state);
    });

    it('takes a tempo or a metre into account that comes after it was asked for', async () => {
      const ids = [...piece(3), barId, meterId(1), tempoId(70)];
      const straight = await afresh(ids);
      await afresh(ids.slice(0, -2));
      await model.extend([meterId(1)]);
      close(await model.extend([tempoId(70)]), straight);
      differ(await afresh([...piece(3), barId]), straight);
    });
  });

  describe('its memory', () => {
    const scene = piece(9, (bar) => (bar === 0 ? [meterId(1), tempoId(66)] : []));
    const now = piece(4);

    it('is copied out and is nothing at the start', async () => {
      model.rewind(undefined);
      assert.ok(model.memory.snapshot().every((value) => value === 0));
      const state = await stateAfter(now);
      const copy = model.memory.snapshot();
      copy.fill(7);
      assert.deepEqual(model.memory.snapshot(), state);
    });

    it('is another from the next bar on once a kept one is recalled', async () => {
      const kept = await stateAfter(scene);
      const before = await stateAfter(now);
      const logits = Float32Array.from(await model.extend([barId]));
      await afresh(now);
      model.memory.restore(kept);
      assert.deepEqual(model.memory.snapshot(), before);
      differ(Float32Array.from(await model.extend([barId])), logits);
      const after = model.memory.snapshot();
      await afresh(now);
      model.memory.restore(kept);
      kept.fill(0);
      await model.extend([barId]);
      assert.deepEqual(model.memory.snapshot(), after, 'what was given is copied');
    });

    it('is recalled for the first bar of a stream', async () => {
      const kept = await stateAfter(scene);
      model.rewind(undefined);
      model.memory.restore(kept);
      await model.extend([startId, barId]);
      assert.deepEqual(model.memory.snapshot(), kept);
    });

    it('goes on unchanged where a rewind takes a recall back that has not come yet', async () => {
      const kept = await stateAfter(scene);
      const straight = await afresh([...now, barId]);
      await afresh(now);
      const mark = model.mark();
      model.memory.restore(kept);
      model.rewind(mark);
      close(await model.extend([barId]), straight);
    });

    it('is still recalled where it goes back to a place at which the recall had not come yet', async () => {
      const kept = await stateAfter(scene);
      await afresh(now.slice(0, -2));
      model.memory.restore(kept);
      await model.extend(now.slice(-2));
      const mark = model.mark();
      await model.extend([barId, ...track(3)]);
      const state = model.memory.snapshot();
      for (const way of [[barId, ...track(5), barId], [barId]]) {
        model.rewind(mark);
        await model.extend(way);
      }
      assert.deepEqual(model.memory.snapshot(), state);
    });

    it('is told all controls of the present once another is recalled', async () => {
      const kept = await stateAfter(scene);
      const heads = [tempoId(150), tempoId(66)].map((id) => piece(4, (bar) => (bar === 0 ? [id] : [])));
      const states = [];
      for (const ids of heads) {
        await afresh(ids);
        model.memory.restore(kept);
        await model.extend([barId, ...track(1), barId]);
        states.push(model.memory.snapshot());
      }
      differ(states[0], states[1]);
    });

    it('is blended in any amount, all of one and all of the other included', async () => {
      const [a, b] = [await stateAfter(scene), await stateAfter(now)];
      assert.deepEqual(blendStates(a, b, 0), a);
      assert.deepEqual(blendStates(a, b, 1), b);
      const states = [];
      for (const amount of [0, 0.5, 1]) {
        await afresh(now);
        model.memory.restore(blendStates(a, b, amount));
        await model.extend([barId]);
        states.push(model.memory.snapshot());
      }
      differ(states[0], states[1]);
      differ(states[1], states[2]);
    });

    it('refuses one that is not of this model', () => {
      assert.throws(() => model.memory.restore(new Float32Array(3)), (error) => error instanceof ContinuoError && error.errorName === 'modelFailed' && /3 numbers/.test(error.message));
    });
  });
});
