import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { TwoDeckStage } from './two-deck-stage.js';

const set = `scenes:
  - name: Dawn
    at: bar
    decks: { 1: { high-pitch: 80 } }
  - name: Noon
    at: 8-bars
    decks: { 1: { high-pitch: 60 } }
`;

/** Dawn plays. */
async function atDawn(context: TestContext) {
  const stage = await TwoDeckStage.begin(context, set);
  const { parameters, file } = stage;
  const write = (address: string, ...values: string[]): Promise<void> => parameters.write(address, values, 'test');
  const text = (): Promise<string> => readFile(file, 'utf8');
  await stage.recall('recall', ['Dawn']);
  await stage.playUntil(10);
  assert.deepEqual([stage.arrivals.length, parameters.text('scene-name')], [1, 'Dawn']);
  return { stage, parameters, file, write, text };
}

describe('a scene that is saved without a name', () => {
  it('is never one that is on its way, and that comes out as it was', async (context) => {
    const { stage, parameters, write, text } = await atDawn(context);
    await write('recall', 'Noon');
    await assert.rejects(write('save-scene'), /Scene Noon is on its way and what plays is not it yet: save when it has come, or say which scene is meant\./);
    assert.equal(await text(), set);
    await write('save-scene', 'Dawn');
    assert.equal(parameters.text('scene-name'), 'Noon');
    await stage.playUntil(34);
    assert.deepEqual([stage.arrivals.length, parameters.number('deck/1/high-pitch')], [2, 60]);
    await write('save-scene');
    assert.match(await text(), /name: Dawn\n.*\n.*high-pitch: 80, pack: perlin[^]*name: Noon\n.*\n.*high-pitch: 60, pack: perlin/);
  });

  it('is not one whose recall was refused, nor do the steps go on from that', async (context) => {
    const { stage, parameters, write, text } = await atDawn(context);
    await assert.rejects(write('recall', 'Noon', '3-bars'), /A boundary is one of/);
    assert.equal(parameters.text('scene-name'), 'Dawn');
    await write('save-scene');
    assert.match(await text(), /name: Dawn\n.*\n.*high-pitch: 80, pack: perlin/);
    await stage.recall('next-scene', []);
    assert.equal(parameters.text('scene-name'), 'Noon');
  });

  for (const hasCome of [true, false]) {
    it(`is none of a set that was opened before, ${hasCome ? 'where that has come' : 'nor where it comes later'}`, async (context) => {
      const { stage, parameters, file, write } = await atDawn(context);
      const other = join(dirname(file), 'other.yaml');
      const others = 'scenes:\n  - name: Dusk\n  - name: Dawn\n';
      await writeFile(other, others);
      if (!hasCome) await write('recall', 'Noon');
      await write('set-file', other);
      assert.deepEqual([parameters.number('scene'), parameters.text('scene-name')], [0, '']);
      await stage.playUntil(34);
      assert.equal(parameters.number('deck/1/high-pitch'), hasCome ? 80 : 60);
      await assert.rejects(write('save-scene'), /No scene has been recalled/);
      assert.equal(await readFile(other, 'utf8'), others);
      await stage.recall('next-scene', []);
      assert.equal(parameters.text('scene-name'), 'Dusk');
    });
  }
});
