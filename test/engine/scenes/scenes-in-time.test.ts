import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { SimulatedStage, type Work } from '../../../bench/support/simulated-stage.js';
import { steers } from '../../../src/engine/deck/deck-controls.js';
import type { Beats, Micros } from '../../../src/engine/music/units.js';
import { Meeting } from '../../../src/engine/scenes/meeting.js';
import { Scenes } from '../../../src/engine/scenes/scenes.js';
import { KnobBox } from '../controllers/knob-box.js';
import { ControllerDesk } from '../../../src/engine/controllers/controller-desk.js';
import { ControllerFile } from '../../../src/engine/controllers/controller-file.js';
import { NumberedVoices } from '../deck/numbered-voices.js';

const set = `scenes:
  - name: Two
    at: 8-bars
    decks: { 1: { pack: "2", transpose: 7 }, 2: { pack: "4", transpose: 5 } }
`;

/** A newcomer of these takes so long to hear its past; all others take no time. */
const primeMicros: Readonly<Record<string, Micros>> = { 2: 500_000, 4: 100_000 };
const costOf = ({ pack, method, begins }: Work): Micros => (method === 'prime' && begins ? (primeMicros[pack] ?? 0) : 0);

/** Two decks at 120 beats per minute, and a set with the scene Two. */
async function begin(context: TestContext, loadingMicros?: Micros) {
  const folder = await mkdtemp(join(tmpdir(), 'continuo-in-time-'));
  const file = join(folder, 'set.yaml');
  await writeFile(file, set);
  const stage = new SimulatedStage(new NumberedVoices(), 120, costOf, 2, loadingMicros);
  const { parameters, ensemble } = stage;
  const desk = new ControllerDesk(parameters, new ControllerFile(join(folder, 'knobs.json')));
  desk.register(new KnobBox());
  const readPrompt = (): never => assert.fail('there is no prompt');
  const scenes = new Scenes({ parameters, desk, packs: () => ['2', '4'], decks: () => ensemble.decks, position: ensemble.session, settings: () => ensemble.settings(), steers, readPrompt });
  context.after(async () => {
    scenes.dispose();
    await stage.end();
    await rm(folder, { recursive: true });
  });
  await scenes.open(file);
  const came = new Map<string, Beats>();
  parameters.onEvent((event) => {
    if (event.type === 'swap' && event.stage === 'ready') came.set(`pack ${event.pack}`, event.atBeat ?? NaN);
    if (event.type === 'scene') came.set('scene', event.atBeat);
  });
  parameters.onChange((address) => address.endsWith('transpose') && came.set(address, Math.round(stage.beat)));
  const playUntil = async (beat: Beats): Promise<void> => {
    while (stage.beat < beat) {
      await stage.playUntil(Math.min(beat, stage.beat + 1 / 64));
      scenes.advance();
    }
  };
  const write = (address: string, ...values: (string | number)[]): Promise<void> => parameters.write(address, values, 'test');
  await stage.start('1');
  await stage.playDuring(write('deck/2/load', '3', 'now'));
  return { stage, came, playUntil, write };
}

const allAt = (beat: Beats): Map<string, Beats> => new Map(['pack 2', 'pack 4', 'scene', 'deck/1/transpose', 'deck/2/transpose'].map((what) => [what, beat]));
const sorted = (came: ReadonlyMap<string, Beats>): [string, Beats][] => [...came].filter(([what]) => what !== 'pack 1' && what !== 'pack 3').sort();

describe('a scene', () => {
  for (const [askedBeat, comesAt] of [[29, 32], [30.8, 64]]) {
    it(`that is recalled at beat ${askedBeat} comes as a whole at ${comesAt}, as its packs can be there`, async (context) => {
      const { stage, came, playUntil, write } = await begin(context);
      await stage.playDuring(Promise.all([write('deck/1/cue', '2'), write('deck/2/cue', '4')]).then(() => undefined));
      await playUntil(askedBeat);
      const recalled = write('recall', 'Two');
      await playUntil(66);
      await recalled;
      assert.deepEqual(sorted(came), sorted(allAt(comesAt)));
    });
  }

  it('comes as a whole once the pack is loaded for which there was no room to wait', async (context) => {
    const { came, playUntil, write } = await begin(context, 3_000_000);
    await write('cue-memory', 100);
    await playUntil(29);
    const recalled = write('recall', 'Two', 'bar');
    await playUntil(50);
    await recalled;
    // One is loaded and made ready by beat 36, the other is loaded by 42.
    assert.deepEqual(sorted(came), sorted(allAt(44)));
  });
});

describe('newcomers that begin together', () => {
  it('go once all are there or not coming, with the longest notice that any of them needs', async () => {
    const meeting = new Meeting([1, 2, 3]);
    const order: string[] = [];
    const gone = meeting.complete.then(() => order.push('all go'));
    meeting.come(1, 1.5);
    meeting.come(3, 0.5);
    await new Promise(setImmediate);
    order.push('one is left');
    meeting.leave(2);
    await gone;
    assert.deepEqual([order, meeting.leadBeats], [['one is left', 'all go'], 1.5]);
  });

  it('go at once where nobody is waited for', async () => {
    await new Meeting([]).complete;
    const meeting = new Meeting([1]);
    meeting.breakUp();
    await meeting.complete;
  });
});
