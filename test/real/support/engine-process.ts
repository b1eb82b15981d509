import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { Program } from './program.js';

export interface EngineProcess {
  readonly program: Program;
  /** Where OSC control and the WebSocket listen. */
  readonly oscPort: number;
  readonly webSocketPort: number;
  /** Asks it to end, as Ctrl-C does; its exit code. */
  stop(): Promise<number | undefined>;
}

/**
 * `continuo play` as a performer runs it, in a process of its own, with the packs of the test fixtures on the shelf.
 * `osc`, `websocket`, `midi` and `link` are options of the wires; OSC and WebSocket listen at free ports, MIDI and Link are off unless
 * asked for.
 * Resolves when it plays.
 */
export async function startEngine(
  configuration: { readonly bpm: number; readonly pack: string; readonly sync?: string },
  osc: object = {},
  websocket: object = {},
  midi: object | false = false,
  link: object | false = false,
): Promise<EngineProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-engine-'));
  const file = join(folder, 'continuo.json');
  const listen = { port: 0 };
  writeFileSync(
    file,
    JSON.stringify({
      ...configuration,
      packFolders: [join(repositoryRoot, 'test', 'fixtures', 'packs')],
      transports: { midi, link, oscquery: false, osc: { listen, ...osc }, websocket: { listen, ...websocket } },
    }),
  );
  const main = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));
  const program = Program.start(process.execPath, [main, 'play', '--config', file]);
  try {
    const [oscPort, webSocketPort] = await Promise.all([
      program.line('OSC control listens at', 60_000).then(portOf),
      program.line('WebSocket listens at', 60_000).then(portOf),
    ]);
    await program.line('playing', 60_000);
    const stop = async (): Promise<number | undefined> => {
      const code = await program.interrupt();
      rmSync(folder, { recursive: true, force: true });
      return code;
    };
    return { program, oscPort, webSocketPort, stop };
  } catch (error) {
    await program.stop();
    throw error;
  }
}

function portOf(line: string): number {
  return Number(/:(\d+)\b/.exec(line)?.[1]);
}
