import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposeControls } from '../../../../src/engine/contracts/composer.js';
import type { ModelMark } from '../../../../src/engine/contracts/language-model.js';
import { NullLanguageModel } from '../../../../src/engine/contracts/null-language-model.js';
import { PromptWriter } from '../../../../src/engine/generation/prompt-writer.js';
import { TokenComposer } from '../../../../src/engine/generation/token-composer.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { scoreOf, type Score } from '../../../../src/engine/music/score.js';
import { plainControls, twoBars } from '../../../engine/contracts/composer-contract.js';
import { tokenizerOf } from './support.js';

const tokenizer = tokenizerOf();
const generation = { keyNormalised: false, events: [], tracks: [], setup: [] };
const never = (): boolean => false;
/** Two bars, and half a beat more. */
const played = [
  { beat: 8, duration: 0.25, channel: 0, pitch: 72, velocity: 90 },
  { beat: 8.25, duration: 0.5, channel: 0, pitch: 76, velocity: 70 },
];
const past = scoreOf([...twoBars.notes, ...played]);
const atBeat = 8.5;

/** Knows what it was given to read. */
class ReadingModel extends NullLanguageModel {
  readonly ids: number[] = [];

  override extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.ids.push(...Array.from(tokens));
    return super.extend(tokens);
  }

  override rewind(mark: ModelMark | undefined): void {
    super.rewind(mark);
    this.ids.length = mark?.tokens ?? 0;
  }

  /** Onsets of what it was given to read, of a stream that begins at beat 0. */
  get onsets(): string[] {
    const decoder = tokenizer.startDecoder(0);
    const events = [...this.ids, tokenizer.vocabulary.end].flatMap((id) => decoder.push(id));
    return events.flatMap((event) => (event.type === 'note' ? [nameOf(event.note)] : []));
  }
}

function nameOf({ beat, pitch }: Pick<Note, 'beat' | 'pitch'>): string {
  return `${pitch} @${beat}`;
}

function controls(seed: number, constraint: ComposeControls['constraint'] = {}): ComposeControls {
  return { ...plainControls, sampling: { ...plainControls.sampling, seed }, constraint };
}

async function composerAfter(score: Score, beat: number, contextTokens = 1024, promptTokens?: number): Promise<{ composer: TokenComposer; model: ReadingModel }> {
  const model = new ReadingModel({ vocabularySize: tokenizer.vocabulary.size, contextTokens });
  const composer = new TokenComposer(tokenizer, model, { generation: { ...generation, promptTokens }, sampling: {} });
  await composer.prepare();
  await composer.prime(score, beat);
  return { composer, model };
}

