import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadConfiguration } from '../../../src/engine/configuration.js';
import { engineContainer } from '../../../src/engine/create-engine.js';
import { Engine } from '../../../src/engine/engine.js';
import { readMidiFile } from '../../../src/engine/midi-file/read-midi-file.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { keptTakes, readTake } from '../../../src/engine/recording/take-journal.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';
import { until } from '../../transports/support/within.js';

const set = `scenes:
  - name: Trio
    at: bar
    decks: { 2: { transpose: 12 }, 3: { pack: perlin, seed: 3, channel: 5 } }
  - name: Alone
    engine: { decks: 1 }
`;

async function playing(context: TestContext, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'continuo-stage-'));
  await writeFile(join(folder, 'set.yaml'), text);
  const transports = { midi: false, link: false, websocket: false, osc: false, oscquery: false };
  await writeFile(join(folder, 'stage.json'), JSON.stringify({ bpm: 300, pack: 'perlin', packFolders: [join(repositoryRoot, 'test', 'fixtures', 'packs')], set: 'set.yaml', takes: { folder: 'takes' }, transports }));
  const engine = engineContainer(loadConfiguration(join(folder, 'stage.json')), builtInPlugins).get(Engine);
  context.after(async () => {
    await engine.stop();
    await rm(folder, { recursive: true });
  });
  await engine.start();
  return { engine, folder, parameters: engine.parameters };
}

