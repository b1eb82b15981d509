import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ESLint } from 'eslint';
import { repositoryRoot } from '../../src/engine/paths.js';

// The real configuration, without the type checker: the snippets belong to no project.
const linter = new ESLint({
  cwd: repositoryRoot,
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => ruleId.startsWith('continuo/'),
});

async function faults(file: string, code: string): Promise<string[]> {
  const results = await linter.lintText(code, { filePath: join(repositoryRoot, file) });
  return results.flatMap((result) => result.messages.map((message) => message.ruleId ?? message.message));
}

const refused: readonly [law: string, file: string, code: string][] = [
  ['music does not import the rest of the engine', 'src/engine/music/a.ts', "import { b } from '../deck/b.js'; b();"],
  ['music does not even import errors', 'src/engine/music/a.ts', "import { ContinuoError } from '../errors.js'; throw new ContinuoError('badValue', '');"],
  ['time imports no package', 'src/engine/time/a.ts', "import { injectable } from 'inversify'; injectable();"],
  ['time does not import the engine by type', 'src/engine/time/a.ts', "import type { Deck } from '../deck/deck.js'; export type A = Deck;"],
  ['the engine does not import a plugin', 'src/engine/deck/a.ts', "import { b } from '../../plugins/models/b/b.js'; b();"],
  ['the engine does not import the plugin manifest', 'src/engine/a.ts', "import { b } from '../plugins/manifest.js'; b();"],
  ['the engine does not import a transport', 'src/engine/deck/a.ts', "export { b } from '../../transports/b/b.js';"],
  ['the engine does not import the command line', 'src/engine/deck/a.ts', "export * from '../../cli/main.js';"],
  ['the engine does not load a plugin later', 'src/engine/deck/a.ts', "export const b = import('../../plugins/models/b/b.js');"],
  ['the engine does not point at a plugin by address', 'src/engine/a.ts', "export const b = new URL('../plugins/models/b/b.js', import.meta.url);"],
  ['a plugin does not import another plugin', 'src/plugins/models/a/a.ts', "import { b } from '../b/b.js'; b();"],
  ['a plugin does not import one of another kind', 'src/plugins/models/a/a.ts', "import { b } from '../../tokenizers/b/b.js'; b();"],
  ['a plugin does not import a transport', 'src/plugins/models/a/a.ts', "import { b } from '../../../transports/b/b.js'; b();"],
  ['a plugin does not import the command line', 'src/plugins/models/a/a.ts', "import { b } from '../../../cli/b.js'; b();"],
  ['a plugin does not import the plugin manifest', 'src/plugins/models/a/a.ts', "import { b } from '../../manifest.js'; b();"],
  ['a transport does not import another wire', 'src/transports/a/a.ts', "import { b } from '../b/b.js'; b();"],
  ['a transport does not import a plugin', 'src/transports/a/a.ts', "import type { B } from '../../plugins/models/b/b.js'; export type A = B;"],
  ['a transport does not import the command line', 'src/transports/a/a.ts', "import { b } from '../../cli/b.js'; b();"],
  ['the command line does not reach into a plugin', 'src/cli/a.ts', "import { b } from '../plugins/models/b/b.js'; b();"],
];

const accepted: readonly [law: string, file: string, code: string][] = [
  ['time imports music', 'src/engine/time/a.ts', "import { b } from '../music/b.js'; b();"],
  ['the engine imports music and packages', 'src/engine/deck/a.ts', "import 'inversify'; import { b } from '../music/b.js'; b();"],
  ['a plugin imports itself, the engine and packages', 'src/plugins/models/a/a.ts', "import 'zod'; import './c.js'; import '../../../engine/errors.js';"],
  ['a transport imports itself, the engine and packages', 'src/transports/a/a.ts', "import 'ws'; import './c/d.js'; import '../../engine/errors.js';"],
  ['the plugin manifest imports every plugin and wire', 'src/plugins/manifest.ts', "import './models/a/a.js'; import '../transports/b/b.js';"],
  ['the command line imports the engine and the manifest', 'src/cli/commands/a.ts', "import '../main.js'; import '../../engine/engine.js'; import '../../plugins/manifest.js';"],
];

describe('the ring rule', () => {
  for (const [law, file, code] of refused) {
    it(law, async () => assert.deepEqual(await faults(file, code), ['continuo/rings']));
  }
  for (const [law, file, code] of accepted) {
    it(`lets through: ${law}`, async () => assert.deepEqual(await faults(file, code), []));
  }
});

describe('the nameless engine', () => {
  it('refuses a plugin named in a string', async () => {
    assert.deepEqual(await faults('src/engine/a.ts', "export const model = 'decoder-lm';"), ['continuo/nameless-engine']);
  });
  it('refuses a plugin named in an identifier', async () => {
    assert.deepEqual(await faults('src/engine/a.ts', 'export const decoderLmOptions = 1;'), ['continuo/nameless-engine']);
  });
  it('refuses a model family', async () => {
    assert.deepEqual(await faults('src/engine/a.ts', "export const note = 'as SkyTNT does';"), ['continuo/nameless-engine']);
  });
  it('refuses a wire named in a template', async () => {
    assert.deepEqual(await faults('src/engine/a.ts', 'export const address = (port: number) => `osc:${port}`;'), ['continuo/nameless-engine']);
  });
  it('refuses MIDI as the name of a wire, and lets it speak of MIDI as music', async () => {
    assert.deepEqual(await faults('src/engine/a.ts', "export const wire = 'midi';"), ['continuo/nameless-engine']);
    assert.deepEqual(await faults('src/engine/a.ts', 'export const midiPitch = 60;'), []);
  });
  it('lets plugins and wires name themselves', async () => {
    assert.deepEqual(await faults('src/transports/osc/a.ts', "export const wire = 'osc';"), []);
  });
});
