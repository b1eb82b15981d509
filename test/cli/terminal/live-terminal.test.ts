import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import type { ReadStream, WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { LiveTerminal } from '../../../src/cli/terminal/live-terminal.js';
import { loadConfiguration } from '../../../src/engine/configuration.js';
import { engineContainer } from '../../../src/engine/create-engine.js';
import { Engine } from '../../../src/engine/engine.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';
import { until } from '../../transports/support/within.js';

/** Milliseconds: it is a whole engine. */
const patience = 20_000;

class FakeKeys extends PassThrough {
  setRawMode(): this {
    return this;
  }
}

/** Keeps the picture that was drawn last. */
class FakeWindow extends Writable {
  readonly columns = 160;
  readonly rows = 40;
  picture = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.picture = stripVTControlCharacters(chunk.toString());
    done();
  }
}

/** An engine without wires on a terminal that nobody sees. */
async function onTerminal(context: TestContext): Promise<{ readonly engine: Engine; readonly keys: FakeKeys; deckLine(number: number): string }> {
  const transports = Object.fromEntries(['midi', 'link', 'websocket', 'osc', 'oscquery'].map((wire) => [wire, false as const]));
  const packFolders = [join(repositoryRoot, 'test', 'fixtures', 'packs')];
  const engine = engineContainer({ ...loadConfiguration(), bpm: 200, pack: 'perlin', packFolders, takes: false, transports }, builtInPlugins).get(Engine);
  const keys = new FakeKeys();
  const window = new FakeWindow();
  const terminal = new LiveTerminal(engine, keys as unknown as ReadStream, window as unknown as WriteStream, () => undefined);
  context.after(async () => {
    terminal.stop();
    await engine.stop();
  });
  terminal.start();
  await engine.start();
  await engine.parameters.write('decks', [2], 'test');
  const deckLine = (number: number): string => window.picture.split('\r\n').find((line) => new RegExp(`^[ ▸]${number} `).test(line)) ?? '';
  await until('both decks are drawn', () => /playing/.test(deckLine(1)) && /playing/.test(deckLine(2)), patience);
  return { engine, keys, deckLine };
}

describe('LiveTerminal', () => {
  it('says what a swap does until it is over, also where something else takes its place', async (context) => {
    const { engine: { parameters, position }, deckLine } = await onTerminal(context);
    await until('there is time before a boundary', () => position.beat() % 32 < 16, patience);
    const load = parameters.write('deck/1/load', ['tiny-lm', '8-bars'], 'test');
    await until('the load is shown', () => /loads tiny-lm/.test(deckLine(1)), patience);
    const freeze = parameters.write('deck/1/freeze', [1], 'test');
    await until('it is not any more', () => deckLine(1) !== '' && !/loads tiny-lm/.test(deckLine(1)), patience);
    await Promise.all([load, freeze]);
    await parameters.write('deck/1/load', ['tiny-lm', 'bar'], 'test');
    await until('who comes is shown', () => /tiny-lm at bar \d/.test(deckLine(1)), patience);
    await until('it plays, and nothing is shown', () => /^.1 tiny-lm/.test(deckLine(1)) && !/at bar/.test(deckLine(1)), patience);
  });

  it('loads no pack for keys that it does not know', async (context) => {
    const { engine: { parameters }, keys } = await onTerminal(context);
    const loads: string[] = [];
    parameters.onEvent((event) => event.type === 'swap' && event.stage === 'loading' && loads.push(event.pack));
    // Page up, F5, delete, shift-up and end.
    keys.write(`${['[5~', '[15~', '[3~', '[1;2A', '[4~'].map((rest) => `\u001b${rest}`).join('')}m`);
    await until('the key after them is heard', () => parameters.boolean('deck/1/mute'), patience);
    assert.deepEqual(loads, []);
  });
});
