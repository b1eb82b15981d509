import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Stage } from './stage.js';

const accompany = { 'play-mode': 'accompany' };

describe('a deck that accompanies', () => {
  it('plays from the start, with nobody to be heard', async () => {
    const stage = await Stage.begin(accompany);
    await stage.playUntil(7.9);
    assert.deepEqual(stage.played.map(({ beat }) => beat), [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('goes on from what is heard, within the commit', async () => {
    const stage = await Stage.begin(accompany);
    stage.willPlay([4.5, 0.5, 67]);
    await stage.playUntil(4.6);
    const { history, atBeat } = stage.composer.primed.at(-1) ?? assert.fail('never primed');
    assert.ok(atBeat > 4.5 && atBeat <= 5.6, String(atBeat));
    assert.deepEqual(history.notes.filter(({ pitch }) => pitch === 67).map(({ beat }) => beat), [4.5]);
    assert.ok(history.notes.some(({ beat, pitch }) => beat === 4 && pitch === 64), 'what the deck played itself is there too');
  });

  it('hears who plays, and then what is told of ahead of time, where something is', async () => {
    const stage = await Stage.begin(accompany);
    const fed = { duration: 0.5, channel: 0, velocity: 80, pitch: 90 };
    stage.at(2, () => stage.ensemble.hearing.note('feed', { ...fed, beat: 10 }));
    stage.willPlay([4.5, 0.5, 67]);
    await stage.playUntil(4.6);
    const heard = (pitch: number): boolean => stage.composer.primed.at(-1)?.history.notes.some((note) => note.pitch === pitch) === true;
    assert.ok(heard(67));
    await stage.playUntil(9.9);
    assert.ok(!heard(90));
    await stage.playUntil(10.1);
    assert.ok(heard(90));
  });

  it('leaves no beat empty while it listens', async () => {
    const stage = await Stage.begin(accompany);
    stage.willPlay(...Array.from({ length: 60 }, (_unused, index) => [2 + index / 4, 0.2, 60 + (index % 12)] as const));
    await stage.playUntil(23.9);
    assert.deepEqual(stage.played.map(({ beat }) => Math.round(beat * 100) / 100), Array.from({ length: 24 }, (_unused, index) => index));
    assert.deepEqual([stage.deck.underruns, stage.deck.realTime.missedTicks], [0, 0]);
  });

  it('composes no further ahead than what it could still know better', async () => {
    const stage = await Stage.begin(accompany);
    await stage.playUntil(9.5);
    assert.ok(stage.deck.aheadBeats <= 3.01, String(stage.deck.aheadBeats));
  });

  it('wishes for the chord of the moment and the scale that is heard, by leaning, not by force', async () => {
    const stage = await Stage.begin(accompany);
    stage.willPlay([4, 3, 57], [4, 3, 60], [4, 3, 64]);
    await stage.playUntil(6.5);
    assert.deepEqual(stage.composer.asked.at(-1)?.constraint.chord, { pitchClasses: [0, 4, 9], strict: false, bias: 1.5 });
    stage.willPlay(...[67, 69, 71, 72, 74, 76, 78, 79, 74, 71, 67, 67].map((pitch, index) => [8 + index, 1, pitch] as const));
    await stage.playUntil(21);
    assert.deepEqual([...(stage.composer.asked.at(-1)?.constraint.scale?.pitchClasses ?? [])].sort((a, b) => a - b), [0, 2, 4, 6, 7, 9, 11]);
    assert.equal(stage.composer.asked.at(-1)?.keySemitones, 7);
  });

  it('leaves chord and scale to the performer where he has chosen', async () => {
    const stage = await Stage.begin({ ...accompany, 'chord': 'F', 'scale': 'minor', 'scale-root': 'D' });
    stage.willPlay([4, 3, 57], [4, 3, 60], [4, 3, 64]);
    await stage.playUntil(6.5);
    assert.deepEqual(stage.composer.asked.at(-1)?.constraint.chord?.pitchClasses, [0, 5, 9]);
  });
});

describe('any deck', () => {
  it('goes on from what was heard, too, when it takes up a pack', async () => {
    const stage = await Stage.begin({});
    stage.willPlay([1, 1, 96]);
    stage.at(3, () => void stage.deck.load('other', 'bar'));
    await stage.playUntil(9);
    const { history } = stage.composer.primed.at(-1) ?? assert.fail('never primed');
    assert.ok(history.notes.some(({ beat, pitch }) => beat === 1 && pitch === 96));
  });

  it('hears nobody where it is told not to', async () => {
    const stage = await Stage.begin(accompany);
    await stage.parameters.write('hear-notes', [false], 'test');
    stage.willPlay([4.5, 0.5, 67]);
    await stage.playUntil(6);
    assert.ok(stage.composer.primed.every(({ history }) => history.notes.every(({ pitch }) => pitch !== 67)));
  });

  it('does not take its own notes for somebody’s', async () => {
    const stage = await Stage.begin(accompany);
    stage.willPlay(...Array.from({ length: 12 }, (_unused, beat) => [beat, 0.5, 60 + beat] as const));
    await stage.playUntil(12);
    stage.ensemble.publishCounters();
    assert.deepEqual([stage.parameters.get('heard'), stage.parameters.get('echoes')], [0, 12]);
  });
});
