import { loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import { ContinuoError } from '../src/engine/errors.js';
import type { Note } from '../src/engine/music/note.js';
import type { Micros } from '../src/engine/music/units.js';
import { SendThread } from '../src/engine/scheduling/send-thread.js';
import { monotonicClock } from '../src/engine/time/clock.js';
import { MidiInput } from '../src/transports/midi/midi-input.js';
import { midiPortNames } from '../src/transports/midi/midi-library.js';
import { percentile } from './support/percentile.js';
import { onsetRecord } from './support/send-recorder.js';
import { deviation, makeRecorder, type Sample } from './support/sent-samples.js';

export const summary = 'a MIDI round trip, term by term: count=400 (at most 2048) bpm=120, and for a cable out=DEVICE in=DEVICE (without them a virtual port; out=none: without a driver)';

const virtualPort = 'Continuo Loop';
/** Notes a beat of the first half: what is due is known long before, as on stage. */
const notesPerBeat = 8;
/** Between two notes of the second half, which are due when they are queued. */
const pauseMilliseconds = 11;
const settleMilliseconds = 300;
const keysPerChannel = 128;
const keys = 16 * keysPerChannel;

/** Moments by the key of the note. */
type Moments = ReadonlyMap<number, Micros>;

/**
 * Sends notes through the send thread to a MIDI port and hears them come back on another, on the clock of both. First
 * notes that were queued ahead, then notes that are due the moment they are queued. Errors: those of the MIDI wire;
 * `portUnavailable` when nothing comes back.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const count = Math.min(keys, Number(options.count ?? 400));
  const bpm = Number(options.bpm ?? 120);
  const out = options.out ?? virtualPort;
  const hasWire = out !== 'none';
  const recorder = makeRecorder(Math.ceil((count * 60) / (bpm * notesPerBeat)) + count, hasWire ? out : undefined, options.out === undefined ? 'virtual' : 'device');
  const sender = new SendThread({ onNotice: () => undefined });
  let input: MidiInput | undefined;
  try {
    await sender.addOutput({ ...recorder.specification, sendsClock: false });
    const heard = new Map<number, Micros>();
    if (hasWire) input = new MidiInput({ device: options.in ?? portLike(out) }, (_delta, [status, pitch, velocity]) => {
      if ((status & 0xf0) === 0x90 && velocity > 0) heard.set((status & 0x0f) * keysPerChannel + pitch, monotonicClock.now());
    });
    await pass(settleMilliseconds);
    await playAhead(sender, count, bpm);
    const ahead = recorder.read().filter(({ kind }) => kind === onsetRecord);
    const aheadHeard = new Map(heard);
    heard.clear();
    if (hasWire && aheadHeard.size === 0) throw new ContinuoError('portUnavailable', `Nothing that was sent to "${out}" came back; connect it to the port that in= names, and see that nothing filters notes.`);
    const queued = await playNow(sender, count, bpm);
    const now = recorder.read().filter(({ kind }) => kind === onsetRecord).slice(ahead.length);
    return {
      out,
      count: 2 * count,
      loadAverage: loadavg()[0],
      dropped: 2 * count - ahead.length - now.length,
      lost: hasWire ? ahead.length + now.length - aheadHeard.size - heard.size : 0,
      micros: [
        { term: 'send thread: sent - due', ...figures(ahead.map(({ due, at }) => at - due)) },
        ...(hasWire ? [{ term: 'driver, cable, driver, event loop: heard - sent', ...figures(between(sentAt(ahead), aheadHeard)) }] : []),
        { term: 'queue: sent - queued, of a note that is due at once', ...figures(between(queued, sentAt(now))) },
        ...(hasWire ? [{ term: 'there and back: heard - queued, of a note that is due at once', ...figures(between(queued, heard)) }] : []),
      ],
    };
  } finally {
    input?.close();
    await sender.close();
  }
}

async function playAhead(sender: SendThread, count: number, bpm: number): Promise<void> {
  const start = monotonicClock.now() + settleMilliseconds * 1000;
  sender.publish({ bpm, beatOrigin: 0, timeOrigin: start });
  sender.transport({ type: 'start', beat: 0, micros: start });
  sender.queue(1, Array.from({ length: count }, (_, index) => note(index, index / notesPerBeat)));
  await pass(settleMilliseconds * 2 + (count * 60_000) / (bpm * notesPerBeat));
}

/** Returns when each was queued. */
async function playNow(sender: SendThread, count: number, bpm: number): Promise<Moments> {
  const start = monotonicClock.now();
  sender.publish({ bpm, beatOrigin: 0, timeOrigin: start });
  sender.transport({ type: 'start', beat: 0, micros: start });
  const queued = new Map<number, Micros>();
  for (let index = 0; index < count; index += 1) {
    await pass(pauseMilliseconds);
    const at = monotonicClock.now();
    queued.set(index % keys, at);
    sender.queue(1, [note(index, ((at - start) * bpm) / 60_000_000)]);
  }
  await pass(settleMilliseconds);
  return queued;
}

/** Notes differ, so that one that is lost is missed and no other taken for it. */
function note(index: number, beat: number): Note {
  const key = index % keys;
  return { beat, duration: 1 / 64, channel: Math.floor(key / keysPerChannel), pitch: key % keysPerChannel, velocity: 64 };
}

function sentAt(samples: readonly Sample[]): Moments {
  return new Map(samples.map(({ key, at }) => [key, at]));
}

/** Of every note that came through, how long it took. */
function between(first: Moments, second: Moments): Micros[] {
  return [...second].flatMap(([key, micros]) => {
    const begun = first.get(key);
    return begun === undefined ? [] : [micros - begun];
  });
}

function figures(micros: readonly Micros[]): object {
  return { p50: percentile(micros, 0.5), p99: percentile(micros, 0.99), max: Math.max(...micros), deviation: deviation(micros) };
}

/** The system puts words of its own around the names of ports. */
function portLike(name: string): string {
  return midiPortNames().inputs.find((each) => each.includes(name)) ?? name;
}
