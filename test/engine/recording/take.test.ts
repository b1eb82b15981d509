import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { readMidiFile } from '../../../src/engine/midi-file/read-midi-file.js';
import { readPrompt } from '../../../src/engine/midi-file/prompt.js';
import { sameMusic, TakeAxis } from '../../../src/engine/recording/take-axis.js';
import { takeFile } from '../../../src/engine/recording/take-file.js';
import { keepNewest, keptTakes, readTake, TakeJournal } from '../../../src/engine/recording/take-journal.js';
import { formatLine, parseLines, type TakeLine } from '../../../src/engine/recording/take-line.js';
import type { PlayedMessage } from '../../../src/engine/recording/take-output.js';
import { TakeWriter, type SessionPlace } from '../../../src/engine/recording/take-writer.js';

const played = (type: PlayedMessage['type'], beat: number, id = 1, pitch = 60, bpm = 120): PlayedMessage => ({
  type, id, owner: 1, beat, channel: 0, data1: pitch, data2: 90, microsPerBeat: 60_000_000 / bpm,
});

function written(bars = 4): { writer: TakeWriter; lines: TakeLine[] } {
  const lines: TakeLine[] = [];
  return { writer: new TakeWriter(() => bars, (line) => lines.push(line)), lines };
}

const at = (beat: number): SessionPlace => ({ beat, bpm: 120 });

async function folderOf(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'continuo-takes-'));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

const note = (on: number, beat: number): TakeLine => ({ on, part: 1, beat, channel: 0, pitch: 60, velocity: 90 });

describe('the beats of a take', () => {
  it('go on where the session jumps or stops, at the same place of the bar, and never back', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ to: fc.integer({ min: 0, max: 4000 }), plays: fc.integer({ min: 0, max: 200 }) })), fc.integer({ min: 1, max: 7 }), (jumps, bar) => {
        const axis = new TakeAxis();
        for (const { to, plays } of jumps) {
          const before = axis.end;
          const beat = to / 4;
          axis.playedGoesOnAt(beat, { line: 0, length: bar });
          const place = axis.ofPlayed(beat);
          assert.ok(place >= before - sameMusic - 1e-6 && place < before + bar + 1e-6);
          assert.ok(Math.abs(((((place - beat) % bar) + bar + 1e-6) % bar) - 1e-6) < 1e-3);
          axis.reach(axis.ofPlayed(beat + plays / 4));
          assert.ok(Math.abs(axis.end - Math.max(before, place + plays / 4)) < 1e-6);
        }
      }),
    );
  });
});

