import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openRecipe } from '../../../../bench/support/open-recipe.js';
import type { ComposeControls, Composer } from '../../../../src/engine/contracts/composer.js';
import { makeComposer } from '../../../../src/engine/generation/make-composer.js';
import { OrtSession } from '../../../../src/engine/generation/onnx/ort-session.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { emptyScore, type Score } from '../../../../src/engine/music/score.js';
import type { Beats } from '../../../../src/engine/music/units.js';
import { plainControls } from '../../../engine/contracts/composer-contract.js';

const never = (): boolean => false;
const bar: Beats = 4;
const controls: ComposeControls = { ...plainControls, sampling: { ...plainControls.sampling, temperature: 0.9, topP: 0.93 }, constraint: { meter: { numerator: 4, denominator: 4 } } };
const near = 1e-6;

/** Eighths over chords, in bars that are no two alike. */
function playedUntil(beat: Beats): Score {
  const notes: Note[] = Array.from({ length: Math.ceil(beat * 2) }, (_, index) => {
    return { beat: index / 2, duration: 0.45, channel: 0, pitch: 60 + ((index * 7 + (index >> 3)) % 12), velocity: 80 };
  });
  return { ...emptyScore, notes: notes.filter((note) => note.beat < beat), meters: [{ beat: 0, numerator: 4, denominator: 4 }] };
}

describe('musemorphic, in the middle of a bar', () => {
  let composer: Composer;
  const runs = new Map<string, number>();
  const { run } = OrtSession.prototype;

  before(async () => {
    const { recipe } = await openRecipe({ pack: 'musemorphic', threads: '1' });
    composer = await makeComposer(recipe, () => undefined);
    await composer.prepare();
    OrtSession.prototype.run = async function counted(this: OrtSession, feeds) {
      const net = this.inputNames.includes('control') ? 'mamba' : this.inputNames.includes('past') ? 'decoder' : 'encoder';
      runs.set(net, (runs.get(net) ?? 0) + 1);
      return run.call(this, feeds);
    } as typeof run;
  });

  after(async () => {
    OrtSession.prototype.run = run;
    await composer.dispose();
  });

  async function composed(fromBeat: Beats, untilBeat: Beats, wishes: Partial<ComposeControls> = {}): Promise<readonly Note[]> {
    const span = await composer.compose(untilBeat, { ...controls, ...wishes }, never);
    assert.equal(span.fromBeat, fromBeat);
    return span.notes;
  }

  it('keeps what is wished for from the next note on, and leaves what was before', async () => {
    await composer.prime(playedUntil(2 * bar), 2 * bar);
    const first = await composed(8, 24);
    for (const [index, beat] of [9.5, 10.75, 13, 14.25, 16, 17.5, 19.75, 21.25].entries()) {
      await composer.rewind(beat);
      const rest = await composed(beat, 24, { constraint: { ...controls.constraint, pitchRange: { low: 72, high: 84 }, maximumRestBeats: 1 }, sampling: { ...controls.sampling, seed: index } });
      assert.ok(rest.every((note) => note.beat >= beat && note.pitch >= 72 && note.pitch <= 84), JSON.stringify(rest));
      const last = first.findLast((note) => note.beat < beat)?.beat ?? 2 * bar - 0.5;
      const onsets = [last, ...rest.map((note) => note.beat)];
      onsets.slice(1).forEach((onset, at) => assert.ok(onset - onsets[at] <= Math.max(1, at === 0 ? Math.ceil((beat - last) * 4) / 4 : 0) + near, `${onset - onsets[at]} beats of rest before ${onset}`));
      await composer.rewind(beat);
      assert.deepEqual(await composed(beat, 24), first.filter((note) => note.beat >= beat), 'what nobody wished otherwise is other music');
    }
  });

  it('goes on with a bar that somebody else began, on one channel, whatever he played it with', async () => {
    for (const beat of [9.2, 10.55, 11.1, 13.9]) {
      const past = playedUntil(beat);
      await composer.prime({ ...past, programs: [{ beat: 0, channel: 0, program: 40 }] }, beat);
      const notes = await composed(beat, beat + 2 * bar, { constraint: { ...controls.constraint, onsetsPerBeat: { low: 1, high: 8 } } });
      assert.ok(notes[0].beat < Math.floor(beat) + 2, `nothing before ${notes[0].beat}`);
      assert.deepEqual([...new Set(notes.map((note) => note.channel))], [0]);
    }
  });

  it('has nothing left to read when an answer is due, and writes its first notes only', async () => {
    for (const told of [10.6, 11.6, 12.6, 13.6]) await composer.prime(playedUntil(told), Math.ceil(told / bar) * bar);
    runs.clear();
    await composer.prime(playedUntil(14.2), 14.2);
    assert.deepEqual([...runs], []);
    let notes: readonly Note[] = [];
    for (let until = 14.7; notes.length === 0; until += 0.5) notes = await composed(until - 0.5, until, { constraint: { ...controls.constraint, onsetsPerBeat: { low: 1, high: Infinity } } });
    assert.equal(runs.get('encoder') ?? 0, 0);
    assert.ok((runs.get('mamba') ?? 0) <= 5 && (runs.get('decoder') ?? 0) <= 12, JSON.stringify([...runs]));
  });

  it('reads a past once, whatever key it is moved to and wherever it begins', async () => {
    const past = playedUntil(30 * bar);
    const moved = { ...past, notes: past.notes.map((note) => ({ ...note, pitch: note.pitch + 2 })) };
    for (const each of [past, moved]) await composer.prime(each, 30 * bar);
    runs.clear();
    for (const each of [past, moved]) await composer.prime(each, 30 * bar);
    assert.equal(runs.get('encoder') ?? 0, 0);
  });
});
