import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import tonejs from '@tonejs/midi';
import { parseMidi } from 'midi-file';
import { readPrompt } from '../../../src/engine/midi-file/prompt.js';
import { writeRender } from '../../../src/engine/midi-file/render.js';
import { scoreOf, type Score } from '../../../src/engine/music/score.js';

const note = { beat: 0, duration: 1, channel: 0, pitch: 60, velocity: 64 };
const score: Score = scoreOf(
  [note, { ...note, beat: 1, velocity: 1 }, { ...note, beat: 2.5, velocity: 127 }, { ...note, channel: 9, pitch: 36 }],
  {
    tempos: [
      { beat: 0, bpm: 120 },
      { beat: 4, bpm: 60e6 / 450_001 },
    ],
    meters: [{ beat: 0, numerator: 7, denominator: 8 }],
    keys: [{ beat: 0, sharps: -3, minor: true }],
    programs: [
      { beat: 0, channel: 0, program: 5 },
      { beat: 2, channel: 0, program: 40 },
    ],
    controls: [{ beat: 1, channel: 0, controller: 7, value: 99 }],
  },
);

describe('a render', () => {
  it('is read back as a prompt as it was', () => {
    assert.deepEqual(readPrompt(writeRender(score)), score);
  });

  it('shows another program its title, track names, markers, tempo and notes', () => {
    const bytes = writeRender(score, {
      title: 'First sound',
      nameOfChannel: (channel) => (channel === 9 ? 'Drums' : 'Piano'),
      markers: [{ beat: 4, text: 'perlin' }],
    });
    const midi = new tonejs.Midi(bytes);
    assert.equal(midi.name, 'First sound');
    assert.equal(midi.header.ppq, 480);
    assert.deepEqual(midi.header.meta, [{ type: 'marker', text: 'perlin', ticks: 1920 }]);
    assert.deepEqual(midi.header.tempos.map(({ ticks, bpm }) => [ticks, Math.round(60e6 / bpm)]), [
      [0, 500_000],
      [1920, 450_001],
    ]);
    assert.deepEqual([...new Set(midi.tracks.map(({ name }) => name).filter((name) => name !== ''))], ['Piano', 'Drums']);
    assert.equal(midi.tracks.flatMap(({ notes }) => notes).length, 4);
  });

  it('names tracks after their channel by itself, in UTF-8 when told', () => {
    const nameOf = (bytes: Uint8Array, track: number): string => {
      const event = parseMidi(bytes).tracks[track][0];
      return event.type === 'trackName' ? Buffer.from(event.text, 'latin1').toString('utf8') : '';
    };
    assert.equal(nameOf(writeRender(score), 2), 'Channel 10');
    assert.equal(nameOf(writeRender(score, { title: 'Später ♫' }), 0), 'Später ♫');
  });

  it('is a file even when nothing was played', () => {
    assert.deepEqual(readPrompt(writeRender(scoreOf([]))), scoreOf([]));
  });

  it('takes time in step with the number of notes', () => {
    const notes = Array.from({ length: 40_000 }, (_, index) => ({ ...note, beat: index / 8 }));
    const begin = process.cpuUsage().user;
    assert.ok(writeRender(scoreOf(notes)).length > 40_000 * 6);
    assert.ok(process.cpuUsage().user - begin < 3e6);
  });
});