describe('an engine with a set', () => {
  it('brings the decks that a scene speaks of, and takes those away that it does not want', async (context) => {
    const { engine, folder, parameters } = await playing(context, set);
    assert.equal(parameters.text('scenes'), 'Trio, Alone');
    const scenes: string[] = [];
    parameters.onEvent((event) => event.type === 'scene' && scenes.push(event.name));
    await parameters.write('recall', ['Trio'], 'test');
    await until('the trio plays', () => scenes.length === 1 && engine.decks.every((deck) => deck.state === 'playing'), 20_000);
    assert.equal(engine.decks.length, 3);
    assert.deepEqual([parameters.number('deck/2/transpose'), parameters.number('deck/3/channel')], [12, 5]);
    const before = parameters.number('take-notes');
    await until('all three are recorded', () => parameters.number('take-notes') > before + 60, 20_000);
    await parameters.write('next-scene', [], 'test');
    await until('one is left', () => engine.decks.length === 1 && scenes.length === 2, 20_000);
    await parameters.write('save-take', ['trio.mid'], 'test');
    const { score } = readMidiFile(await readFile(join(folder, 'trio.mid')));
    const played = score.tracks.slice(1).map((events) => events.filter(({ type }) => type === 'note').length);
    assert.equal(played.length, 3);
    assert.ok(played.every((notes) => notes > 3), played.join(' '));
    const [take] = await keptTakes(join(folder, 'takes'));
    const markers = (await readTake(take)).lines.flatMap((line) => ('marker' in line && line.marker.startsWith('scene') ? [[line.marker, line.beat % 4]] : []));
    assert.deepEqual(markers, [['scene 1: Trio', 0], ['scene 2: Alone', 0]]);
  });

  it('lets a deck that a scene brings begin with the pack of the scene, on its bar, and with no other before', async (context) => {
    const { engine, parameters } = await playing(context, 'scenes:\n  - name: Duo\n    at: bar\n    decks: { 2: { pack: tiny-lm }, 3: { mute: true } }\n');
    const ready: string[] = [];
    const begins = new Map<number, number>();
    parameters.onEvent((event) => {
      if (event.type === 'swap' && event.stage === 'ready') ready.push(`${event.deck} ${event.pack} ${(event.atBeat ?? 0) % 4}`);
      if (event.type === 'planned' && !begins.has(event.deck) && event.notes.length > 0) begins.set(event.deck, event.notes[0].beat);
    });
    let arrived = NaN;
    parameters.onEvent((event) => event.type === 'scene' && (arrived = engine.position.beat()));
    await parameters.write('recall', ['Duo'], 'test');
    await until('the duo plays', () => !Number.isNaN(arrived) && engine.decks.every((deck) => deck.state === 'playing'), 20_000);
    assert.deepEqual(ready.filter((each) => each.startsWith('2')), ['2 tiny-lm 0']);
    assert.ok(ready.some((each) => each.startsWith('3 perlin')));
    assert.ok((begins.get(2) ?? NaN) > arrived - 1, `from beat ${begins.get(2)}, where the scene came at ${arrived}`);
  });

  it('gives a deck its first pack where the scene that made it has no such pack, or another takes its place that names none', async (context) => {
    const text = `scenes:
  - { name: Gone, at: bar, decks: { 3: { pack: no-such-pack, high-pitch: 60 } } }
  - { name: Late, at: 8-bars, decks: { 4: { pack: tiny-lm } } }
  - { name: Loud, at: bar, decks: { 4: { mute: false } } }
`;
    const { engine, parameters } = await playing(context, text);
    await parameters.write('recall', ['Gone'], 'test');
    await until('deck 3 plays', () => engine.decks[2].state === 'playing', 20_000);
    await until('it is steered', () => parameters.number('deck/3/high-pitch') === 60, 20_000);
    const swaps: string[] = [];
    parameters.onEvent((event) => event.type === 'swap' && event.deck === 4 && swaps.push(`${event.stage} ${event.pack}`));
    const late = parameters.write('recall', ['Late'], 'test');
    await parameters.write('recall', ['Loud'], 'test');
    await until('deck 4 plays', () => engine.decks.length === 4 && engine.decks[3].state === 'playing', 20_000);
    await late;
    await until('the pack is heard', () => swaps.includes('playing perlin'), 20_000);
    assert.ok(!swaps.some((each) => each === 'ready tiny-lm'), swaps.join(', '));
  });

  it('says that a prompt is of no use to a deck that is empty where the scene names no pack', async (context) => {
    const { engine, parameters } = await playing(context, 'scenes:\n  - { name: Bare, at: bar, decks: { 3: { prompt: a.mid } } }\n');
    const faults: string[] = [];
    parameters.onEvent((event) => event.type === 'error' && faults.push(event.sentence));
    await parameters.write('recall', ['Bare'], 'test');
    await until('deck 3 plays', () => engine.decks.length === 3 && engine.decks[2].state === 'playing', 20_000);
    assert.match(faults.join('\n'), /^Deck 3 is empty and the scene names no pack that could go on from .*a\.mid: name one\.$/);
  });

  it('gives a deck its first pack where a scene that waits to bring it another is replaced', async (context) => {
    const { engine, parameters } = await playing(context, 'scenes:\n  - { name: Late, at: 8-bars, decks: { 3: { pack: tiny-lm } } }\n  - { name: Loud, at: bar, decks: { 3: { mute: false } } }\n');
    let loads = false;
    parameters.onEvent((event) => event.type === 'swap' && event.stage === 'loading' && event.pack === 'tiny-lm' && (loads = true));
    const late = parameters.write('recall', ['Late'], 'test');
    await until('its pack waits', () => loads, 20_000);
    await parameters.write('recall', ['Loud'], 'test');
    await until('deck 3 plays', () => engine.decks[2].state === 'playing', 20_000);
    await late;
    assert.equal(engine.decks[2].pack, 'perlin');
  });

  for (const moment of ['asked for', 'made ready', 'waiting for its bar'] as const) {
    it(`that is ended while a scene is ${moment} tells no fault`, async (context) => {
      const { engine, parameters } = await playing(context, 'scenes:\n  - name: Later\n    at: 8-bars\n    decks: { 1: { pack: tiny-lm, seed: 4 }, 3: { pack: perlin } }\n');
      const faults: string[] = [];
      let loads = false;
      parameters.onEvent((event) => {
        if (event.type === 'error') faults.push(event.sentence);
        if (event.type === 'swap' && event.stage === 'failed') faults.push(event.sentence ?? 'failed');
        if (event.type === 'swap' && event.stage === 'loading') loads = true;
      });
      const recalled = parameters.write('recall', ['Later'], 'test');
      if (moment === 'made ready') await new Promise(setImmediate);
      if (moment === 'waiting for its bar') await until('the pack waits', () => loads, 20_000);
      await engine.stop();
      await recalled;
      assert.deepEqual(faults, []);
    });
  }

  it('saves the tempo that was set by hand, and not the set that was chosen', async (context) => {
    const { folder, parameters } = await playing(context, 'scenes:\n  - name: A\n');
    const file = join(folder, 'other.yaml');
    await writeFile(file, 'scenes:\n  - name: A\n');
    await parameters.write('set-file', [file], 'osc');
    await parameters.write('bpm', [128], 'osc');
    await parameters.write('save-scene', ['B'], 'osc');
    assert.match(await readFile(file, 'utf8'), /- name: B\n {4}engine:\n {6}bpm: 128\n {4}decks:/);
  });

  it('that is broken plays all the same, and says where the fault is', async (context) => {
    const { engine, parameters } = await playing(context, 'scenes:\n  - name: A\n    decks: { 1: { temperature: hot } }\n');
    assert.match(engine.notices.map(({ sentence }) => sentence).join('\n'), /set\.yaml line 3: deck\/1\/temperature must be a number/);
    await assert.rejects(parameters.write('recall', ['1'], 'test'), /There is no set/);
    await until('it plays', () => parameters.number('take-notes') > 0, 20_000);
  });
});
