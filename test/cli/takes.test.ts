import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Note } from '../../src/engine/music/note.js';
import { readPrompt } from '../../src/engine/midi-file/prompt.js';
import { readMidiFile } from '../../src/engine/midi-file/read-midi-file.js';
import { keptTakes, readTake } from '../../src/engine/recording/take-journal.js';
import { formatLine } from '../../src/engine/recording/take-line.js';
import { OscPeer } from '../transports/support/osc-peer.js';
import { until } from '../transports/support/within.js';
import { cliFile, runCli } from './run-cli.js';

/** A run of the engine in a process of its own, that writes its takes where the test looks. */
async function playing(context: TestContext, bpm = 240, more: object = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'continuo-takes-'));
  const takes = join(folder, 'takes');
  const peer = await OscPeer.open(0);
  const config = join(folder, 'stage.json');
  const transports = { midi: false, oscquery: false, link: false, websocket: false, osc: { listen: { port: 0 }, destinations: [{ name: 'peer', port: peer.port }] } };
  await writeFile(join(folder, 'set.yaml'), 'scenes: [{ name: Dusk, engine: { bpm: 200 } }]\n');
  await writeFile(config, JSON.stringify({ bpm, pack: 'perlin', takes: { folder: takes }, transports, ...more }));
  const child = spawn(process.execPath, [cliFile, 'play', '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  context.after(async () => {
    child.kill('SIGKILL');
    await peer.close();
    await rm(folder, { recursive: true });
  });
  const notes = async (): Promise<number> => {
    const [take] = await keptTakes(takes);
    return take ? (await readTake(take)).lines.filter((line) => 'on' in line).length : 0;
  };
  return { folder, config, child, peer, notes, said: () => said };
}

/** A bar of half a second. */
const shortBars = 480;
const beatsPerBar = 4;

type Onset = Pick<Note, 'beat' | 'channel' | 'pitch'>;

/** What left for the peer and was not asked for before. */
function notesHeard(peer: OscPeer): readonly Onset[] {
  const heard = peer.heard.drain().filter(({ address }) => address === '/continuo/note');
  return heard.map(({ values }) => ({ channel: values[1] as number, pitch: values[2] as number, beat: values[5] as number }));
}

/** As far as the ticks of a file can say. */
function isSame(one: Onset, other: Onset): boolean {
  return one.channel === other.channel && one.pitch === other.pitch && Math.abs(one.beat - other.beat) < 0.01;
}

/** Resolves with how many notes are on the disk, once there are `count`. */
async function untilWritten(count: number, notes: () => Promise<number>): Promise<number> {
  const end = Date.now() + 30_000;
  let written = await notes();
  while (written < count) {
    assert.ok(Date.now() < end, `only ${written} notes are written`);
    await setTimeout(20);
    written = await notes();
  }
  return written;
}

describe('the takes of a folder', () => {
  it('are listed and saved as far as they can be read, and never in the place of another file', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'continuo-takes-'));
    context.after(() => rm(folder, { recursive: true }));
    const config = join(folder, 'stage.json');
    await writeFile(config, JSON.stringify({ takes: { folder } }));
    const first = { on: 1, part: 1, beat: 0, channel: 0, pitch: 60, velocity: 90 };
    for (const name of ['take-a', 'take-b']) await writeFile(join(folder, `${name}.000000.jsonl`), formatLine(first));
    const bad = join(folder, 'take-a.000001.jsonl');
    await mkdir(bad);
    const list = await runCli('takes', '--config', config, '--json');
    assert.equal(list.code, 0, list.stderr);
    const rows = (JSON.parse(list.stdout) as { name: string; notes: number; unreadable: string[] }[]).map(({ name, notes, unreadable }) => [name, notes, unreadable]);
    assert.deepEqual(rows.sort(), [['take-a', 1, [bad]], ['take-b', 1, []]]);
    const shown = await runCli('takes', '--config', config);
    assert.match(shown.stdout, /take-a[^]*take-b|take-b[^]*take-a/);
    assert.ok(shown.stderr.includes(`${bad} of take-a cannot be read`), shown.stderr);
    const file = join(folder, 'saved.mid');
    const saved = await runCli('takes', '--config', config, '--take', 'take-a', '--save', join(folder, 'saved'));
    assert.equal(saved.code, 0, saved.stderr);
    assert.ok(saved.stderr.includes(`1 notes of take-a are saved as ${file}, without what was in ${bad}`), saved.stderr);
    assert.equal(readPrompt(await readFile(file)).notes.length, 1);
    await writeFile(file, 'a song');
    const refused = await runCli('takes', '--config', config, '--save', file);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /saved\.mid is there already and is left as it is/);
    assert.equal(await readFile(file, 'utf8'), 'a song');
  });
});

