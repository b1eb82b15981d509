import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { drawRoll } from '../../../src/cli/terminal/roll.js';
import { clip, drawScreen, type ScreenView } from '../../../src/cli/terminal/screen.js';

const plain = (lines: string[]): string[] => lines.map((line) => stripVTControlCharacters(line));

const view: ScreenView = {
  bpm: 120, leader: 'internal', playing: true, beat: 9.2, beatsPerBar: 4,
  decks: [{ number: 1, pack: 'perlin', state: 'playing', speed: 40, aheadBeats: 7.5, inTime: 1, temperature: 1, muted: false, solo: false, shaping: [], swap: '', chosen: true }],
  notes: [], counters: { sent: 3, late: 0, dropped: 0, sounding: 1 }, scene: '', wires: [{ level: 'off', sentence: 'midi is off' }], packs: ['perlin'], message: '',
  columns: 80, rows: 24,
};

describe('drawRoll', () => {
  it('draws a note at its time and height, what is to come right of now', () => {
    const lines = plain(drawRoll({
      notes: [{ beat: 0, duration: 0.5, channel: 0, pitch: 60, velocity: 90, deck: 1 }, { beat: 1, duration: 0.25, channel: 1, pitch: 61, velocity: 90, deck: 1 }], colourBy: 'channel',
      nowBeat: 0.5, columns: 10, rows: 1,
    }));
    assert.deepEqual(lines, ['    ▄▄│ ▀ ']);
  });

  it('always fills the space it was given', () => {
    const notes = Array.from({ length: 128 }, (_unused, pitch) => ({ beat: pitch / 9, duration: 2, channel: pitch % 16, pitch, velocity: 1, deck: 1 }));
    for (const rows of [1, 4, 30]) {
      const lines = plain(drawRoll({ notes, colourBy: 'deck', nowBeat: 3.3, columns: 33, rows }));
      assert.deepEqual([lines.length, ...new Set(lines.map((line) => line.length))], [rows, 33]);
    }
  });
});

describe('drawScreen', () => {
  it('says who leads, the bar, the deck and the keys', () => {
    const text = plain(drawScreen(view)).join('\n');
    assert.match(text, /120\.0 BPM from internal {3}bar 3 ○●○○ {3}playing/);
    assert.match(text, /deck 1 {3}perlin {3}playing {3}40\.0x real time {3}7\.5 beats ahead/);
    assert.match(text, /1 perlin/);
    assert.match(text, /space start\/stop[^]*q quit/);
  });

  it('says so when sixteenths had no music, and nothing while all had', () => {
    const text = (inTime: number): string => plain(drawScreen({ ...view, columns: 120, decks: [{ ...view.decks[0], inTime }] })).join('\n');
    assert.match(text(0.99996), /in time 99\.9 %/);
    assert.doesNotMatch(text(1), /in time/);
  });

  it('lists several decks in columns, with what of their playing is not as written', () => {
    const [one] = view.decks;
    const other = { ...one, number: 2, pack: 'skytnt-pop', speed: 2.25, muted: true, shaping: ['channel 5', '+7'], swap: 'loads perlin', chosen: false };
    const lines = plain(drawScreen({ ...view, columns: 120, decks: [one, other] }));
    assert.equal(lines[1], '▸1 perlin      playing      40.0x   7.5 ahead');
    assert.equal(lines[2], ' 2 skytnt-pop  playing       2.3x   7.5 ahead  muted  loads perlin  channel 5, +7');
    assert.match(lines.join('\n'), /↑ ↓ deck/);
  });

  it('never draws past the window, nor scrolls it', () => {
    const sentences = Array.from({ length: 30 }, (_unused, index) => `The MIDI device ${index} is gone; it is played to again when it is back.`);
    const wires = sentences.map((sentence) => ({ level: 'off', sentence }) as const);
    for (const columns of [20, 40, 80, 200]) {
      for (const rows of [6, 12, 24, 50]) {
        for (const count of [1, 8]) {
          const decks = Array.from({ length: count }, (_unused, index) => ({ ...view.decks[0], number: index + 1 }));
          const lines = plain(drawScreen({ ...view, columns, rows, decks, wires, message: sentences.slice(0, 3).join(' ') }));
          assert.ok(lines.every((line) => line.length <= columns));
          assert.ok(lines.length < rows, `${lines.length} lines on ${rows}`);
        }
      }
    }
  });

  it('tells what is off to its end, then the latest of what is open, and leaves the roll its room', () => {
    const off = 'MIDI is off: this machine has no ALSA sequencer; load it with `sudo modprobe snd-seq` (it needs a kernel with sound) and start again.';
    const wires = [{ level: 'off', sentence: off } as const, ...Array.from({ length: 30 }, (_unused, index) => ({ level: 'ready', sentence: `wire ${index}` }) as const)];
    const lines = plain(drawScreen({ ...view, notes: [{ beat: 9, duration: 0.25, channel: 0, pitch: 60, velocity: 90, deck: 1 }], wires }));
    assert.match(lines.join('\n'), /[▀▄][^]*wire 28\nwire 29\n/);
    assert.ok(lines.join(' ').includes(off));
  });

  it('says which scene it is', () => {
    assert.match(plain(drawScreen({ ...view, scene: 'scene 2 Noon' }))[0], /playing {3}scene 2 Noon$/);
  });

  it('says a long sentence to its end, and what a swap does, on 80 columns', () => {
    const message = 'skytnt-pop cannot hold 240 BPM on this machine: it rests; choose a slower tempo, a smaller pack or fewer decks.';
    const lines = plain(drawScreen({ ...view, message, decks: [{ ...view.decks[0], pack: 'kmeans-piano', muted: true, swap: 'skytnt-event at bar 12' }] }));
    assert.ok(lines.join(' ').includes(message));
    assert.match(lines[1], /kmeans-piano {3}playing {3}muted {3}skytnt-event at bar 12/);
  });

  it('clips colours with the text they colour', () => {
    assert.equal(clip('\u001b[31mred\u001b[39m and more', 2), '\u001b[31mre\u001b[39m');
  });
});
