import { Message } from 'node-osc';
import type { WireEvent } from '../../engine/contracts/output.js';
import { drumChannel } from '../../engine/music/note.js';
import { float, integer, secondsOf, type OscFormat } from './osc-format.js';

const orbits = 12;

/** General MIDI drum keys to the folders of SuperDirt's standard sample set. */
const drumSounds: ReadonlyMap<number, string> = new Map(
  Object.entries({
    bd: [35, 36],
    rs: [37],
    sn: [38, 40],
    cp: [39],
    hh: [42, 44],
    ho: [46],
    lt: [41, 43, 45],
    mt: [47, 48],
    ht: [50],
    cr: [49, 51, 52, 53, 55, 57, 59],
    cb: [56],
  }).flatMap(([sound, keys]) => keys.map((key): [number, string] => [key, sound])),
);
const otherDrum = 'hh';

/**
 * `/dirt/play` with flat key-value pairs. A deck has its own orbit; drums become samples, everything else `sound` with a
 * MIDI note. SuperDirt ends its sounds by `sustain`, so nothing is said for a note's end, and it has no clock to follow.
 */
export function superDirtFormat(sound: string, beatsPerCycle: number): OscFormat {
  return (event: WireEvent): Message | undefined => {
    if (event.kind !== 'noteOn') return undefined;
    const seconds = secondsOf(event, event.durationBeats);
    const message = new Message(
      '/dirt/play',
      'cps',
      float(1_000_000 / (event.microsPerBeat * beatsPerCycle)),
      'cycle',
      float(event.beat / beatsPerCycle),
      'delta',
      float(seconds),
      'orbit',
      integer((Math.max(event.owner, 1) - 1) % orbits),
    );
    // SuperDirt's loudness goes with the 4th power of gain, MIDI's by convention with the square of velocity.
    message.append(['gain', float(Math.sqrt(event.data2 / 127)), 'sustain', float(seconds)]);
    if (event.channel === drumChannel) message.append(['s', drumSounds.get(event.data1) ?? otherDrum]);
    else message.append(['s', sound, 'midinote', float(event.data1)]);
    return message;
  };
}
