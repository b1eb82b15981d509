/** A box of knobs that is plugged in, unplugged and plugged in again while the engine plays. Prints a ReplugBoxResult. */
import { fileURLToPath } from 'node:url';
import type { ServerMessage } from '../../../src/transports/websocket/server-message.js';
import { WebSocketPeer } from '../../transports/support/websocket-peer.js';
import { startEngine } from '../support/engine-process.js';
import { Program } from '../support/program.js';
import { toldSentences } from '../support/told-sentences.js';
import { until } from '../support/until.js';
import type { ReplugBoxResult } from './replug-result.js';

const limit = 60_000;
const box = (): Program => Program.start(process.execPath, [fileURLToPath(new URL('./box-device.js', import.meta.url))]);
const isLit = ({ said }: Program): boolean => said.includes('lamp 0 21 64');

let device: Program | undefined;
const boxes = [{ input: { device: 'Test Box' }, output: { device: 'Test Lamps' } }];
const engine = await startEngine({ bpm: 120, pack: 'perlin' }, { destinations: [] }, {}, { controllerBoxes: boxes });
try {
  const peer = await WebSocketPeer.open(engine.webSocketPort);
  const told = toldSentences(peer);
  const sentences = (): readonly string[] => told.filter((one) => one.includes('Test'));
  let turns = 0;
  peer.socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as ServerMessage;
    if (message.type === 'value' && message.address === 'deck/1/temperature') turns += 1;
  });
  const playsWith = async (present: Program): Promise<void> => {
    const before = turns;
    await until('the knob moves what it is on', () => turns > before + 2, () => [sentences(), engine.program.said.slice(-10)], limit);
    await until('the lamps show what is', () => isLit(present), () => [sentences(), present.said.slice(-10)], limit);
  };
  device = box();
  await playsWith(device);
  await device.stop();
  await until('both ports are said to be gone', () => sentences().filter((one) => /is gone/.test(one)).length === 2, sentences, limit);
  const turnsWhileGone = turns;
  device = box();
  await playsWith(device);
  const exitCode = await engine.stop();
  process.stdout.write(`${JSON.stringify({ sentences: sentences(), turnsWhileGone, turns, exitCode } satisfies ReplugBoxResult)}\n`);
} finally {
  await device?.stop();
  await engine.program.stop();
}
