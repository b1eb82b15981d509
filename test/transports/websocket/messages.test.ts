import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WireEvent } from '../../../src/engine/contracts/output.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import { idOf, readClientMessage } from '../../../src/transports/websocket/client-message.js';
import { wireMessage } from '../../../src/transports/websocket/wire-message.js';

describe('a client message', () => {
  it('is one of four, with its defaults', () => {
    assert.deepEqual(readClientMessage('{"type":"get","address":"bpm"}'), { type: 'get', address: 'bpm' });
    assert.deepEqual(readClientMessage('{"type":"set","address":"bpm","value":90,"id":7}'), { type: 'set', address: 'bpm', value: 90, id: 7 });
    assert.deepEqual(readClientMessage('{"type":"invoke","address":"start"}'), { type: 'invoke', address: 'start', arguments: [] });
    assert.deepEqual(readClientMessage('{"type":"ping","id":"a","more":1}'), { type: 'ping', id: 'a' });
  });

  it('is refused with a sentence that says what is wrong', () => {
    const wrong: [string, RegExp][] = [
      ['', /no JSON/],
      ['{"type":', /no JSON/],
      ['null', /get, set, invoke, .* is expected/],
      ['[]', /get, set, invoke, .* is expected/],
      ['{"type":"shout"}', /type/],
      ['{"type":"get"}', /address/],
      ['{"type":"set","address":"bpm","value":null}', /value/],
      ['{"type":"set","address":"bpm","value":{"a":1}}', /value/],
      ['{"type":"invoke","address":"start","arguments":[[1]]}', /arguments/],
      ['{"type":"sync","beat":0}', /bpm/],
      ['{"type":"sync","bpm":19,"beat":0}', /bpm/],
      ['{"type":"sync","bpm":120,"beat":1e15}', /beat/],
      ['{"type":"sync","bpm":120,"beat":-1e15}', /beat/],
      ['{"type":"probe","probe":1}', /clientMilliseconds/],
      [JSON.stringify({ type: 'get', address: 'a'.repeat(300) }), /address/],
      [JSON.stringify({ type: 'invoke', address: 'a', arguments: Array(17).fill(0) }), /arguments/],
    ];
    for (const [text, reason] of wrong) {
      assert.throws(() => readClientMessage(text), (error) => error instanceof ContinuoError && error.errorName === 'badMessage' && reason.test(error.message), text);
    }
  });

  it('is named by its id in the error, where it has one', () => {
    assert.equal(idOf('{"type":"shout","id":5}'), 5);
    assert.equal(idOf('{"id":{}}'), undefined);
    assert.equal(idOf('{'), undefined);
    assert.equal(idOf('7'), undefined);
  });
});

describe('a wire event as JSON', () => {
  const event: WireEvent = {
    kind: 'noteOn', owner: 2, channel: 9, data1: 36, data2: 90, beat: 4.5, durationBeats: 0.5, noteId: 8, microsPerBeat: 600_000,
  };
  const cases: [Partial<WireEvent>, object | undefined][] = [
    [{}, { type: 'note', id: 8, deck: 2, channel: 9, pitch: 36, velocity: 90, beat: 4.5, durationBeats: 0.5, durationSeconds: 0.3, timeMicros: 1000 }],
    [{ kind: 'noteOff' }, { type: 'noteOff', id: 8, deck: 2, channel: 9, pitch: 36, beat: 4.5, timeMicros: 1000 }],
    [{ kind: 'control', data1: 64, data2: 0 }, { type: 'control', deck: 2, channel: 9, controller: 64, value: 0, beat: 4.5, timeMicros: 1000 }],
    [{ kind: 'program', data1: 3 }, { type: 'program', deck: 2, channel: 9, program: 3, beat: 4.5, timeMicros: 1000 }],
    [{ kind: 'clock', beat: 5 - 1e-9 }, { type: 'clock', beat: 5, bpm: 100, timeMicros: 1000 }],
    [{ kind: 'clock', beat: 5 + 1 / 24 }, undefined],
    [{ kind: 'start', beat: 0 }, { type: 'start', beat: 0, timeMicros: 1000 }],
    [{ kind: 'continue', beat: 2 }, { type: 'continue', beat: 2, timeMicros: 1000 }],
    [{ kind: 'stop', beat: 2 }, { type: 'stop', beat: 2, timeMicros: 1000 }],
    [{ kind: 'position', data1: 6 }, { type: 'position', beat: 1.5, timeMicros: 1000 }],
  ];
  for (const [change, message] of cases) {
    it(`says ${change.kind ?? 'noteOn'}${message ? '' : ' between beats: nothing'}`, () => assert.deepEqual(wireMessage({ ...event, ...change }, 1000), message));
  }
});
