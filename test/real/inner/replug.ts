/** A synthesizer and a sequencer that are unplugged and plugged in again while the engine plays. Prints a ReplugResult. */
import { fileURLToPath } from 'node:url';
import { WebSocketPeer } from '../../transports/support/websocket-peer.js';
import { Aseqdump } from '../support/aseqdump.js';
import { startEngine } from '../support/engine-process.js';
import { Program } from '../support/program.js';
import { toldSentences } from '../support/told-sentences.js';
import { until } from '../support/until.js';
import type { ReplugResult } from './replug-result.js';

const limit = 60_000;
const sequencer = (): Program => Program.start(process.execPath, [fileURLToPath(new URL('./clock-device.js', import.meta.url))]);

let device: Program | undefined;
let synth: Aseqdump | undefined;
const engine = await startEngine({ bpm: 120, pack: 'perlin' }, { destinations: [] }, {}, { outputPort: 'aseqdump', inputPort: 'Test Sequencer' });
try {
  const peer = await WebSocketPeer.open(engine.webSocketPort);
  const sentences = toldSentences(peer);
  const said = (what: RegExp, times: number) => until(`${String(what)} is said ${times} times`, () => sentences.filter((one) => what.test(one)).length >= times, () => sentences, limit);
  const plays = async (dump: Aseqdump): Promise<void> => until('notes are heard', () => dump.count('Note on') >= 4, () => [sentences, dump.events.length], limit);

  synth = new Aseqdump();
  await said(/go to "aseqdump/, 1);
  await plays(synth);
  const first = synth.events.slice();
  await synth.vanish();
  await said(/"aseqdump.* is gone/, 1);
  synth = new Aseqdump();
  await said(/go to "aseqdump/, 2);
  await plays(synth);

  device = sequencer();
  await said(/Heard from .*Test Sequencer/, 1);
  await said(/midi-clock leads/, 1);
  await device.stop();
  await said(/Test Sequencer.* is gone/, 1);
  await said(/internal leads/, 1);
  device = sequencer();
  await said(/Heard from .*Test Sequencer/, 2);
  await said(/midi-clock leads/, 2);
  const exitCode = await engine.stop();
  const dump = synth;
  await until('its end is heard', () => dump.events.findLast(({ kind }) => ['Stop', 'Start', 'Continue'].includes(kind))?.kind === 'Stop', () => dump.events.slice(-20));
  const result: ReplugResult = { first, second: synth.events.slice(), sentences: sentences, exitCode };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  synth?.stop();
  await device?.stop();
  await engine.program.stop();
}
