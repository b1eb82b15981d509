/** A synthesizer and a keyboard that are pulled and back at once, under the same names and numbers. Prints a QuickReplugResult. */
import { Input, Output } from '@julusian/midi/lazy';
import { midiPortNames } from '../../../src/transports/midi/midi-library.js';
import { WebSocketPeer } from '../../transports/support/websocket-peer.js';
import { startEngine } from '../support/engine-process.js';
import { toldSentences } from '../support/told-sentences.js';
import { until } from '../support/until.js';
import type { QuickReplugResult } from './replug-result.js';

const limit = 60_000;
const noteOn = 0x90;

/** A device that is nothing but a port. */
class Synth {
  readonly messages: (readonly number[])[] = [];
  private readonly port = new Input();

  constructor() {
    this.port.on('message', (_deltaSeconds, bytes) => this.messages.push([...bytes]));
    this.port.openVirtualPort('Quick Synth');
  }

  get notes(): number {
    return this.messages.filter(([status, , velocity]) => (status & 0xf0) === noteOn && velocity > 0).length;
  }

  pull(): void {
    this.port.destroy();
  }
}

function keyboard(): Output {
  const port = new Output();
  port.openVirtualPort('Quick Keys');
  return port;
}

const names = (): readonly string[] => [...midiPortNames().outputs, ...midiPortNames().inputs].filter((name) => name.includes('Quick'));

let synth = new Synth();
let keys = keyboard();
const engine = await startEngine({ bpm: 120, pack: 'perlin' }, { destinations: [] }, {}, { outputPort: 'Quick Synth', inputPort: 'Quick Keys' });
try {
  const peer = await WebSocketPeer.open(engine.webSocketPort);
  const sentences = toldSentences(peer);
  const heard = async (): Promise<number> => {
    const answer = await peer.ask({ type: 'get', address: 'heard' });
    return answer.type === 'value' ? Number(answer.value) : 0;
  };
  const press = async (): Promise<void> => {
    const before = await heard();
    let now = before;
    await until(
      'a key is heard',
      () => {
        keys.sendMessage([noteOn, 60, 90]);
        keys.sendMessage([noteOn, 60, 0]);
        void heard().then((count) => (now = count));
        return now > before;
      },
      () => sentences,
      limit,
    );
  };

  await until('notes are heard', () => synth.notes >= 4, () => [sentences, synth.messages.length], limit);
  await press();
  const before = names();
  synth.pull();
  keys.destroy();
  synth = new Synth();
  keys = keyboard();
  const after = names();
  await until('notes are heard again', () => synth.notes >= 4, () => [sentences, synth.messages.length], limit);
  await press();
  const { messages } = synth;
  const exitCode = await engine.stop();
  const result: QuickReplugResult = { before, after, messages, sentences: sentences.filter((sentence) => sentence.includes('Quick')), exitCode };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  synth.pull();
  keys.destroy();
  await engine.program.stop();
}
process.exit();
