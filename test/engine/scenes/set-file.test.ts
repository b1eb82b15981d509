import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ContinuoError } from '../../../src/engine/errors.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { textOf, writeScene } from '../../../src/engine/scenes/set-document.js';
import { parseSetFile } from '../../../src/engine/scenes/set-file.js';
import type { Scene } from '../../../src/engine/scenes/set-list.js';

function twoDecks(): ParameterStore {
  const parameters = new ParameterStore();
  parameters.addDeck(1);
  parameters.addDeck(2);
  return parameters;
}

const evening = `# for the small hall
title: Friday
scenes:
  - name: Dawn        # slow
    at: 4-bars
    engine: { bpm: 72 }
    decks:
      1:
        pack: skytnt-pop
        prompt: prompts/dawn.mid
        temperature: 0.8   # calm
      2: { pack: perlin, seed: 7 }
  - name: Noon
    decks:
      1: { low-pitch: 40 }
`;

const parse = (text: string) => parseSetFile(text, 'friday.yaml', twoDecks(), '/sets');

function refusal(text: string): string {
  try {
    parse(text);
  } catch (cause) {
    assert.ok(cause instanceof ContinuoError);
    assert.equal(cause.errorName, 'badSetFile');
    return cause.message;
  }
  assert.fail('it was taken');
}

