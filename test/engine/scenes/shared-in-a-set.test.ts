import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { textOf, writeScene } from '../../../src/engine/scenes/set-document.js';
import { parseSetFile, type SetFile } from '../../../src/engine/scenes/set-file.js';
import type { DeckScene, Scene } from '../../../src/engine/scenes/set-list.js';

const store = new ParameterStore();
for (const number of [1, 2, 3]) store.addDeck(number);
const parse = (text: string): SetFile => parseSetFile(text, 'friday.yaml', store, '/sets');

const shared = `scenes:
  - name: Dawn
    decks: &std
      1: &lead { pack: perlin, prompt: a.mid, temperature: &warm 0.8 } # leads
      2: { pack: perlin }
  - name: Noon
    decks: *std
  - name: Dusk
    decks:
      1: *lead
      3: { temperature: *warm }
`;

/** What a set says after a scene was saved into its text, with values for deck 1. */
function saved(text: string, name: string, values: readonly [string, number][]): { readonly text: string; readonly scenes: readonly Scene[] } {
  const { document } = parse(text);
  writeScene(document, { name, values: new Map(), decks: new Map([[1, { pack: 'perlin', values: new Map(values) }]]) });
  const after = textOf(document, text);
  return { text: after, scenes: parse(after).set.scenes };
}

describe('a scene that is saved into a set with aliases', () => {
  const before = parse(shared).set.scenes;
  for (const [index, name] of before.map((scene) => scene.name).entries()) {
    it(`changes as it says, and no other scene does: ${name}`, () => {
      const { scenes } = saved(shared, name, [['temperature', 0.5], ['density', 0.25]]);
      const lead: DeckScene = { pack: 'perlin', prompt: '/sets/a.mid', values: new Map([['temperature', 0.5], ['density', 0.25]]) };
      const expected = before.map((scene, place) => (place === index ? { ...scene, decks: new Map([...scene.decks, [1, lead]]) } : scene));
      assert.deepEqual(scenes, expected);
    });

    it(`leaves the file as it is where it says the same: ${name}`, () => {
      assert.equal(saved(shared, name, [['temperature', 0.8]]).text, shared);
    });
  }

  it('leaves aliases and comments that have nothing to do with it', () => {
    const { text } = saved(shared, 'Noon', [['temperature', 0.5]]);
    assert.match(text, /# leads\n/);
    assert.match(text, /1: \*lead\n {6}3: \{ temperature: \*warm \}\n$/);
  });
});

describe('a scene that is saved where it has spoken of no deck', () => {
  for (const text of [
    'scenes:\n  - name: Intro\n    engine: { bpm: 100 }\n',
    'scenes:\n  - name: Intro\n',
    '{"scenes": [{"name": "Intro"}]}\n',
  ]) {
    it(`speaks of the decks from then on: ${JSON.stringify(text)}`, () => {
      const deck: DeckScene = { pack: 'perlin', values: new Map([['temperature', 0.5]]) };
      assert.deepEqual(saved(text, 'Intro', [['temperature', 0.5]]).scenes.map(({ decks }) => decks), [new Map([[1, deck]])]);
    });
  }
});

describe('a set in JSON', () => {
  const json = `{
    "title": "Friday",
    "scenes": [
        { "name": "Dawn", "decks": { "1": { "pack": "perlin" } } }
    ]
}
`;

  it('is JSON still when a scene is saved into it', () => {
    for (const text of [json, JSON.stringify(JSON.parse(json))]) {
      for (const [name, place] of [['Dawn', 0], ['New', 1]] as const) {
        const { text: after } = saved(text, name, [['density', 0.25]]);
        const { title, scenes } = JSON.parse(after) as { title: string; scenes: object[] };
        assert.deepEqual([title, scenes[place]], ['Friday', { name, decks: { 1: { pack: 'perlin', density: 0.25 } } }]);
        assert.equal(after.endsWith('\n'), text.endsWith('\n'));
      }
    }
  });

  it('keeps its indents', () => {
    assert.match(saved(json, 'New', []).text, /^\{\n {4}"title": "Friday",\n {4}"scenes": \[\n/);
  });
});
