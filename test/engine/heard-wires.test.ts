import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Ensemble } from '../../src/engine/ensemble.js';
import { until } from '../transports/support/within.js';
import { wiredEngine } from './wired-engine.js';

/** The whole engine, an OSC program that hears it, and programs that control it. */
async function stage(context: TestContext) {
  const { container, engine, hearers: [hears], control, socket } = await wiredEngine(context, 120, [{ name: 'hears', delivery: 'when-due' }]);
  return { engine, hearing: container.get(Ensemble).hearing, parameters: engine.parameters, hears, control, socket };
}

describe('who plays over the wires', () => {
  it('is heard over OSC and WebSocket, and every wire is told', async (context) => {
    const { hearing, control, socket } = await stage(context);
    control.send('/continuo/listen', 'heard/note');
    control.send('/continuo/note/on', 72, 100);
    control.send('/continuo/note/off', 72);
    control.send('/continuo/note', 74, 90, 0.5);
    socket.say({ type: 'note', pitch: 76, velocity: 80, durationBeats: 0.25, clientMilliseconds: performance.now() });
    await until('the notes are heard', () => hearing.heard === 3 && hearing.notesBetween(-8, 1e6).length === 3);
    const { values } = await control.next('/continuo/heard/note');
    assert.deepEqual(values.slice(0, 4), ['osc', 0, 72, 100]);
    await socket.next('event', ({ event }) => event.type === 'heard' && event.source === 'websocket');
  });

  it('is not taken for the engine itself where a program sends every note back', async (context) => {
    const { hearing, hears, control, parameters } = await stage(context);
    // A machine that does other things may take longer than players can stand.
    await parameters.write('echo-window', [500], 'test');
    const deadline = performance.now() + 20_000;
    while (hearing.echoes < 20 && performance.now() < deadline) {
      const { values } = await hears.next('/continuo/note');
      const [, channel, pitch, velocity] = values as readonly number[];
      control.send('/continuo/note/on', pitch, velocity, channel);
    }
    assert.ok(hearing.echoes >= 20);
    assert.ok(hearing.heard <= hearing.echoes / 10, `${hearing.heard} heard, ${hearing.echoes} echoes`);
  });

  it('is answered at the bar over OSC', async (context) => {
    const { engine, parameters, control, hears } = await stage(context);
    control.send('/continuo/deck/1/play-mode', 'answer');
    control.send('/continuo/deck/1/answer-bars', 1);
    await until('it listens', () => engine.decks[0].state === 'listening');
    const { position } = engine;
    const bar = Math.ceil((position.beat() + 2) / 4) * 4;
    for (const [beat, pitch] of [[0, 60], [0.5, 64], [1, 67]]) {
      await until('the beat has come', () => position.beat() >= bar + beat);
      control.send('/continuo/note', pitch, 90, 0.4);
    }
    hears.heard.drain();
    const { values } = await hears.next('/continuo/note');
    const answerBars = (Number(values[5]) - bar) / 4;
    assert.ok(Number.isInteger(answerBars) && answerBars >= 1, `the answer began at ${String(values[5])}`);
    assert.equal(parameters.number('echoes'), 0);
  });

  it('asks for single notes over OSC and WebSocket, and is answered', async (context) => {
    const { engine, control, socket } = await stage(context);
    control.send('/continuo/deck/1/play-mode', 'query');
    await until('it listens', () => engine.decks[0].state === 'listening');
    control.send('/continuo/deck/1/query', 'low-pitch', 60, 'high-pitch', 72);
    const { values } = await control.next('/continuo/deck/1/query');
    const [pitch, velocity, beats, duration, channel, relaxed] = values as readonly [number, number, number, number, number, string];
    assert.ok(pitch >= 60 && pitch <= 72 && relaxed === '' && velocity > 0 && beats >= 0 && duration > 0 && channel >= 0, JSON.stringify(values));
    socket.say({ type: 'invoke', id: 5, address: 'deck/1/feed', arguments: [pitch, velocity] });
    await socket.next('done', ({ id }) => id === 5);
    socket.say({ type: 'invoke', id: 6, address: 'deck/1/query', arguments: ['channel', channel] });
    const { values: next } = await socket.next('reply', ({ id }) => id === 6);
    assert.equal(next.length, 6);
    control.send('/continuo/deck/1/query', 'louder', 3);
    const error = await control.next('/continuo/error');
    assert.match(String(error.values[1]), /low-pitch/);
  });
});