describe('what is written of a take', () => {
  it('are the notes as they sounded, with the tempo, the bars and what was heard', () => {
    const { writer, lines } = written();
    writer.played(played('goesOn', 8));
    writer.played(played('note', 8, 7, 64));
    writer.heard({ type: 'began', source: 'midi', note: { beat: 8.5, channel: 2, pitch: 50, velocity: 70 } }, at(8.5));
    writer.mark('deck 1', 'deck 1: perlin', 9);
    writer.played(played('noteOff', 9, 7, 64));
    writer.heard({ type: 'ended', source: 'midi', note: { beat: 8.5, duration: 1, channel: 2, pitch: 50, velocity: 70 } }, at(8.5));
    writer.played(played('note', 12, 8, 65, 90));
    assert.equal(writer.notes, 3);
    const score = readPrompt(takeFile(lines, 'a take'));
    assert.deepEqual(
      score.notes.map(({ beat, duration, channel, pitch, velocity }) => [beat, duration, channel, pitch, velocity]),
      [[0, 1, 0, 64, 90], [0.5, 1, 2, 50, 70], [4, 1 / 96, 0, 65, 90]],
    );
    assert.deepEqual(score.tempos.map(({ beat, bpm }) => [beat, Math.round(bpm)]), [[0, 120], [4, 90]]);
    assert.deepEqual(score.meters, [{ beat: 0, numerator: 4, denominator: 4 }]);
  });

  it('has what was heard as long as it was held, also where the host jumps meanwhile', () => {
    const { writer, lines } = written();
    writer.played(played('goesOn', 8));
    writer.heard({ type: 'began', source: 'midi', note: { beat: 10, channel: 0, pitch: 50, velocity: 70 } }, at(10));
    writer.played(played('goesOn', 0));
    writer.heard({ type: 'ended', source: 'midi', note: { beat: -2, duration: 3.5, channel: 0, pitch: 50, velocity: 70 } }, at(-2));
    assert.deepEqual(readPrompt(takeFile(lines, 'a take')).notes.map(({ beat, duration }) => [beat, duration]), [[2, 3.5]]);
  });

  it('has a track for each part, and markers', () => {
    const { writer, lines } = written();
    for (const pack of ['perlin', 'theremin']) writer.mark('deck 1', `deck 1: ${pack}`, 0);
    writer.played({ ...played('note', 0, 1), owner: 2 });
    writer.played({ ...played('note', 0, 2), owner: 1, channel: 3 });
    writer.played({ ...played('note', 1, 3), owner: 1, channel: 9 });
    writer.heard({ type: 'began', source: 'osc', note: { beat: 1, channel: 0, pitch: 50, velocity: 70 } }, at(1));
    writer.mark('scene', 'scene 2: Dusk', 1);
    const file = takeFile(lines, 'a take');
    const text = Buffer.from(file).toString('latin1');
    for (const name of ['a take', 'Heard', 'Deck 1', 'Deck 2', 'deck 1: theremin', 'scene 2: Dusk']) assert.ok(text.includes(name), name);
    assert.ok(!text.includes('perlin'), 'a pack that was replaced before the take began');
    const { score } = readMidiFile(file);
    assert.deepEqual(score.tracks.map((events) => events.filter(({ type }) => type === 'note').length), [0, 1, 2, 1]);
  });

  it('tells a tempo that settles once a bar, and a new one at once', () => {
    const { writer, lines } = written();
    writer.played(played('goesOn', 0));
    for (let beat = 0; beat < 16; beat += 0.25) writer.played(played('note', beat, beat * 4 + 1, 60, 120 + (beat % 2) * 0.1));
    assert.ok(lines.filter((line) => 'bpm' in line).length <= 4);
    writer.played(played('note', 16, 99, 60, 130));
    assert.ok(lines.some((line) => 'bpm' in line && Math.round(line.bpm) === 130 && line.beat === 16));
  });
});

describe('the lines of a take', () => {
  it('read back as they were, as far as they were written', () => {
    const lines: TakeLine[] = [{ beatsPerBar: 3, beat: 0 }, { bpm: 99.5, beat: 0 }, note(1, 0), { marker: 'ü "x"\n{', kind: 'scene', beat: 0.5 }, { off: 1, beat: 1 }];
    const text = lines.map(formatLine).join('');
    assert.deepEqual(parseLines(text), lines);
    for (let length = 0; length < text.length; length += 1) {
      const read = parseLines(text.slice(0, length));
      assert.deepEqual(read, lines.slice(0, read.length));
    }
  });

  it('of a note that nothing ended end with the take', () => {
    const score = readPrompt(takeFile([note(1, 0), { ...note(2, 3), pitch: 61 }, { off: 2, beat: 5 }], 'cut short'));
    assert.deepEqual(score.notes.map(({ beat, duration }) => [beat, duration]), [[0, 5], [3, 2]]);
  });

  it('of a note that is struck again before it has ended end it there', () => {
    const lines: TakeLine[] = [note(1, 0), note(2, 3), { off: 1, beat: 4 }, note(3, 5), note(4, 5), { off: 3, beat: 5 }, { off: 2, beat: 6 }, { off: 4, beat: 8 }];
    const score = readPrompt(takeFile([...lines, note(5, 40), note(6, 10), { off: 5, beat: 41 }, { off: 6, beat: 11 }], 'one key'));
    assert.deepEqual(score.notes.map(({ beat, duration }) => [beat, duration]), [[0, 3], [3, 2], [5, 3], [10, 1], [40, 1]]);
  });

  it('begin with the bar that the first is in', () => {
    const score = readPrompt(takeFile([{ bpm: 100, beat: 1024.5 }, { beatsPerBar: 3, beat: 1024 }, note(1, 1024.5), note(2, 1019.5)], 'what is left'));
    assert.deepEqual(score.notes.map(({ beat }) => beat), [1.5, 6.5]);
    assert.deepEqual(score.meters.map(({ beat }) => beat).slice(-1), [6]);
  });
});