describe('a take', () => {
  it('outlives the engine that is killed but for the last bar, and is saved afterwards', async (context) => {
    const { folder, config, child, peer } = await playing(context, shortBars);
    await until('it plays', () => peer.heard.count >= 300, 60_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
    // What the kernel holds of a process that is gone is still to be read.
    await setTimeout(1);
    const left = notesHeard(peer);
    const lastBar = Math.max(...left.map(({ beat }) => beat)) - beatsPerBar;
    const owed = left.filter(({ beat }) => beat < lastBar);
    assert.ok(owed.length >= 20);
    const file = join(folder, 'saved.mid');
    const { code, stderr } = await runCli('takes', '--config', config, '--save', file);
    assert.equal(code, 0, stderr);
    const saved = readPrompt(await readFile(file)).notes;
    assert.deepEqual(owed.filter((note) => !saved.some((each) => isSame(each, note))), []);
    const listed = JSON.parse((await runCli('takes', '--config', config, '--json')).stdout) as { notes: number }[];
    assert.equal(listed[0].notes, saved.length);
  });

  it('holds every note that left, and is saved while it plays on', async (context) => {
    const { folder, peer, child, notes, said } = await playing(context);
    await untilWritten(12, notes);
    const port = Number(/OSC control listens at [\d.]+:(\d+)/.exec(said())?.[1]);
    const control = await OscPeer.open(port);
    context.after(() => control.close());
    control.send('/continuo/save-take', 'now.mid');
    const file = join(folder, 'now.mid');
    await until('it is saved', () => said().includes('the take is saved as'));
    const saved = readPrompt(await readFile(file)).notes;
    const left = notesHeard(peer).slice(0, 12);
    assert.equal(left.length, 12);
    assert.deepEqual(left.filter((note) => !saved.some((each) => isSame(each, note))), []);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.equal(code, 0);
  });

  it('tells the tempos, a track for each deck and one for who was heard, and what came when', async (context) => {
    const { folder, peer, said } = await playing(context, 240, { decks: [{ channel: 1, drums: 'off' }, { channel: 2, drums: 'off' }], set: 'set.yaml' });
    await until('both decks play', () => /deck 2.*perlin/.test(said()) && peer.heard.count > 20, 60_000);
    const control = await OscPeer.open(Number(/OSC control listens at [\d.]+:(\d+)/.exec(said())?.[1]));
    context.after(() => control.close());
    control.send('/continuo/listen', 'bpm');
    control.send('/continuo/recall', 'Dusk');
    await control.heard.take('the tempo of the scene', ({ address, values }) => address === '/continuo/bpm' && values[0] === 200);
    control.send('/continuo/note', 99, 90, 0.1);
    peer.heard.drain();
    await until('it goes on', () => peer.heard.count > 20);
    control.send('/continuo/save-take', 'now.mid');
    await until('it is saved', () => said().includes('the take is saved as'));
    const file = await readFile(join(folder, 'now.mid'));
    const text = file.toString('latin1');
    for (const name of ['Heard', 'Deck 1', 'Deck 2', 'deck 1: perlin', 'deck 2: perlin', 'scene 1: Dusk']) assert.ok(text.includes(name), name);
    const { notes, tempos } = readPrompt(file);
    assert.deepEqual(new Set(tempos.map(({ bpm }) => Math.round(bpm))), new Set([240, 200]));
    assert.ok(notes.some(({ pitch }) => pitch === 99));
    const tracks = readMidiFile(file).score.tracks.map((events) => new Set(events.flatMap((event) => (event.type === 'note' ? [event.channel] : []))));
    assert.deepEqual(tracks.slice(-2), [new Set([0]), new Set([1])]);
  });
});
