import { createSocket } from 'node:dgram';
import { join } from 'node:path';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { Program, skipWithout } from './program.js';

export const skipWithoutPureData = skipWithout({ pd: 'puredata-core' });

export interface PureData {
  readonly program: Program;
  /** Presses a button of the patch, or sets a number or a symbol: all by the names of their receivers. */
  press(name: string): void;
  set(name: string, value: number): void;
  name(name: string, value: string): void;
  stop(): Promise<void>;
}

/** Pure Data with the shipped patch and the tests' observer, listening. It needs no sound card and keeps real time. */
export async function startPureData(enginePort: number, notesPort: number, observerPort: number): Promise<PureData> {
  const program = Program.start('pd', [
    ...['-nogui', '-noaudio', '-nomidi', '-noprefs', '-stderr'],
    ...['-open', join(repositoryRoot, 'patches', 'puredata', 'continuo.pd')],
    ...['-open', join(repositoryRoot, 'test', 'fixtures', 'pd', 'observer.pd')],
    ...['-send', `test-port ${observerPort}`],
    ...['-send', `continuo-ports ${notesPort} ${enginePort}`],
    ...['-send', 'test-ready bang'],
  ]);
  const socket = createSocket('udp4');
  const say = (text: string): void => socket.send(`${text};\n`, observerPort, '127.0.0.1');
  const stop = async (): Promise<void> => {
    await program.stop();
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  };
  try {
    await program.line('LISTENING', 20_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    program,
    press: (name) => say(`press ${name}`),
    set: (name, value) => say(`set ${name} ${value}`),
    name: (name, value) => say(`name ${name} ${value}`),
    stop,
  };
}
