/** An engine whose port out is patched into its port in, then somebody who plays into it and is answered. Prints a HearResult. */
import { execFileSync } from 'node:child_process';
import { Output } from '@julusian/midi/lazy';
import { alsaPort, connectPorts } from '../support/alsa-ports.js';
import { until } from '../support/until.js';
import { WatchedEngine, type TakenMusic } from '../support/watched-engine.js';
import type { HearResult, HeardNote } from './hear-result.js';

const phrase = [60, 64, 67, 72];
const beatsPerBar = 4;
const echoMilliseconds = 300;
const leastEchoes = 8;

/** By how many beats the notes that were taken for somebody's came after the same note was due. */
function lateEchoes({ events, told }: TakenMusic): readonly number[] {
  return events.flatMap((event) => {
    if (event.type !== 'heard' || event.note.duration !== undefined) return [];
    const { beat, channel, pitch } = event.note;
    const same = told.filter((note) => note.channel === channel && note.pitch === pitch).map((note) => beat - note.beat);
    return [same.length === 0 ? Infinity : same.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a))];
  });
}

const engine = await WatchedEngine.start({ bpm: 80, pack: 'perlin' });
try {
  const [out, into] = [alsaPort('Continuo Out').address, alsaPort('Continuo In').address];
  // Under a kernel in a program everything is late.
  await engine.set('echo-window', echoMilliseconds);
  connectPorts(out, into);
  const echoes = Number(await engine.becomes('echoes', (count) => Number(count) >= leastEchoes));
  const looped = { late: lateEchoes(engine.take()), echoes };
  execFileSync('aconnect', ['-d', out, into]);
  // Keys whose ends were cut off.
  await engine.invoke('panic');

  await engine.set('deck/1/play-mode', 'answer');
  await engine.set('deck/1/answer-bars', 1);
  const port = new Output();
  port.openPortByName(Output.getPortNames().find((name) => name.includes('Continuo In')) ?? 'Continuo In');
  const state = String(await engine.becomes('deck/1/state', (now) => now === 'listening'));
  const beatNow = (): number => engine.beat();
  const bar = Math.ceil((beatNow() + 4) / beatsPerBar) * beatsPerBar;
  engine.take();
  const played: number[] = [];
  for (const [index, pitch] of phrase.entries()) {
    await until('the beat has come', () => beatNow() >= bar + index / 2);
    played.push(beatNow());
    port.sendMessage([0x90, pitch, 90]);
    await until('the note is over', () => beatNow() >= bar + index / 2 + 0.4);
    port.sendMessage([0x80, pitch, 0]);
  }
  await engine.reaches(bar + 2 * beatsPerBar + 1);
  port.destroy();
  const { events, told } = engine.take();
  const heard = events.flatMap((event): HeardNote[] => (event.type === 'heard' && event.note.duration !== undefined ? [event.note] : []));
  const result: HearResult = {
    looped,
    phrase: heard.map((note, index) => ({ note, playedBeat: played[index] })),
    answer: told.map(({ beat }) => beat),
    barBeat: bar + beatsPerBar,
    stateWhileListening: state,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await engine.dispose();
}
