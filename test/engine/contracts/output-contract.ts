import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Output, WireEvent, WireEventKind } from '../../../src/engine/contracts/output.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';

/** What came out at the far end, as far as the wire says it. */
export interface ReceivedNote {
  readonly kind: 'noteOn' | 'noteOff';
  readonly channel: number;
  readonly pitch: number;
}

export interface OutputUnderTest {
  /** Not yet open. */
  readonly output: Output;
  /** Closes the far end. */
  dispose?(): Promise<void> | void;
}

export interface HeardOutputUnderTest extends OutputUnderTest {
  /** Waits until `count` notes (ons and offs together) have arrived at the far end and returns them in the order they came. */
  received(count: number): Promise<readonly ReceivedNote[]>;
}

const everyKind: readonly WireEventKind[] = ['noteOn', 'noteOff', 'control', 'program', 'clock', 'start', 'continue', 'stop', 'position'];

/** An event as a lane makes it. */
export function wireEvent(kind: WireEventKind, fields: Partial<WireEvent> = {}): WireEvent {
  return {
    kind, owner: 1, channel: 0, data1: 60, data2: 100, beat: 1, durationBeats: kind === 'noteOn' ? 0.5 : 0, noteId: 1, microsPerBeat: 500_000, ...fields,
  };
}

type Made<Kind> = Promise<Kind> | Kind;

async function useOutput<Kind extends OutputUnderTest>(make: () => Made<Kind>, play: (output: Output, under: Kind) => Promise<void> | void): Promise<void> {
  const under = await make();
  try {
    await under.output.open();
    await play(under.output, under);
  } finally {
    await under.output.close();
    await under.dispose?.();
  }
}

/** What every output must do. `make` gives a new one each time. */
export function outputContract(name: string, make: () => Made<OutputUnderTest>): void {
  describe(`${name}, as an output`, () => {
    const use = (play: (output: Output) => Promise<void> | void): Promise<void> => useOutput(make, play);

    it('opens and closes, with nothing sent', () => use(() => undefined));

    it('closes twice as well as once, and without having been opened', async () => {
      await use((output) => output.close());
      const { output, dispose } = await make();
      await output.close();
      await dispose?.();
    });

    it('opens again after it was closed elsewhere', async () => {
      await use(() => undefined);
      await use((output) => output.send(wireEvent('noteOff'), monotonicClock.now()));
    });

    it('takes every kind of event, due before or after now, and a flush with nothing gathered', () =>
      use((output) => {
        const now = monotonicClock.now();
        output.flush();
        for (const kind of everyKind) {
          for (const due of [now - 50_000, now, now + 300_000]) output.send(wireEvent(kind), due);
        }
        output.flush();
        output.flush();
      }));

    it('takes the edges of every number', () =>
      use((output) => {
        for (const [channel, data1, data2] of [[0, 0, 0], [15, 127, 127], [9, 127, 1]]) {
          for (const kind of everyKind) output.send(wireEvent(kind, { channel, data1, data2, beat: -3.25 }), monotonicClock.now());
        }
        output.send(wireEvent('position', { data1: 16_383 }), monotonicClock.now());
        output.flush();
      }));
  });
}

/** What every output must do, and what can be told of one whose far end can be listened to. */
export function heardOutputContract(name: string, make: () => Made<HeardOutputUnderTest>): void {
  outputContract(name, make);
  describe(`${name}, as its far end hears it`, () => {
    it('sends what it is given in order, and keeps nothing of the object it was given', () =>
      useOutput(make, async (output, { received }) => {
        const event = wireEvent('noteOn');
        const expected: ReceivedNote[] = [];
        const play = (kind: 'noteOn' | 'noteOff', channel: number, pitch: number): void => {
          const due = monotonicClock.now();
          Object.assign(event, wireEvent(kind, { channel, data1: pitch, noteId: pitch }));
          output.send(event, due);
          expected.push({ kind, channel, pitch });
        };
        for (let chord = 0; chord < 8; chord += 1) {
          for (let voice = 0; voice < 4; voice += 1) play('noteOn', voice, 40 + chord * 5 + voice);
          for (let voice = 0; voice < 4; voice += 1) play('noteOff', voice, 40 + chord * 5 + voice);
        }
        output.flush();
        Object.assign(event, wireEvent('noteOn', { channel: 15, data1: 1 }));
        assert.deepEqual(await received(expected.length), expected);
      }));
  });
}