describe('the beat in which music goes on, of a format that tells beats as a whole', () => {
  it('is no part of the prompt until it is over', () => {
    const writer = new PromptWriter(tokenizer, generation, 512);
    const ofBeat = (beat: number): readonly number[] => writer.write(past, beat).tokens;
    assert.deepEqual(ofBeat(atBeat), writer.write(twoBars, 8).tokens);
    assert.ok(ofBeat(9).length > ofBeat(8.99).length);
    assert.deepEqual(writer.writeAll(past, atBeat).tokens, ofBeat(9));
  });

  it('holds what was played in it as it was, and nothing new before the place', async () => {
    const { composer, model } = await composerAfter(past, atBeat);
    for (let seed = 0; seed < 12; seed += 1) {
      await composer.prime(past, atBeat);
      const { notes } = await composer.compose(10, controls(seed), never);
      assert.ok(notes.every(({ beat }) => beat >= atBeat));
      const before = model.onsets.filter((name) => Number(name.split('@')[1]) < atBeat);
      assert.deepEqual(before.sort(), past.notes.map(nameOf).sort(), `seed ${seed}`);
    }
  });

  it('fits where the context is small', async () => {
    const chord = Array.from({ length: 7 }, (_, index) => ({ beat: 8.02, duration: 0.05, channel: 0, pitch: 50 + 3 * index, velocity: 80 }));
    const { composer } = await composerAfter(twoBars, 8.1, 96, 40);
    for (let seed = 0; seed < 24; seed += 1) {
      await composer.prime(scoreOf([...twoBars.notes, ...chord]), 8.1);
      const wishes = controls(seed, { tempo: 120, durationRange: { low: 0.1, high: 0.2 }, pitchRange: { low: 20, high: 100 } });
      assert.equal((await composer.compose(9, wishes, never)).untilBeat, 9);
    }
  });

  it('has in it what a format would round into it, from before it and from before the place', async () => {
    const early = { beat: 7.995, duration: 0.5, channel: 0, pitch: 79, velocity: 80 };
    const late = { beat: 8.495, duration: 0.4, channel: 0, pitch: 55, velocity: 80 };
    const { composer, model } = await composerAfter(twoBars, 8);
    for (let seed = 0; seed < 12; seed += 1) {
      await composer.prime(scoreOf([...twoBars.notes, early, late]), 8.497);
      const { notes } = await composer.compose(10, controls(seed), never);
      assert.ok(!notes.some(({ beat, pitch }) => beat < 9 && (pitch === 55 || pitch === 79)), 'what was played comes again');
      assert.ok(model.onsets.includes('79 @8'));
      assert.ok(model.onsets.some((name) => name.startsWith('55 @8.4')), model.onsets.join());
    }
  });

  it('has nothing of drums in it', async () => {
    const { composer, model } = await composerAfter(twoBars, 8);
    await composer.prime(scoreOf([...twoBars.notes, { beat: 8.104, duration: 0.25, channel: 9, pitch: 73, velocity: 80 }]), 8.5);
    await composer.compose(10, controls(1, { pitchRange: { low: 40, high: 60 } }), never);
    assert.ok(!model.onsets.some((name) => name.startsWith('73 ')));
  });

  it('is written in below what was played, too', async () => {
    const { composer } = await composerAfter(past, atBeat);
    const low: string[] = [];
    for (let seed = 0; seed < 12; seed += 1) {
      await composer.prime(past, atBeat);
      const { notes } = await composer.compose(9, controls(seed, { pitchRange: { low: 40, high: 60 } }), never);
      low.push(...notes.map(nameOf));
    }
    assert.ok(low.length > 0);
  });

  it('holds what was given out of it when the rest is wished for otherwise', async () => {
    const { composer, model } = await composerAfter(twoBars, 8);
    for (let seed = 0; seed < 6; seed += 1) {
      await composer.prime(twoBars, 8);
      const first = await composer.compose(12, controls(seed), never);
      await composer.rewind(10.5);
      const given = first.notes.filter(({ beat }) => beat < 10.5).map(nameOf);
      const rest = await composer.compose(12, controls(seed, { pitchRange: { low: 30, high: 40 } }), never);
      assert.ok(rest.notes.every(({ beat, pitch }) => beat >= 10.5 && pitch <= 40));
      const before = model.onsets.filter((name) => Number(name.split('@')[1]) < 10.5);
      assert.deepEqual(before.sort(), [...twoBars.notes.map(nameOf), ...given].sort(), `seed ${seed}`);
    }
  });

  it('answers with a note of any key, at or after the place', async () => {
    const { composer } = await composerAfter(past, atBeat);
    const beats: number[] = [];
    for (let seed = 0; seed < 48; seed += 1) {
      const wishes = controls(seed, { pitchRange: { low: 40, high: 60 }, maximumRestBeats: 1, tempo: 120 });
      const { note } = await composer.nextNote({ fromBeat: atBeat, untilBeat: 20 }, wishes);
      assert.ok(note && note.beat >= atBeat && note.pitch >= 40 && note.pitch <= 60);
      beats.push(note.beat);
    }
    assert.ok(beats.some((beat) => beat < 9), 'the rest of the beat has a note');
    assert.ok(beats.every((beat) => beat <= atBeat + 1));
  });
});
