import { NullOutput } from '../contracts/null-output.js';
import type { Beats, Micros } from '../music/units.js';
import { VirtualClock } from '../time/clock.js';
import { emptyCommand, type Command } from './command.js';
import { Dispatcher } from './dispatcher.js';
import { SendCounters } from './send-counters.js';

const rounds = 8;
const roundBeats: Beats = 2;
const notesPerChord = 4;
const stepBeats: Beats = 0.25;
const beatMicros: Micros = 500_000;
const leadMicros: Micros = 200_000;
const rehearsedEvents = 64;

/**
 * Plays some bars of chords, marks, clock, tempos, jumps and ends to nobody, on a clock of its own. What has never run is compiled
 * when it is called first, and the first chord of a set would wait for that: thirty-six notes left 0.7 to 2.2 ms late, and leave 0.1 to 0.2
 * after this.
 * Thread: the one that will send. Blocks: for some 15 ms.
 */
export function rehearse(): void {
  const clock = new VirtualClock();
  const timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
  const dispatcher = new Dispatcher(clock, new SendCounters(), timeline, rehearsedEvents);
  const onFault = (): void => undefined;
  dispatcher.addLane(0, { output: new NullOutput(), leadMicros: 0, offsetMicros: 0, sendsClock: true, onFault });
  dispatcher.addLane(1, { output: new NullOutput(), leadMicros, offsetMicros: 0, sendsClock: false, onFault });
  const command = emptyCommand();
  const apply = (fields: Partial<Command>): void => dispatcher.apply(Object.assign(command, emptyCommand(), { owner: 1 }, fields));
  for (let round = 0; round < rounds; round += 1) {
    const fromBeat = round * roundBeats;
    const micros = clock.now();
    dispatcher.follow({ ...timeline, beatOrigin: fromBeat, timeOrigin: micros });
    apply({ kind: round % 2 === 0 ? 'start' : 'continue', beat: fromBeat, amount: micros });
    for (let step = 0; step * stepBeats < roundBeats; step += 1) queueChord(apply, fromBeat + step * stepBeats, micros);
    apply({ kind: 'flush', beat: fromBeat + roundBeats - stepBeats });
    playUntil(dispatcher, clock, micros + roundBeats * beatMicros - 1);
    apply({ kind: 'locate', beat: fromBeat, amount: clock.now() });
    apply({ kind: 'silence' });
    apply({ kind: 'stop', beat: fromBeat + roundBeats, amount: clock.now() });
    apply({ kind: 'panic' });
    playUntil(dispatcher, clock, micros + roundBeats * beatMicros);
  }
}

function queueChord(apply: (fields: Partial<Command>) => void, beat: Beats, queuedMicros: Micros): void {
  apply({ kind: 'control', beat, data1: 64, data2: 127, queuedMicros });
  apply({ kind: 'program', beat, queuedMicros });
  for (let voice = 0; voice < notesPerChord; voice += 1) {
    // Some are struck again while they sound.
    apply({ kind: 'note', beat, data1: 60 + voice, data2: 100, noteId: 1 + voice, amount: stepBeats * (1 + (voice % 2)), queuedMicros });
  }
}

function playUntil(dispatcher: Dispatcher, clock: VirtualClock, micros: Micros): void {
  for (let due = dispatcher.nextDue(); due <= micros; due = dispatcher.nextDue()) {
    clock.advanceTo(Math.max(clock.now(), due));
    dispatcher.run();
  }
  clock.advanceTo(Math.max(clock.now(), micros));
}
