import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readPrompt } from '../../../src/engine/midi-file/prompt.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { Recording } from '../../../src/engine/recording/recording.js';
import type { PlayedMessage } from '../../../src/engine/recording/take-output.js';
import { NoteFeedWriter, type NoteFeedEnd } from '../../../src/engine/scheduling/note-feed.js';

interface Stage {
  readonly folder: string;
  readonly takes: string;
  readonly recording: Recording;
  /** What was told: notices and errors. */
  readonly said: string[];
  hear(beat: number): void;
  save(name?: string): Promise<void>;
  saved(name: string): Promise<readonly number[]>;
}

async function stage(context: TestContext): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'continuo-recording-'));
  const takes = join(folder, 'takes');
  const parameters = new ParameterStore();
  const said: string[] = [];
  parameters.onEvent((event) => {
    if (event.type === 'notice' || event.type === 'error') said.push(event.sentence);
  });
  const recording = new Recording({ parameters, folder: takes, saveFolder: folder, minutes: 60, position: () => ({ beat: 0, bpm: 120 }) });
  context.after(async () => {
    await recording.close();
    await rm(folder, { recursive: true });
  });
  return {
    folder,
    takes,
    recording,
    said,
    hear: (beat) => recording.heard({ type: 'began', source: 'midi', note: { beat, channel: 0, pitch: 60 + beat, velocity: 90 } }),
    save: async (name) => {
      await parameters.write('save-take', name === undefined ? [] : [name], 'test');
    },
    saved: async (name) => readPrompt(await readFile(join(folder, name))).notes.map(({ pitch }) => pitch),
  };
}

describe('a take that is saved', () => {
  it('has what the disk refuses at the moment', async (context) => {
    const { takes, recording, said, hear, save, saved } = await stage(context);
    await writeFile(takes, 'in the way');
    await assert.rejects(save('a.mid'), { errorName: 'badValue' });
    hear(0);
    await save('a.mid');
    assert.deepEqual(await saved('a.mid'), [60]);
    await rm(takes);
    await recording.advance();
    await rm(takes, { recursive: true });
    await writeFile(takes, 'in the way');
    hear(1);
    await save('a.mid');
    assert.deepEqual(await saved('a.mid'), [61]);
    assert.match(said[said.length - 1], /saved as .*a\.mid, without what was in .*\.jsonl, which cannot be read/);
  });

  it('says how much came while the engine was held up', async (context) => {
    const { recording, said, hear, save } = await stage(context);
    const writer = new NoteFeedWriter<PlayedMessage>(recording.output.options as NoteFeedEnd);
    hear(0);
    await save('all.mid');
    assert.doesNotMatch(said[said.length - 1], /without/);
    for (let id = 0; id < 5000; id += 1) writer.add({ type: 'note', id, owner: 1, beat: id / 4, channel: 0, data1: 60, data2: 90, microsPerBeat: 500_000 });
    writer.close();
    await save('most.mid');
    assert.match(said[said.length - 1], /saved as .*most\.mid, without 904 notes and marks that came while the engine was held up$/);
  });

  it('is a MIDI file by its name', async (context) => {
    const { folder, hear, save, saved } = await stage(context);
    await writeFile(join(folder, 'stage.json'), '{}');
    hear(0);
    for (const name of ['stage.json', 'friday', 'short.MID', 'long.midi', 'made/up.mid']) await save(name);
    assert.equal(await readFile(join(folder, 'stage.json'), 'utf8'), '{}');
    for (const name of ['stage.json.mid', 'friday.mid', 'short.MID', 'long.midi', 'made/up.mid']) assert.deepEqual(await saved(name), [60], name);
  });

  it('takes the place of one that was saved under its name, and of nothing else', async (context) => {
    const { folder, hear, save, saved } = await stage(context);
    await writeFile(join(folder, 'theirs.mid'), 'a song');
    await mkdir(join(folder, 'folder.mid'));
    hear(0);
    for (const name of ['theirs.mid', 'theirs', 'folder.mid']) await assert.rejects(save(name), { errorName: 'badValue', message: /another name/ });
    assert.equal(await readFile(join(folder, 'theirs.mid'), 'utf8'), 'a song');
    await save('ours.mid');
    hear(1);
    await Promise.all([save('ours.mid'), save('ours.mid')]);
    assert.deepEqual(await saved('ours.mid'), [60, 61]);
    assert.deepEqual((await readdir(folder)).sort(), ['folder.mid', 'ours.mid', 'takes', 'theirs.mid']);
  });
});
