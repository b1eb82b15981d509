import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { Program, skipWithout } from './program.js';

export const skipWithoutSuperCollider = skipWithout({ sclang: 'supercollider-language', scsynth: 'supercollider-server' });

export interface Sclang {
  readonly program: Program;
  /** A folder of its own, gone after `stop`. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** sclang with the shipped patch in it, listening. `enginePort` is where it says things to, `notesPort` where it is sent notes. */
export async function startSclang(enginePort: number, notesPort: number, serverPort?: number): Promise<Sclang> {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-sclang-'));
  const program = Program.start('sclang', [join(repositoryRoot, 'test', 'fixtures', 'sclang', 'continuo-test.scd')], {
    // Without a screen, and as root in a container; folders of its own keep a performer's start-up file out.
    QT_QPA_PLATFORM: 'offscreen',
    QTWEBENGINE_DISABLE_SANDBOX: '1',
    XDG_CONFIG_HOME: folder,
    XDG_DATA_HOME: folder,
    CONTINUO_PATCH: join(repositoryRoot, 'patches', 'supercollider', 'continuo.scd'),
    CONTINUO_OSC_PORT: String(enginePort),
    CONTINUO_SC_PORT: String(notesPort),
    ...(serverPort === undefined ? {} : { CONTINUO_TEST_SERVER: String(serverPort) }),
  });
  const stop = async (): Promise<void> => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await program.line('LISTENING', 30_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return { program, folder, stop };
}
