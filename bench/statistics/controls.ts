import { CounterRandom } from '../../src/engine/generation/sampling/counter-random.js';
import { drumChannel } from '../../src/engine/music/note.js';
import type { TimedNote, TimedNotes } from './timed-notes.js';

/** Sixteenths that random notes last at most. */
const longestSixteenths = 8;

/** A piece in which every note keeps its place and its length, and its pitch and velocity are those of another; drums stay among drums. */
export function shuffled({ notes, ticksPerBeat }: TimedNotes, seed: number): TimedNotes {
  const random = new CounterRandom(seed, 1);
  const mixed = [...notes];
  for (const drums of [true, false]) {
    const indices = [...notes.keys()].filter((index) => (notes[index].channel === drumChannel) === drums);
    const sources = permuted(indices, random);
    indices.forEach((index, at) => {
      const { pitch, velocity } = notes[sources[at]];
      mixed[index] = { ...notes[index], pitch, velocity };
    });
  }
  return { notes: inOrder(mixed), ticksPerBeat };
}

/** As many notes as the piece has, anywhere on its sixteenths, at any pitch and any velocity. */
export function randomised({ notes, ticksPerBeat }: TimedNotes, seed: number): TimedNotes {
  if (notes.length === 0) return { notes, ticksPerBeat };
  const random = new CounterRandom(seed, 2);
  const [first] = notes;
  const last = notes[notes.length - 1];
  const secondsPerTick = (last.startSeconds - first.startSeconds) / Math.max(1, last.startTick - first.startTick);
  const sixteenth = ticksPerBeat / 4;
  const places = Math.max(1, Math.floor((last.startTick - first.startTick) / sixteenth));
  const anywhere = notes.map((note) => {
    const startTick = first.startTick + Math.floor(random.next() * places) * sixteenth;
    const endTick = startTick + Math.ceil(random.next() * longestSixteenths) * sixteenth;
    const seconds = (tick: number): number => first.startSeconds + (tick - first.startTick) * secondsPerTick;
    const [pitch, velocity] = [Math.floor(random.next() * 128), 1 + Math.floor(random.next() * 127)];
    return { ...note, startTick, endTick, startSeconds: seconds(startTick), endSeconds: seconds(endTick), pitch, velocity };
  });
  return { notes: inOrder(anywhere), ticksPerBeat };
}

function permuted(items: readonly number[], random: CounterRandom): number[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random.next() * (at + 1));
    [order[at], order[other]] = [order[other], order[at]];
  }
  return order;
}

function inOrder(notes: readonly TimedNote[]): TimedNote[] {
  return [...notes].sort((a, b) => a.startTick - b.startTick || a.pitch - b.pitch);
}
