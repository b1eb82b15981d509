import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { writeRender } from '../../../src/engine/midi-file/render.js';
import { scoreOf } from '../../../src/engine/music/score.js';
import { until } from '../../transports/support/within.js';
import { TwoDeckStage } from './two-deck-stage.js';

const set = `scenes:
  - name: Low
    decks: { 1: { high-pitch: 60 }, 2: { mute: true } }
  - name: High
    at: 2-bars
    engine: { bpm: 90 }
    decks:
      1: { low-pitch: 72, high-pitch: 96, transpose: 1 }
      2: { pack: tiny-lm, mute: false, channel: 9, seed: 5 }
  - name: Gone
    decks: { 1: { pack: no-such-pack, high-pitch: 70 } }
`;

describe('a scene', () => {
  it('comes about on one boundary: packs, what is composed, how it is played, and the tempo', async (context) => {
    const stage = await TwoDeckStage.begin(context, set);
    await stage.playUntil(6);
    const tempoBeats: number[] = [];
    stage.parameters.onChange((address) => address === 'bpm' && tempoBeats.push(stage.ensemble.session.beat()));
    await stage.recall('recall', ['High'], { 2: 'tiny-lm' });
    await stage.playUntil(stage.ensemble.session.beat() + 24);
    const [boundary] = stage.arrivals;
    assert.equal(boundary % 8, 0, `it came at ${boundary}`);
    assert.equal(stage.swapBeat('tiny-lm'), boundary);
    assert.deepEqual(tempoBeats.map((beat) => Math.abs(beat - boundary) < 0.1), [true]);
    await stage.ensemble.dispose();
    const notes = stage.recorder.score().notes.filter(({ channel }) => channel !== 9);
    const [before, after] = [notes.filter(({ beat }) => beat < boundary), notes.filter(({ beat }) => beat >= boundary)];
    assert.ok(before.some(({ pitch }) => pitch < 72) && after.length > 0);
    assert.deepEqual(after.filter(({ channel, pitch }) => channel !== 8 && (pitch < 73 || pitch > 97)), []);
    assert.ok(after.some(({ channel }) => channel === 8) && !before.some(({ channel }) => channel === 8));
    assert.deepEqual([stage.parameters.number('bpm'), stage.parameters.number('deck/2/seed'), stage.parameters.text('scene-name')], [90, 5, 'High']);
    assert.deepEqual(stage.faults, []);
    assert.equal(stage.recorder.hanging, 0);
  });

  it('is stepped through forwards and backwards, and found by number or name', async (context) => {
    const stage = await TwoDeckStage.begin(context, set);
    const recalled = async (address: string, ...values: string[]): Promise<string> => {
      await stage.recall(address, values, { 2: 'tiny-lm' });
      await stage.playUntil(stage.ensemble.session.beat() + 9);
      return `${stage.parameters.number('scene')} ${stage.parameters.text('scene-name')}`;
    };
    assert.equal(stage.parameters.text('scenes'), 'Low, High, Gone');
    await assert.rejects(stage.parameters.write('previous-scene', [], 'test'), /There is no scene before the first/);
    assert.equal(await recalled('next-scene'), '1 Low');
    assert.equal(await recalled('next-scene'), '2 High');
    assert.equal(await recalled('previous-scene'), '1 Low');
    assert.equal(await recalled('recall', '2', 'bar'), '2 High');
    await assert.rejects(stage.parameters.write('recall', ['Noon'], 'test'), /There is no scene Noon; there are 1 Low, 2 High, 3 Gone\./);
    await assert.rejects(stage.parameters.write('recall', ['1', 'soon'], 'test'), /A boundary is one of/);
  });

  it('is recalled by a program change on its channel, and says what knobs move from then on', async (context) => {
    const stage = await TwoDeckStage.begin(context, 'scenes: [{ name: A, knobs: { 21: deck/1/density, 3/22: recall 2 } }, { name: B, knobs: { 21: deck/2/density } }]\n');
    const { box, parameters } = stage;
    const passing = (): Promise<void> => stage.playUntil(stage.ensemble.session.beat() + 9);
    box.choose(15, 0);
    box.choose(4, 1);
    await passing();
    assert.equal(parameters.text('scene-name'), 'A');
    box.turn(0, 21, 64, 127);
    await passing();
    assert.deepEqual([parameters.number('deck/1/density'), parameters.number('deck/2/density')], [1, 0.5]);
    box.turn(2, 22, 127);
    await passing();
    assert.equal(parameters.text('scene-name'), 'B');
    box.turn(0, 21, 64, 0);
    await passing();
    assert.deepEqual([parameters.number('deck/1/density'), parameters.number('deck/2/density')], [1, 0]);
    box.choose(15, 7);
    await passing();
    assert.match(stage.faults[0], /There is no scene 8/);
  });

  it('is the one in its place for a program change, whatever another is called', async (context) => {
    const stage = await TwoDeckStage.begin(context, 'scenes: [{ name: "2" }, { name: B }]\n');
    stage.box.choose(15, 1);
    await stage.playUntil(stage.ensemble.session.beat() + 9);
    assert.equal(stage.parameters.text('scene-name'), 'B');
  });

  it('stays the present one where it is given another name, so that the steps go on from it', async (context) => {
    const stage = await TwoDeckStage.begin(context, 'scenes: [{ name: A }, { name: B }, { name: C }]\n');
    const { parameters } = stage;
    await stage.recall('recall', ['B']);
    await writeFile(stage.file, 'scenes: [{ name: A }, { name: Bridge }, { name: C }]\n');
    await until('it has its new name', () => parameters.text('scenes') === 'A, Bridge, C');
    assert.deepEqual([parameters.number('scene'), parameters.text('scene-name')], [2, 'Bridge']);
    await stage.recall('next-scene', []);
    assert.equal(parameters.text('scene-name'), 'C');
    await writeFile(stage.file, 'scenes: [{ name: A }, { name: Bridge }]\n');
    await until('it is gone', () => parameters.text('scenes') === 'A, Bridge');
    assert.equal(parameters.number('scene'), 0);
  });

  it('comes about as far as it can be had, and says what cannot', async (context) => {
    const stage = await TwoDeckStage.begin(context, set);
    await stage.recall('recall', ['Gone']);
    await stage.playUntil(stage.ensemble.session.beat() + 9);
    assert.equal(stage.parameters.number('deck/1/high-pitch'), 70);
    assert.equal(stage.ensemble.decks[0].pack, 'perlin');
    assert.equal(stage.ensemble.decks[0].state, 'playing');
    assert.equal(stage.faults.length, 1);
    assert.match(stage.faults[0], /no-such-pack/);
  });

  it('that names a pack or a prompt that is not there is told of with its line, and recalled once it is there', async (context) => {
    const stage = await TwoDeckStage.begin(context, set);
    const missing = (): readonly string[] => stage.notices.filter((sentence) => / line \d/.test(sentence));
    assert.deepEqual(missing(), ['set.yaml line 11: deck 1 of scene Gone has the pack no-such-pack, which is not there: bring it before the scene is recalled, or name another.']);
    const prompt = join(dirname(stage.file), 'prompt.mid');
    const text = 'scenes:\n  - name: P\n    decks:\n      1: { pack: perlin }\n      2:\n        pack: tiny-lm\n        prompt: prompt.mid\n';
    await writeFile(stage.file, text);
    await until('the set is read', () => stage.parameters.text('scenes') === 'P');
    assert.deepEqual(missing().slice(1), [`set.yaml line 7: deck 2 of scene P has the prompt ${prompt}, which is not there: bring it before the scene is recalled, or name another.`]);
    await writeFile(prompt, writeRender(scoreOf([{ beat: 0, duration: 1, channel: 0, pitch: 60, velocity: 80 }])));
    await stage.recall('recall', ['P'], { 2: 'tiny-lm' });
    await stage.playUntil(stage.ensemble.session.beat() + 9);
    assert.equal(stage.ensemble.decks[1].pack, 'tiny-lm');
    await writeFile(stage.file, `# all is there\n${text}`);
    await until('the set is read again', () => stage.notices.filter((sentence) => sentence === 'The set set.yaml holds: P.').length === 2);
    assert.equal(missing().length, 2);
    assert.deepEqual(stage.faults, []);
  });

  it('that is recalled while another waits takes its place', async (context) => {
    const stage = await TwoDeckStage.begin(context, set);
    const first = stage.parameters.write('recall', ['High', '8-bars'], 'test');
    await stage.recall('recall', ['Low', 'bar']);
    await first;
    await stage.playUntil(40);
    assert.deepEqual([stage.parameters.number('deck/1/high-pitch'), stage.parameters.number('deck/1/low-pitch')], [60, 0]);
    assert.equal(stage.arrivals.length, 1);
  });

  it('goes on from its prompt, and not from what was played', async (context) => {
    const stage = await TwoDeckStage.begin(context, set);
    const prompt = scoreOf([0, 1, 2, 3, 4, 5].map((beat) => ({ beat, duration: 1, channel: 0, pitch: 60 + beat, velocity: 80 })));
    await writeFile(join(dirname(stage.file), 'prompt.mid'), writeRender(prompt));
    await writeFile(stage.file, 'scenes: [{ name: P, decks: { 1: { pack: tiny-lm, prompt: prompt.mid } } }]\n');
    await until('the set is read', () => stage.parameters.text('scenes') === 'P');
    await stage.playUntil(4);
    await stage.recall('recall', ['P'], { 1: 'tiny-lm' });
    await stage.playUntil(stage.ensemble.session.beat() + 4);
    const beat = stage.swapBeat('tiny-lm');
    const history = stage.ensemble.decks[0].plan.history(beat);
    assert.deepEqual(history.notes.map((note) => [note.beat, note.pitch]), [0, 1, 2, 3, 4, 5].map((at) => [beat - 8 + at, 60 + at]));
  });

  it('is saved from what plays: packs, what was set, and what it said already', async (context) => {
    const stage = await TwoDeckStage.begin(context, `# kept\n${set}`);
    await stage.recall('recall', ['High', 'bar'], { 2: 'tiny-lm' });
    await stage.playUntil(stage.ensemble.session.beat() + 9);
    await stage.parameters.write('deck/1/temperature', [0.5], 'test');
    await stage.parameters.write('deck/1/low-pitch', [65], 'test');
    await stage.parameters.write('save-scene', [], 'test');
    await stage.parameters.write('save-scene', ['New'], 'test');
    const text = await readFile(stage.file, 'utf8');
    assert.match(text, /^# kept\n/);
    assert.match(text, /1: \{ low-pitch: 65, high-pitch: 96, transpose: 1, pack: perlin, temperature: 0\.5 \}/);
    assert.equal(stage.parameters.text('scenes'), 'Low, High, Gone, New');
    assert.equal(stage.parameters.text('scene-name'), 'New');
  });
});
