/**
 * A host in a process of its own: it sends MIDI clock to "Continuo In" by the plan below, and prints a MasterReport.
 * The clock runs for a beat before the start; then it plays at 90 BPM, at 140, stops, and from beat 32 on once more. A machine that is busy
 * lets no host be on time: each stretch goes on until it was for some beats on end.
 */
import type { Beats, Bpm, Micros } from '../../../src/engine/music/units.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import type { MasterBeat, MasterChange, MasterReport } from './clock-in-result.js';
import { PulseSender } from './pulse-sender.js';

const punctualMicros: Micros = 2_000;
/** A beat is steady where so many of its pulses left on time: what the others lack is the follower's to make good. */
const punctualShare = 0.75;
/** Such beats on end, up to the last. */
const wantedSteady = 3;
const mostBeats = 30;
/** After this nobody takes it for a clock that goes on. */
const silenceMicros: Micros = 1_500_000;

const host = new PulseSender('Continuo In');
const beats: MasterBeat[] = [];
const changes: MasterChange[] = [];

function isSteady(lateness: readonly Micros[]): boolean {
  return lateness.filter((late) => late < punctualMicros).length >= punctualShare * lateness.length;
}

/** Returns where it is when it ends. */
function play(bpm: Bpm, fewest: number, fromBeat: Beats): Beats {
  let steadyBeats = 0;
  let beat = fromBeat;
  for (; beat < fromBeat + mostBeats && (beat < fromBeat + fewest || steadyBeats < wantedSteady); beat += 1) {
    const first = host.lateness.length;
    host.pulse(bpm, 1, (_, micros) => void beats.push({ beat, micros, bpm, steadyBeats }));
    steadyBeats = isSteady(host.lateness.slice(first)) ? steadyBeats + 1 : 0;
  }
  return beat;
}

/** Says where the song is when it says so. */
function stop(beat: Beats, bpm: Bpm): void {
  const beatNow = (): Beats => beat + (monotonicClock.now() - host.due) * (bpm / 60_000_000);
  const before = beatNow();
  host.send(0xfc);
  changes.push({ type: 'stop', beat: before, untilBeat: beatNow() });
}

host.pulse(90, 1);
host.send(0xfa);
changes.push({ type: 'start', beat: 0, untilBeat: 0 });
stop(play(140, 6, play(90, 6, 0)), 140);
host.pulse(140, 1);
host.send(0xf2, 0, 1);
host.send(0xfb);
changes.push({ type: 'locate', beat: 32, untilBeat: 32 }, { type: 'continue', beat: 32, untilBeat: 32 });
stop(play(140, 4, 32), 140);
host.close();
const silences = host.lateness.filter((late, at) => at > 0 && late - host.lateness[at - 1] > silenceMicros).length;
const report: MasterReport = { beats, changes, silences };
process.stdout.write(`${JSON.stringify(report)}\n`);
