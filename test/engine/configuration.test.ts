import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { loadConfiguration, transportOptions } from '../../src/engine/configuration.js';
import type { PluginDescriptor } from '../../src/engine/contracts/plugin.js';
import { ContinuoError } from '../../src/engine/errors.js';
import { defaultThreads } from '../../src/engine/generation/composer-recipe.js';
import { stateFolder } from '../../src/engine/paths.js';
import { PluginRegistry } from '../../src/engine/plugins/plugin-registry.js';

function wire(name: string, optionsSchema: PluginDescriptor['optionsSchema']): PluginDescriptor {
  return { kind: 'transport', name, summary: 'A wire.', capabilities: [], optionsSchema, implementation: 'file:///none.js' };
}

function refusal(sentence: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ContinuoError);
    assert.equal(error.errorName, 'badConfiguration');
    assert.match(error.message, sentence);
    return true;
  };
}

describe('loadConfiguration', () => {
  let folder = '';
  const file = (text: string): string => {
    const path = join(folder, 'continuo.json');
    writeFileSync(path, text);
    return path;
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuo-configuration-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  it('is complete without a file', () => {
    assert.deepEqual(loadConfiguration(), {
      folder: process.cwd(),
      bpm: 120,
      sync: 'auto',
      syncOrder: [],
      packFolders: [],
      plugins: [],
      controllerFile: join(process.cwd(), 'continuo-controllers.json'),
      decks: [{ outputs: 'all' }],
      takes: { folder: join(stateFolder(), 'takes'), minutes: 60 },
      transports: {},
      inference: { provider: 'auto', threads: defaultThreads(), spinning: true, allowedHosts: [] },
    });
  });

  it('completes what a file says', () => {
    const configuration = loadConfiguration(
      file('{ "bpm": 92.5, "pack": "slow", "decks": [{ "pack": "a" }, { "outputs": ["x"] }], "inference": { "threads": 2, "spinning": false } }'),
    );
    assert.equal(configuration.bpm, 92.5);
    assert.equal(configuration.pack, 'slow');
    assert.deepEqual(configuration.decks, [{ pack: 'a', outputs: 'all' }, { outputs: ['x'] }]);
    assert.deepEqual(configuration.inference, { provider: 'auto', threads: 2, spinning: false, allowedHosts: [] });
  });

  it('takes start values of how a deck plays, with the ranges of the parameters, and eight decks at most', () => {
    const decks = [{ channel: 5, drums: 'off', swing: 62.5, swingGrid: 'sixteenths', mute: true, program: 11 }];
    assert.deepEqual(loadConfiguration(file(JSON.stringify({ decks }))).decks, [{ ...decks[0], outputs: 'all' }]);
    assert.throws(() => loadConfiguration(file('{ "decks": [{ "channel": 17 }] }')), refusal(/decks\.0\.channel/));
    assert.throws(() => loadConfiguration(file('{ "decks": [{ "swing-grid": "eighths" }] }')), refusal(/swing-grid/));
    assert.throws(() => loadConfiguration(file(JSON.stringify({ decks: Array.from({ length: 9 }, () => ({})) }))), refusal(/decks/));
  });

  it('refuses a provider that cannot be on this platform, in one sentence', () => {
    const elsewhere = process.platform === 'darwin' ? 'directml' : 'coreml';
    assert.throws(
      () => loadConfiguration(file(`{ "inference": { "provider": "${elsewhere}" } }`)),
      refusal(/inference\.provider: there is (CoreML on macOS|DirectML on Windows), not on \w+ \w+; choose one of auto, cpu/),
    );
  });

  it('counts relative paths from the file, and leaves package names and URLs alone', () => {
    const configuration = loadConfiguration(
      file('{ "packFolders": ["packs", "/stage"], "plugins": ["./mine.js", "continuo-plugin-x", "@me/plugin", "file:///y.js"] }'),
    );
    assert.deepEqual(configuration.packFolders, [join(folder, 'packs'), '/stage']);
    assert.deepEqual(configuration.plugins, [join(folder, 'mine.js'), 'continuo-plugin-x', '@me/plugin', 'file:///y.js']);
  });

  it('accepts a byte order mark', () => {
    assert.equal(loadConfiguration(file('\uFEFF{ "bpm": 90 }')).bpm, 90);
  });

  it('names the file, the line and the reason of broken JSON', () => {
    assert.throws(() => loadConfiguration(file('{\n  "bpm": 120\n  "sync": "auto"\n}')), refusal(/continuo\.json is no JSON, line 2: a comma or } is missing/));
  });

  it('names every key that is wrong', () => {
    assert.throws(() => loadConfiguration(file('{ "bpm": 5, "tempo": 3, "inference": { "provider": "tpu" } }')), refusal(/bpm: .*inference\.provider: .*tempo/));
    assert.throws(() => loadConfiguration(file('[]')), refusal(/expected object/));
  });

  it('says when the file cannot be read', () => {
    assert.throws(() => loadConfiguration(join(folder, 'none.json')), refusal(/none\.json cannot be read: there is no such file or folder$/));
  });
});

describe('transportOptions', () => {
  const one = wire('one', z.strictObject({ port: z.int().default(1234) }));
  const two = wire('two', z.strictObject({}));
  const configured = (transports: ReturnType<typeof loadConfiguration>['transports']): ReturnType<typeof loadConfiguration> => ({
    ...loadConfiguration(),
    transports,
  });

  it('gives every wire its options, its defaults, or false', () => {
    const plugins = new PluginRegistry([one, two]);
    assert.deepEqual([...transportOptions(configured({}), plugins)], [[one, { port: 1234 }], [two, {}]]);
    assert.deepEqual([...transportOptions(configured({ one: { port: 1 }, two: false }), plugins)], [[one, { port: 1 }], [two, false]]);
  });

  it('refuses what a wire refuses, and wires that are not there', () => {
    const plugins = new PluginRegistry([one, two]);
    assert.throws(() => transportOptions(configured({ one: { port: 'x' } }), plugins), refusal(/transports\.one is wrong: port/));
    assert.throws(() => transportOptions(configured({ three: {} }), plugins), refusal(/names three, which is no wire there is; there are one, two/));
  });
});
