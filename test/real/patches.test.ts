import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { OscPeer } from '../transports/support/osc-peer.js';
import { until, within } from '../transports/support/within.js';
import { WebSocketPeer } from '../transports/support/websocket-peer.js';
import { startEngine } from './support/engine-process.js';
import { freePort } from './support/free-port.js';
import type { Program } from './support/program.js';
import { skipWithoutPureData, startPureData } from './support/pure-data.js';
import { skipWithoutSuperCollider, startSclang } from './support/sclang.js';
import { readRecording } from './support/wav.js';

/** The numbers behind a word at the start of every such line: deck, channel, pitch, velocity, seconds, beat, id. */
function notesOf(program: Program, word: string): Map<number, readonly number[]> {
  const notes = program.said.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length).trim().split(' ').map(Number));
  return new Map(notes.map((note) => [note[6], note]));
}

describe('the engine and the shipped patches', { skip: skipWithoutSuperCollider || skipWithoutPureData }, () => {
  it('SuperCollider and Pure Data, led by hand, hear what a WebSocket client hears; SuperCollider’s sound is not silent', async (context) => {
    const [superColliderPort, pureDataPort] = [await freePort(), await freePort()];
    const engine = await startEngine(
      { bpm: 240, pack: 'perlin' },
      {
        destinations: [
          { name: 'supercollider', port: superColliderPort },
          { name: 'puredata', port: pureDataPort, delivery: 'when-due' },
        ],
      },
    );
    context.after(() => engine.program.stop());
    const sclang = await startSclang(engine.oscPort, superColliderPort);
    context.after(() => sclang.stop());
    const pureData = await startPureData(engine.oscPort, pureDataPort, await freePort());
    context.after(() => pureData.stop());
    const prompter = await OscPeer.open(superColliderPort);
    context.after(() => prompter.close());
    const browser = await WebSocketPeer.open(engine.webSocketPort);
    await pureData.program.line('PACKS:');
    const transport = (wanted: boolean): Promise<unknown> =>
      browser.next('event', ({ event }) => event.type === 'transport' && event.playing === wanted);
    const quiet = (): Promise<void> =>
      until('Pure Data and SuperCollider have heard the last end', () =>
        [pureData.program, sclang.program].every((program) => {
          const ended = new Set(program.said.filter((line) => line.startsWith('OFF')).map((line) => Number(line.split(' ').at(-1))));
          return [...notesOf(program, program === sclang.program ? 'NOTE' : 'NOTE:').keys()].every((id) => ended.has(id));
        }),
      );

    prompter.send('/test/tell', 'stop');
    await transport(false);
    await quiet();
    browser.heard.drain();
    const heardBefore = Math.max(0, ...notesOf(sclang.program, 'NOTE').keys(), ...notesOf(pureData.program, 'NOTE:').keys());

    pureData.press('continuo-start');
    await transport(true);
    const notes = new Map<number, readonly number[]>();
    browser.socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; [field: string]: number | string };
      if (message.type !== 'note') return;
      const { deck, channel, pitch, velocity, durationSeconds, beat, id } = message as unknown as Record<string, number>;
      notes.set(id, [deck, channel, pitch, velocity, durationSeconds, beat, id]);
    });
    await browser.next('clock', ({ beat }) => beat >= 6);
    prompter.send('/test/tell', 'deck/1/load', 'tiny-lm');
    const { event } = await within('the swap', browser.next('event', (message) => message.event.type === 'swap' && message.event.stage === 'playing'), 30_000);
    const swappedAt = event.type === 'swap' ? (event.atBeat ?? 0) : 0;
    await browser.next('clock', ({ beat }) => beat >= swappedAt + 8);
    pureData.press('continuo-stop');
    await transport(false);
    await quiet();

    const pureDataNotes = [...notesOf(pureData.program, 'NOTE:').values()].filter((note) => note[6] > heardBefore);
    const lastBeat = Math.max(...pureDataNotes.map((note) => note[5]));
    assert.ok(lastBeat > swappedAt && pureDataNotes.length > 20, `${pureDataNotes.length} notes until beat ${lastBeat}`);
    const firstId = Math.min(...notes.keys());
    const compared = pureDataNotes.filter((note) => note[6] >= firstId);
    const superCollider = notesOf(sclang.program, 'NOTE');
    for (const note of compared) {
      for (const [name, other] of [['SuperCollider', superCollider.get(note[6])], ['the WebSocket client', notes.get(note[6])]] as const) {
        assert.ok(other, `${name} never heard ${note}`);
        other.forEach((value, index) => assert.ok(Math.abs(value - note[index]) < 1e-3, `${name} heard ${other} for ${note}`));
      }
    }
    context.diagnostic(`${compared.length} notes until beat ${lastBeat}, swapped at ${swappedAt}`);

    const file = join(sclang.folder, 'engine.wav');
    prompter.send('/test/render', file);
    await sclang.program.line('RENDERED', 60_000);
    const { peak, rootMeanSquare, seconds } = readRecording(file);
    assert.ok(peak > 0.02 && rootMeanSquare > 0.002 && seconds > 4, `peak ${peak}, loudness ${rootMeanSquare}, ${seconds} s`);
    assert.equal(await engine.stop(), 0);
  });
});
