import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, encode, type Message } from 'node-osc';
import type { WireEvent } from '../../../src/engine/contracts/output.js';
import { continuoFormat } from '../../../src/transports/osc/continuo-format.js';
import { superDirtFormat } from '../../../src/transports/osc/superdirt-format.js';

const noteOn: WireEvent = {
  kind: 'noteOn',
  owner: 2,
  channel: 3,
  data1: 60,
  data2: 100,
  beat: 4,
  durationBeats: 1.5,
  noteId: 17,
  microsPerBeat: 500_000,
};

function said(message: Message | undefined): { readonly tags: string; readonly words: readonly unknown[] } | undefined {
  if (message === undefined) return undefined;
  const bytes = encode(message);
  const start = bytes.indexOf(',');
  const packet = decode(bytes) as { address: string; args: { value: unknown }[] };
  return {
    tags: bytes.toString('latin1', start + 1, bytes.indexOf(0, start)),
    words: [packet.address, ...packet.args.map(({ value }) => value)],
  };
}

describe('our own messages', () => {
  const cases: readonly (readonly [name: string, event: Partial<WireEvent>, words: readonly unknown[], tags: string])[] = [
    ['a note with its length in seconds', {}, ['/continuo/note', 2, 3, 60, 100, 0.75, 4, 17], 'iiiiffi'],
    ['its end', { kind: 'noteOff', durationBeats: 0, data2: 64 }, ['/continuo/note/off', 2, 3, 60, 17], 'iiii'],
    ['a controller', { kind: 'control', data1: 64, data2: 127 }, ['/continuo/control', 2, 3, 64, 127, 4], 'iiiif'],
    ['a program', { kind: 'program', data1: 12 }, ['/continuo/program', 2, 3, 12, 4], 'iiif'],
    ['the clock on a beat', { kind: 'clock', beat: 8 }, ['/continuo/clock', 8, 120], 'ff'],
    ['a beat that is a rounding error off', { kind: 'clock', beat: 7.999999 }, ['/continuo/clock', 8, 120], 'ff'],
    ['a start', { kind: 'start', beat: 0 }, ['/continuo/clock/start', 0], 'f'],
    ['a continue', { kind: 'continue', beat: 2.5 }, ['/continuo/clock/continue', 2.5], 'f'],
    ['a stop', { kind: 'stop', beat: 3 }, ['/continuo/clock/stop', 3], 'f'],
    ['a song position, in beats', { kind: 'position', data1: 18 }, ['/continuo/clock/position', 4.5], 'f'],
  ];
  for (const [name, event, words, tags] of cases) {
    it(`say ${name}`, () => assert.deepEqual(said(continuoFormat({ ...noteOn, ...event })), { words, tags }));
  }

  it('say nothing between beats', () => {
    for (let tick = 1; tick < 24; tick += 1) assert.equal(continuoFormat({ ...noteOn, kind: 'clock', beat: 8 + tick / 24 }), undefined);
  });

  it('let a note number past 32 bits wrap around', () => {
    assert.equal(said(continuoFormat({ ...noteOn, noteId: 2 ** 32 + 5 }))?.words.at(-1), 5);
  });
});

describe('SuperDirt messages', () => {
  const format = superDirtFormat('superpiano', 4);
  const pairs = (event: WireEvent): Record<string, unknown> => {
    const { words } = said(format(event)) ?? assert.fail('nothing was said');
    assert.equal(words[0], '/dirt/play');
    return Object.fromEntries(Array.from({ length: (words.length - 1) / 2 }, (_unused, index) => [words[1 + 2 * index], words[2 + 2 * index]]));
  };

  it('say a note with its cycle, tempo, orbit and length', () => {
    const { gain, ...rest } = pairs({ ...noteOn, data2: 127, beat: 6 });
    assert.equal(gain, 1);
    assert.deepEqual(rest, { cps: 0.5, cycle: 1.5, delta: 0.75, orbit: 1, sustain: 0.75, s: 'superpiano', midinote: 60 });
  });

  it('say a drum as a sample', () => {
    assert.equal(pairs({ ...noteOn, channel: 9, data1: 36 }).s, 'bd');
    assert.equal(pairs({ ...noteOn, channel: 9, data1: 38 }).s, 'sn');
    assert.equal(pairs({ ...noteOn, channel: 9, data1: 81 }).s, 'hh');
    assert.equal('midinote' in pairs({ ...noteOn, channel: 9 }), false);
  });

  it('give every deck an orbit that is there', () => {
    assert.deepEqual([0, 1, 2, 12, 13].map((owner) => pairs({ ...noteOn, owner }).orbit), [0, 0, 1, 11, 0]);
  });

  it('say nothing but notes', () => {
    for (const kind of ['noteOff', 'control', 'program', 'clock', 'start', 'stop', 'position'] as const) {
      assert.equal(format({ ...noteOn, kind }), undefined);
    }
  });
});
