import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortWatch, type WatchedPort } from '../../../src/transports/midi/port-watch.js';
import { Tie, tiesIn } from '../../../src/transports/midi/sequencer-ties.js';

/** As a kernel writes it, with a synthesizer that two programs play to, and a keyboard. */
const list = `Client info
  cur  clients : 6
  peak clients : 6
  max  clients : 192

Client   0 : "System" [Kernel Legacy]
  Port   0 : "Timer" (Rwe-)
  Port   1 : "Announce" (R-e-)
    Connecting To: 128:0
Client  24 : "A "synth": 2" [Kernel Legacy]
  Port   0 : "Port 1" (RWeX)
    Connecting To: 130:0[real:0]
    Connected From: 129:0[real:0], 131:1
Client 129 : "RtMidi Output Client" [User Legacy]
  Port   0 : "RtMidi Output" (R-e-)
    Connecting To: 24:0[real:0], 14:0
  Output pool :
    Pool size          : 500
Client 130 : "RtMidi Input Client" [User Legacy]
  Port   0 : "RtMidi Input" (-We-)
    Connected From: 24:0[real:0]
Client 131 : "another" [User Legacy]
  Port   1 : "out" (R-e-)
    Connecting To: 24:0
`;

describe('who reaches a MIDI device', () => {
  it('is read from the list of the kernel, of programs whose driver is ours', () => {
    const { outputs, inputs } = tiesIn(list);
    assert.deepEqual([...outputs], [['24:0', new Set(['129:0'])], ['14:0', new Set(['129:0'])]]);
    assert.deepEqual([...inputs], [['24:0', new Set(['130:0'])]]);
  });

  it('is cut where all that came when it was opened are gone, whoever was there before and whoever else comes', () => {
    const tie = new Tie(new Set(['140:0']));
    const cuts = [['140:0'], ['140:0', '129:0'], ['129:0'], ['129:0', '141:0'], ['141:0', '140:0'], []].map((now) => tie.isCut(new Set(now)));
    assert.deepEqual(cuts, [false, false, false, false, true, true]);
  });
});

describe('a port that is watched', () => {
  it('is gone and there again, once, where it is cut between two looks; where nobody tells of that only its name counts', () => {
    for (const tells of [true, false]) {
      const said: string[] = [];
      const port: WatchedPort = { direction: 'outputs', wish: { device: 'Synth' }, open: 'Synth:1 24:0', gone: () => said.push('gone'), came: () => said.push('there') > 0 };
      let reaching = new Set(['129:0']);
      let outputs: readonly string[] = ['Synth:1 24:0'];
      const ties = () => (tells ? { outputs: new Map([['24:0', reaching]]), inputs: new Map<string, Set<string>>() } : undefined);
      const before = tells ? { outputs: new Map<string, Set<string>>(), inputs: new Map<string, Set<string>>() } : undefined;
      const watch = new PortWatch([port], { names: () => ({ inputs: [], outputs }), ties, close: () => undefined }, before);
      watch.look();
      reaching = new Set();
      for (let looks = 0; looks < 3; looks += 1) watch.look();
      assert.deepEqual(said, tells ? ['gone', 'there'] : []);
      reaching = new Set(['129:0']);
      watch.look();
      outputs = [];
      watch.look();
      assert.deepEqual(said.slice(tells ? 2 : 0), ['gone']);
      watch.close();
    }
  });
});