describe('a set file', () => {
  it('says scenes with packs, prompts and values', () => {
    const { set } = parse(evening);
    assert.equal(set.title, 'Friday');
    const [dawn, noon] = set.scenes;
    assert.deepEqual([dawn.name, dawn.at, noon.name, noon.at], ['Dawn', '4-bars', 'Noon', undefined]);
    assert.deepEqual([...dawn.values], [['bpm', 72]]);
    assert.deepEqual(dawn.decks.get(1), { pack: 'skytnt-pop', prompt: '/sets/prompts/dawn.mid', values: new Map([['temperature', 0.8]]) });
    assert.deepEqual(dawn.decks.get(2), { pack: 'perlin', values: new Map([['seed', 7]]) });
    assert.deepEqual(noon.decks.get(1), { values: new Map([['low-pitch', 40]]) });
  });

  it('has knobs that recall scenes by number or by names of several words, at boundaries or not', () => {
    const { set } = parse('scenes:\n- name: Late Night\n  knobs: { 1: recall Late Night, 2: recall Late Night 2-bars, 3: recall 2 bar, 4: next-scene, 5: recall last bar }\n- name: last bar\n');
    const given = set.scenes[0].knobs?.map((knob) => knob.arguments);
    assert.deepEqual(given, [['Late Night'], ['Late Night', '2-bars'], ['2', 'bar'], undefined, ['last bar']]);
  });

  it('may be JSON', () => {
    const { set } = parse(JSON.stringify({ scenes: [{ name: 'A', decks: { 2: { pack: 'perlin' } } }] }, null, 1));
    assert.deepEqual(set.scenes[0].decks.get(2), { pack: 'perlin', values: new Map() });
  });

  it('that is wrong is refused with the line and the reason', () => {
    const changed = (from: string, to: string): string => refusal(evening.replace(from, to));
    assert.match(changed('temperature: 0.8', 'temperature: 7'), /^friday\.yaml line 11: deck\/1\/temperature must be 0 to 2/);
    assert.match(changed('temperature: 0.8', 'warmth: 7'), /^friday\.yaml line 11: There is no parameter "deck\/1\/warmth"/);
    assert.match(changed('2: { pack: perlin,', '8: { colour: red,'), /line 12: There is no parameter "deck\/8\/colour"/);
    assert.match(changed('bpm: 72', 'leader: link'), /line 6: leader can be read, not set/);
    assert.match(changed('bpm: 72', 'panic: true'), /line 6: panic is an action/);
    assert.match(changed('2: { pack', '9: { pack'), /line 12: There is no deck 9; there may be decks 1 to 8/);
    assert.match(changed('at: 4-bars', 'at: 3-bars'), /line 5: scenes\.0\.at: must be one of now, beat, bar, /);
    assert.match(changed('  - name: Noon', '  - name: Dawn'), /line 13: there are two scenes of the name Dawn/);
    assert.match(changed('title: Friday', 'colour: red'), /line 2: "colour" means nothing here/);
    assert.match(changed('decks:\n      1: { low', 'deck:\n      1: { low'), /line 14: scenes\.1: "deck" means nothing here/);
    assert.match(changed('at: 4-bars', 'knobs: { 200: deck/1/density }'), /line 5: A knob is a controller/);
    assert.match(changed('at: 4-bars', 'knobs: { 20: deck/1/style }'), /line 5: No knob can move deck\/1\/style/);
    assert.match(changed('at: 4-bars', 'knobs: { 17/20: panic }'), /line 5: A knob is/);
    assert.match(changed('at: 4-bars', 'knobs: { 20: deck/9/density }'), /line 5: There is no deck 9; there may be decks 1 to 8/);
    assert.match(changed('at: 4-bars', 'knobs: { 20: deck/0/density }'), /line 5: There is no deck 0; there may be decks 1 to 8/);
    assert.match(changed('at: 4-bars', 'knobs: { 20: deck/1/density 5 }'), /line 5: deck\/1\/density is what the knob says: write nothing behind it, not "5"/);
    assert.match(changed('at: 4-bars', 'knobs: { 20: recall Late Night }'), /line 5: There is no scene Late Night; there are 1 Dawn, 2 Noon\.$/);
    assert.match(changed('at: 4-bars', 'knobs: { 20: recall 3 bar }'), /line 5: There is no scene 3; there are 1 Dawn, 2 Noon\.$/);
    assert.match(changed('at: 4-bars', 'knobs: { 20: deck/1/load perlin soon }'), /line 5: deck\/1\/load: a boundary is one of now, beat, .*, not "soon"/);
    assert.match(changed('at: 4-bars', 'knobs: { 20: deck/1/freeze long }'), /line 5: deck\/1\/freeze bars must be a number, not "long"/);
    assert.match(changed('at: 4-bars', 'knobs: { 20: panic now }'), /line 5: panic takes no arguments, not 1 argument/);
    assert.match(changed('bpm: 72', 'set-file: saturday.yaml'), /line 6: set-file names the set; a scene of it cannot take another\.$/);
    assert.match(refusal('scenes: [}'), /^friday\.yaml line 1: /);
    assert.match(refusal('scenes:\n- name: A\n\t- b'), /line [23]: /);
    assert.match(refusal(''), /line 1: scenes: must be a list$/);
    assert.match(refusal('scenes: []'), /line 1: scenes: must not be empty$/);
    assert.match(refusal('scenes:\n- at: bar'), /line 2: scenes\.0\.name: must be a text$/);
    assert.match(refusal('scenes:\n- name: A\n  decks:\n    x: { pack: perlin }'), /line 4: scenes\.0\.decks\.x: is not the number of a deck$/);
    assert.match(refusal('scenes:\n- name: A\n  decks: 3'), /line 3: scenes\.0\.decks: must be names with values$/);
    assert.match(refusal('scenes:\n- name: A\n  engine: { bpm: [1] }'), /line 3: scenes\.0\.engine\.bpm: must be a number, a text, true or false$/);
  });

  it('never breaks what reads it, whatever is in it', () => {
    const pieces = ['scenes:', ' - name: A', '   decks:', '    1:', ' {', '}', '[', 'pack: x', '&a', '*a', '!!set', '"', '\t', '\n', ': ', '- ', '? ', '1', '%YAML', '---', '<<: *a'];
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((words) => words.join('')), fc.string()), (text) => {
        try {
          parse(text);
        } catch (cause) {
          assert.ok(cause instanceof ContinuoError, String(cause));
          assert.match(cause.message, /^friday\.yaml line \d+: ./);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the sets that are shown to people', () => {
  it('are good ones', () => {
    const shown = /```yaml\n(.*?)```/s.exec(readFileSync(join(repositoryRoot, 'docs', 'scenes.md'), 'utf8'))?.[1] ?? '';
    const example = readFileSync(join(repositoryRoot, 'examples', 'sets', 'evening.yaml'), 'utf8');
    assert.deepEqual([shown, example].map((text) => parse(text).set.scenes.length), [2, 4]);
  });

  it('are refused as the page says', () => {
    const broken = evening.replace('2: { pack: perlin, seed: 7 }', '2: { temperature: 7 }');
    assert.equal(refusal(broken), 'friday.yaml line 12: deck/2/temperature must be 0 to 2, not 7.');
  });
});

describe('a scene written back', () => {
  const scene = (name: string, fields: Partial<Scene> = {}): Scene => ({ name, values: new Map(), decks: new Map(), ...fields });

  it('changes the values of the scene of its name, and keeps comments and all else', () => {
    const { document } = parse(evening);
    writeScene(document, scene('Dawn', {
      values: new Map([['bpm', 76], ['horizon', 6]]),
      decks: new Map([[1, { pack: 'skytnt-event', values: new Map([['temperature', 0.9], ['density', 0.25]]) }]]),
    }));
    const text = String(document);
    for (const comment of ['# for the small hall', '# slow', '# calm']) assert.ok(text.includes(comment), comment);
    const { set } = parse(text);
    assert.deepEqual([...set.scenes[0].values], [['bpm', 76], ['horizon', 6]]);
    assert.deepEqual(set.scenes[0].decks.get(1), {
      pack: 'skytnt-event', prompt: '/sets/prompts/dawn.mid', values: new Map([['temperature', 0.9], ['density', 0.25]]),
    });
    assert.deepEqual(set.scenes[0].decks.get(2), { pack: 'perlin', values: new Map([['seed', 7]]) });
    assert.equal(set.scenes[1].name, 'Noon');
  });

  it('leaves every line that it does not change as it was written, and numbers decks as they were', () => {
    const loose = evening.replace('2: { pack: perlin, seed: 7 }', '2: {pack: perlin,   seed: 7}   # low').replace('  - name: Noon', '\n  - name: Noon');
    const { document } = parse(loose);
    writeScene(document, scene('Dawn', { decks: new Map([[1, { values: new Map([['temperature', 0.9], ['density', 0.25]]) }]]) }));
    writeScene(document, scene('Dusk', { decks: new Map([[2, { pack: 'perlin', values: new Map() }]]) }));
    const expected = loose.replace('temperature: 0.8   # calm', 'temperature: 0.9 # calm\n        density: 0.25');
    assert.equal(textOf(document, loose), `${expected}  - name: Dusk\n    decks:\n      2:\n        pack: perlin\n`);
  });

  it('is laid out anew where the old layout would say something else', () => {
    const wide = 'scenes:\n    - name: A\n      decks:\n          1:\n              pack: perlin\n';
    const { document } = parse(wide);
    writeScene(document, scene('A', { decks: new Map([[1, { values: new Map([['density', 0.25]]) }]]) }));
    assert.deepEqual(parse(textOf(document, wide)).set.scenes[0].decks.get(1), { pack: 'perlin', values: new Map([['density', 0.25]]) });
  });

  it('of a new name comes last', () => {
    const { document } = parse(evening);
    const added = scene('Dusk', { at: 'bar', values: new Map([['bpm', 60]]), decks: new Map([[2, { pack: 'perlin', values: new Map([['seed', 3]]) }]]) });
    writeScene(document, added);
    assert.deepEqual(parse(String(document)).set.scenes[2], added);
  });

  it('reads back as it was, whatever its values', () => {
    const values = fc.dictionary(fc.constantFrom('seed', 'density', 'low-pitch', 'style'), fc.integer({ min: 0, max: 1 })).map(
      (record) => new Map(Object.entries(record).map(([name, value]) => [name, name === 'style' ? `s${value}: #` : value])),
    );
    fc.assert(
      fc.property(fc.constantFrom('Dawn', 'Noon', 'Ünïcode: "#"', '- x'), values, values, (name, ofOne, ofTwo) => {
        const { document } = parse(evening);
        writeScene(document, scene(name, { decks: new Map([[1, { values: ofOne }], [2, { pack: 'a: b', values: ofTwo }]]) }));
        const found = parse(String(document)).set.scenes.find((each) => each.name === name);
        for (const [key, value] of ofOne) assert.equal(found?.decks.get(1)?.values.get(key), value);
        for (const [key, value] of ofTwo) assert.equal(found?.decks.get(2)?.values.get(key), value);
        assert.equal(found?.decks.get(2)?.pack, 'a: b');
      }),
    );
  });
});