describe('the journal of a take', () => {
  it('keeps what was written last, and lets the oldest go as a whole', async (context) => {
    const folder = await folderOf(context);
    const journal = new TakeJournal(folder, 'take-a', 2, (error) => assert.fail(error.message));
    journal.add({ beatsPerBar: 4, beat: 0 });
    journal.add({ bpm: 100, beat: 0 });
    for (let beat = 0; beat < 5000; beat += 10) {
      journal.add(note(beat, beat));
      if (beat % 100 === 0) await journal.write();
    }
    await journal.write();
    assert.equal((await readdir(folder)).length, 2);
    const [take] = await keptTakes(folder);
    const { lines } = await readTake(take);
    assert.equal(lines[lines.length - 1].beat, 4990);
    assert.deepEqual(lines.slice(0, 2).map((line) => Object.keys(line)[0]), ['beatsPerBar', 'bpm']);
    const score = readPrompt(takeFile(lines, take.name));
    assert.ok(score.notes[0].beat < 4 && score.notes.length > 100);
    assert.equal(Math.round(score.tempos[0].bpm), 100);
  });

  it('tells what holds on where the oldest is let go, and tells nothing twice', async (context) => {
    const { writer, lines } = written(3);
    writer.played(played('note', 0));
    for (const [kind, text] of [['scene', 'Dusk'], ['deck 1', 'theremin'], ['deck 1', 'perlin']]) writer.mark(kind, text, 0);
    writer.played({ ...played('program', 0), data1: 17 });
    for (const [controller, value] of [[64, 127], [1, 20], [1, 30], [120, 0]]) writer.heard({ type: 'control', source: 'midi', mark: { beat: 1, channel: 2, controller, value } }, at(1));
    writer.played(played('note', 1024.5));
    writer.played({ ...played('program', 1030), data1: 18 });
    writer.played(played('note', 2050));
    const folder = await folderOf(context);
    const left = async (segments: number): Promise<object> => {
      const journal = new TakeJournal(folder, `take-${segments}`, segments, (error) => assert.fail(error.message));
      for (const line of lines) journal.add(line);
      const file = takeFile((await journal.read()).lines, 'what is left');
      const { programs, controls, meters, tempos } = readPrompt(file);
      return {
        programs: programs.map(({ beat, program }) => [beat, program]),
        controls: controls.map(({ beat, controller, value }) => [beat, controller, value]),
        meters: meters.map(({ beat, numerator }) => [beat, numerator]),
        tempos: tempos.length,
        markers: Buffer.from(file).toString('latin1').match(/Dusk|theremin|perlin/g),
      };
    };
    const all = { controls: [[1, 64, 127], [1, 1, 20], [1, 1, 30], [1, 120, 0]], markers: ['Dusk', 'theremin', 'perlin'] };
    assert.deepEqual(await left(3), { programs: [[0, 17], [1030, 18]], meters: [[0, 3]], tempos: 1, ...all });
    const controls = [[1.5, 64, 127], [1.5, 1, 30]];
    assert.deepEqual(await left(2), { programs: [[1.5, 17], [7, 18]], controls, meters: [[0, 3]], tempos: 1, markers: ['Dusk', 'perlin'] });
    assert.deepEqual(await left(1), { programs: [[1, 18]], controls: controls.map(([, ...control]) => [1, ...control]), meters: [[0, 3]], tempos: 1, markers: ['Dusk', 'perlin'] });
  });

  it('says once that the disk refuses, keeps what it has, and writes it when it can', async (context) => {
    const folder = join(await folderOf(context), 'takes');
    await writeFile(folder, 'in the way');
    const faults: string[] = [];
    const journal = new TakeJournal(folder, 'take-b', 2, (error) => faults.push(error.message));
    journal.add(note(1, 0));
    await journal.write();
    journal.add(note(2, 1));
    await journal.write();
    assert.equal(faults.length, 1);
    assert.match(faults[0], /kept in memory/);
    await rm(folder);
    await journal.write();
    assert.deepEqual((await readTake((await keptTakes(folder))[0])).lines.map(({ beat }) => beat), [0, 1]);
  });

  it('goes on where an older part of it cannot be let go, and says so', async (context) => {
    const folder = await folderOf(context);
    await mkdir(join(folder, 'take-c.000000.jsonl'));
    const faults: string[] = [];
    const journal = new TakeJournal(folder, 'take-c', 1, (error) => faults.push(error.message));
    journal.add(note(1, 1030));
    await journal.write();
    await journal.write();
    assert.equal(faults.length, 1);
    assert.match(faults[0], /older part.*take-c\.000000\.jsonl/);
    journal.add(note(2, 1031));
    await journal.write();
    assert.deepEqual((await journal.read()).lines.map(({ beat }) => beat), [1030, 1031]);
  });

  it('goes on in the next file where one refuses for good', async (context) => {
    const folder = await folderOf(context);
    await mkdir(join(folder, 'take-d.000000.jsonl'));
    const faults: string[] = [];
    const journal = new TakeJournal(folder, 'take-d', 3, (error) => faults.push(error.message));
    journal.add(note(1, 5));
    await journal.write();
    assert.match(faults[0], /kept in memory/);
    journal.add(note(2, 1030));
    await journal.write();
    await journal.write();
    const text = await readFile(join(folder, 'take-d.000001.jsonl'), 'utf8');
    assert.deepEqual(parseLines(text).map(({ beat }) => beat), [5, 1030]);
  });

  it('has its lines in the order in which they came, also where one write is asked for while another is refused', async (context) => {
    const folder = join(await folderOf(context), 'takes');
    await writeFile(folder, 'in the way');
    const journal = new TakeJournal(folder, 'take-e', 2, () => rmSync(folder));
    journal.add(note(1, 0));
    const refused = journal.write();
    journal.add({ off: 1, beat: 1 });
    await Promise.all([refused, journal.write()]);
    await journal.write();
    assert.deepEqual((await readTake((await keptTakes(folder))[0])).lines.map(({ beat }) => beat), [0, 1]);
  });

  it('is read with what waits for the disk, and tells which of its files cannot be read', async (context) => {
    const folder = await folderOf(context);
    const journal = new TakeJournal(folder, 'take-f', 3, () => undefined);
    journal.add(note(1, 0));
    await journal.write();
    journal.add(note(2, 1030));
    await journal.write();
    await rm(join(folder, 'take-f.000000.jsonl'));
    await mkdir(join(folder, 'take-f.000000.jsonl'));
    await rm(join(folder, 'take-f.000001.jsonl'));
    await mkdir(join(folder, 'take-f.000001.jsonl'));
    journal.add(note(3, 1031));
    const { lines, unreadable } = await journal.read();
    assert.deepEqual(lines.map(({ beat }) => beat), [1031]);
    assert.deepEqual(unreadable, ['take-f.000000.jsonl', 'take-f.000001.jsonl'].map((name) => join(folder, name)));
  });

  it('has every line once, however far a write came that a full disk refused', { skip: process.platform === 'win32' }, async (context) => {
    const folder = await folderOf(context);
    const script = fileURLToPath(new URL('./full-disk.js', import.meta.url));
    const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -f 3; exec "$0" "$1" "$2"', process.execPath, script, folder]);
    const said = JSON.parse(stdout) as { faults: number; read: number[] };
    const added = Array.from({ length: 61 }, (_, beat) => beat);
    assert.equal(said.faults, 1);
    assert.deepEqual(said.read, added);
    const { lines: kept } = await readTake((await keptTakes(folder))[0]);
    assert.ok(kept.length > 0 && kept.length < added.length);
    assert.deepEqual(kept.map(({ beat }) => beat), added.slice(0, kept.length));
  });

  it('is found and read beside one of which nothing can be read, and one that is let go meanwhile', { skip: process.platform === 'win32' }, async (context) => {
    const folder = await folderOf(context);
    await writeFile(join(folder, 'take-g.000000.jsonl'), formatLine(note(1, 0)));
    await mkdir(join(folder, 'take-g.000001.jsonl'));
    await mkdir(join(folder, 'take-h.000000.jsonl'));
    for (const name of ['take-g.000002.jsonl', 'take-i.000000.jsonl']) await symlink(join(folder, 'gone'), join(folder, name));
    const kept = await keptTakes(folder);
    assert.deepEqual(kept.map(({ name }) => name).sort(), ['take-g', 'take-h']);
    const read = await Promise.all(['take-g', 'take-h'].map((each) => readTake(kept.filter(({ name }) => name === each)[0])));
    assert.deepEqual(read, [
      { lines: [note(1, 0)], unreadable: [join(folder, 'take-g.000001.jsonl'), join(folder, 'take-g.000002.jsonl')] },
      { lines: [], unreadable: [join(folder, 'take-h.000000.jsonl')] },
    ]);
  });

  it('is one of a number that are kept', async (context) => {
    const folder = await folderOf(context);
    assert.deepEqual(await keptTakes(join(folder, 'none')), []);
    for (const name of ['take-1', 'take-2', 'take-3']) {
      const journal = new TakeJournal(folder, name, 2, (error) => assert.fail(error.message));
      journal.add(note(1, 0));
      await journal.write();
    }
    await keepNewest(folder, 2);
    assert.equal((await keptTakes(folder)).length, 2);
  });
});
