import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { defaultRuntime } from '../../../src/engine/generation/composer-recipe.js';
import type { Note } from '../../../src/engine/music/note.js';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import type { ParameterValue } from '../../../src/engine/parameters/parameter.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { PluginRegistry } from '../../../src/engine/plugins/plugin-registry.js';
import { OfflineTake } from '../../../src/engine/rendering/offline-take.js';
import { PackVoices } from '../../../src/engine/voices.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';
import { beatsOf, numberedTake, range } from './numbered-voices.js';

const placed = (notes: readonly Note[], from: number, until: number): string[] =>
  notes.filter(({ beat }) => beat >= from && beat < until).map(({ beat, channel, pitch, velocity }) => `${(beat - from).toFixed(6)} ${channel} ${pitch} ${velocity}`);

describe('a rewound deck', () => {
  it('goes on at the next free bar from what was played up to so many bars before it, and no beat is empty', async () => {
    const { offline, voices, write } = await numberedTake();
    await offline.playUntil(18);
    await write('rewind', 3);
    await offline.playUntil(32);
    await write('load', '2');
    await offline.end();
    const again = voices.composer('1').primed.at(-1);
    assert.equal(again?.atBeat, 20);
    // What was played in beats 0 to 8 is heard as if it had been 12 to 20.
    assert.deepEqual(beatsOf(again?.history.notes ?? [], 1), range(12, 20));
    assert.deepEqual(again?.history.notes.map(({ pitch }) => pitch - 60), range(0, 8));
    assert.deepEqual(beatsOf(offline.recorder.score().notes, 1).slice(0, 32), range(0, 32));
    // A pack that comes later hears the same past.
    assert.deepEqual(voices.composer('2').primed.at(-1)?.history.notes.slice(0, 9).map(({ pitch }) => pitch - 60), range(0, 9));
  });

  it('composes on to the bar first where that is further than it has written', async () => {
    const { offline, write, voices } = await numberedTake();
    await offline.parameters.write('horizon', [3], 'test');
    await offline.parameters.write('beats-per-bar', [7], 'test');
    await offline.playUntil(22);
    await write('rewind', 2);
    await offline.playUntil(40);
    await offline.end();
    assert.deepEqual([voices.composer('1').primed.at(-1)?.atBeat, offline.ensemble.decks[0].underruns], [28, 0]);
    assert.deepEqual(beatsOf(offline.recorder.score().notes, 1), range(0, 40));
  });

  it('is told where it remembers nothing', async () => {
    const { offline, write } = await numberedTake();
    await offline.playUntil(6);
    await assert.rejects(write('rewind', 8), /Deck 1 remembers nothing of the time before bar -5/);
    await assert.rejects(write('rewind', 0), /1 to 64 whole bars, not by 0/);
    await offline.end();
  });
});

describe('a take that is replayed', () => {
  const shelf = new PackShelf(new PluginRegistry(builtInPlugins), [join(repositoryRoot, 'test/fixtures/packs')]);
  before(() => shelf.read());
  after(() => shelf.close());

  const begin = async (): Promise<OfflineTake> => {
    const offline = new OfflineTake(new PackVoices(shelf, () => ({ ...defaultRuntime, provider: 'cpu' }), () => undefined), 120);
    await offline.start('tiny-lm');
    return offline;
  };
  /** Asks for the take again; resolves with the beat it begins at. */
  const replay = async (offline: OfflineTake): Promise<number> => {
    const bar = Math.ceil((offline.nowBeat + offline.parameters.number('commit')) / 4) * 4;
    const done = offline.parameters.write('deck/1/replay', [], 'test');
    await offline.ensemble.decks[0].settled();
    await done;
    return bar;
  };
  const turning = fc.oneof(
    fc.tuple(fc.constant('temperature'), fc.constantFrom<ParameterValue>(0, 0.4, 1.7)),
    fc.tuple(fc.constant('low-pitch'), fc.constantFrom<ParameterValue>(0, 50, 62)),
    fc.tuple(fc.constant('longest-note'), fc.constantFrom<ParameterValue>(0, 0.5)),
    fc.tuple(fc.constant('scale'), fc.constantFrom<ParameterValue>('chromatic', 'blues')),
    fc.tuple(fc.constant('seed'), fc.constantFrom<ParameterValue>(1, 5, 9)),
  );

  it('has the same notes, beginning at the next place that stands so in its bar', async () => {
    const offline = await begin();
    await offline.playUntil(13);
    await replay(offline);
    await offline.playUntil(32);
    await offline.end();
    const { notes } = offline.recorder.score();
    const first = placed(notes, 0, 16);
    assert.ok(first.length > 8, `only ${first.length} notes`);
    assert.deepEqual(placed(notes, 16, 32), first);
    assert.equal(offline.recorder.hanging, 0);
  });

  it('has the same notes where knobs were turned on the way, and turns them again, also when it is replayed once more', async () => {
    const doings = fc.array(fc.tuple(fc.double({ min: 0.2, max: 4, noNaN: true }), turning), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(doings, fc.double({ min: 1, max: 3, noNaN: true }), async (turned, pause) => {
        const offline = await begin();
        const { parameters } = offline;
        const standing = (): readonly ParameterValue[] => ['temperature', 'low-pitch', 'longest-note', 'scale', 'seed'].map((name) => parameters.get(`deck/1/${name}`));
        for (const [wait, [name, value]] of turned) {
          await offline.playUntil(offline.nowBeat + wait);
          await parameters.write(`deck/1/${name}`, [value], 'test');
        }
        await offline.playUntil(Math.ceil(offline.nowBeat + 2 + pause));
        const played = offline.nowBeat;
        const last = standing();
        for (let times = 0; times < 2; times += 1) {
          const from = await replay(offline);
          await offline.playUntil(from + played + 1);
          const { notes } = offline.ensemble.decks[0].plan.from(0);
          assert.deepEqual(placed(notes, from, from + played), placed(notes, 0, played));
          assert.deepEqual(standing(), last);
        }
        await offline.end();
        assert.deepEqual([offline.recorder.hanging, offline.ensemble.decks[0].underruns], [0, 0]);
      }),
      { numRuns: 12 },
    );
  });

  it('turns a knob where that is heard, and leaves it to the hand that takes it', async () => {
    const offline = await begin();
    const { parameters } = offline;
    const set = (name: string, value: ParameterValue): Promise<void> => parameters.write(`deck/1/${name}`, [value], 'test');
    await offline.playUntil(4);
    await set('low-pitch', 72);
    await set('temperature', 0.5);
    await offline.playUntil(13);
    const from = await replay(offline);
    await offline.playUntil(from + 2);
    assert.deepEqual([parameters.number('deck/1/low-pitch'), parameters.number('deck/1/temperature')], [0, 1]);
    await set('temperature', 1.5);
    await offline.playUntil(from + 8);
    assert.deepEqual([parameters.number('deck/1/low-pitch'), parameters.number('deck/1/temperature')], [72, 1.5]);
    const { notes } = offline.recorder.score();
    assert.notDeepEqual(placed(notes, from + 5, from + 12), placed(notes, 5, 12));
    assert.deepEqual(placed(notes, from + 6, from + 8).filter((note) => Number(note.split(' ')[2]) < 72), []);
    await offline.end();
  });
});
