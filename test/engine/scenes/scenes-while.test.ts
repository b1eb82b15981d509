import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { until } from '../../transports/support/within.js';
import { TwoDeckStage } from './two-deck-stage.js';

const set = `# Friday
scenes:
  - name: Dawn # quiet
    at: bar
    decks: { 1: { pack: perlin, high-pitch: 80 } }
  - name: Noon
    at: bar
    decks: { 1: { play-mode: query }, 2: { mute: true } }
`;

async function begin(context: TestContext) {
  const stage = await TwoDeckStage.begin(context, set);
  const notices = (): string => stage.events.flatMap((event) => (event.type === 'notice' ? [event.sentence] : [])).join('\n');
  const write = (address: string, ...values: (string | number | boolean)[]): Promise<void> => stage.parameters.write(address, values, 'test');
  const pass = (beats = 9): Promise<void> => stage.playUntil(stage.ensemble.session.beat() + beats);
  /** What waits for the music. */
  const during = async (doing: Promise<void>): Promise<void> => {
    let pending = true;
    const done = doing.finally(() => (pending = false));
    while (pending) await pass(0.25);
    await done;
  };
  const figures = (): void => stage.ensemble.publishCounters();
  return { stage, notices, write, pass, during, figures, parameters: stage.parameters };
}

describe('a scene that is recalled', () => {
  it('lets a frozen deck go on with the pack that it names, on its bar, and with its knobs', async (context) => {
    const { stage, write, pass, during, parameters } = await begin(context);
    await pass(8);
    await during(write('deck/1/freeze', 1));
    await pass(4);
    assert.equal(stage.ensemble.decks[0].succession.freeze.isOn, true);
    await stage.recall('recall', ['Dawn']);
    await pass();
    assert.deepEqual([stage.ensemble.decks[0].succession.freeze.isOn, stage.ensemble.decks[0].pack, parameters.get('deck/1/high-pitch')], [false, 'perlin', 80]);
    const now = stage.ensemble.session.beat();
    assert.ok(stage.ensemble.decks[0].plan.from(now - 4).notes.every(({ pitch, channel }) => channel === 9 || pitch <= 80));
    assert.deepEqual([stage.faults, stage.ensemble.decks[0].underruns], [[], 0]);
  });

  it('says which decks stay silent for what was set before, and of which it says nothing', async (context) => {
    const { stage, notices, write, pass } = await begin(context);
    await pass(4);
    await write('deck/1/play-mode', 'answer');
    await write('deck/1/mute', true);
    await stage.recall('recall', ['Dawn']);
    await pass();
    assert.match(notices(), /Deck 1 is still in play-mode answer, of which scene Dawn says nothing: it waits for somebody\.\nDeck 1 is still muted/);
  });

  it('comes about while a deck is asked for single notes, and while a plan is played', async (context) => {
    const { stage, write, pass, parameters } = await begin(context);
    await pass(4);
    await write('deck/1/plan', 'A B *', 1);
    await stage.recall('recall', ['Noon']);
    await pass();
    assert.deepEqual([parameters.get('deck/1/play-mode'), parameters.get('deck/2/mute'), stage.ensemble.decks[0].state], ['query', true, 'listening']);
    await write('deck/1/play-mode', 'continue');
    await stage.recall('recall', ['Dawn']);
    await pass();
    assert.deepEqual([stage.ensemble.decks[0].state, stage.faults], ['playing', []]);
  });
});

describe('a scene that is saved', () => {
  it('says all that any other scene of the set does, so that it is itself again after them', async (context) => {
    const { stage, write, pass, parameters } = await begin(context);
    await pass(4);
    await write('save-scene', 'Start');
    await stage.recall('recall', ['Noon']);
    await pass();
    await stage.recall('recall', ['Start']);
    await pass();
    assert.deepEqual([parameters.get('deck/1/play-mode'), parameters.get('deck/2/mute'), parameters.get('deck/1/high-pitch')], ['continue', false, 127]);
    assert.deepEqual(stage.ensemble.decks.map(({ state }) => state), ['playing', 'playing']);
    const text = await readFile(stage.file, 'utf8');
    assert.match(text, /^# Friday\n/);
    assert.match(text, /Dawn # quiet/);
  });

  it('keeps mode and mutes, and tells what of a deck it cannot: a frozen loop, a plan, forced notes', async (context) => {
    const { notices, write, pass, during, figures, parameters, stage } = await begin(context);
    await pass(8);
    await write('deck/2/plan', 'A B *', 1);
    await during(write('deck/1/freeze', 1));
    await pass(6);
    await write('deck/1/mute', true);
    await write('deck/1/play-mode', 'answer');
    figures();
    parameters.publish('deck/1/frozen', 1);
    await write('save-scene', 'Odd');
    assert.match(notices(), /Scene Odd has the pack and the knobs of deck 1, and not what it repeats\./);
    assert.match(notices(), /Scene Odd has the pack and the knobs of deck 2, and not its plan\./);
    await write('deck/1/mute', false);
    await write('deck/1/play-mode', 'continue');
    await stage.recall('recall', ['Odd']);
    await pass();
    assert.deepEqual([parameters.get('deck/1/mute'), parameters.get('deck/1/play-mode')], [true, 'answer']);
  });

  it('is not written into a file that is broken meanwhile, and the set that holds goes on', async (context) => {
    const { stage, write, pass, parameters } = await begin(context);
    await pass(4);
    const broken = set.replace('high-pitch: 80', 'high-pitch: 800');
    await writeFile(stage.file, broken);
    await until('the fault is told', () => stage.faults.length > 0);
    assert.match(stage.faults[0], /set\.yaml line 5: deck\/1\/high-pitch must be 0 to 127 MIDI pitch, not 800/);
    await assert.rejects(write('save-scene', 'New'), /line 5/);
    assert.equal(await readFile(stage.file, 'utf8'), broken);
    await stage.recall('recall', ['1']);
    await pass();
    assert.deepEqual([parameters.text('scenes'), parameters.number('deck/1/high-pitch')], ['Dawn, Noon', 80]);
    await writeFile(stage.file, set.replace('Noon', 'Evening'));
    await until('it is mended', () => parameters.text('scenes') === 'Dawn, Evening');
  });
});
