import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { loadConfiguration } from '../../src/engine/configuration.js';
import { engineContainer } from '../../src/engine/create-engine.js';
import type { EngineEvent } from '../../src/engine/events.js';
import type { Note } from '../../src/engine/music/note.js';
import { PackShelf } from '../../src/engine/packs/pack-shelf.js';
import type { Boundary } from '../../src/engine/parameters/boundaries.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { OfflineTake } from '../../src/engine/rendering/offline-take.js';
import { PackVoices } from '../../src/engine/voices.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';

const swaps = 200;
/** An hour at 120 BPM. */
const beats = 7200;
const beatsPerSwap = beats / swaps;
/** Mostly without weights, so that the hour takes minutes; every swap in two goes to or from a real ONNX session. */
const packs = ['perlin', 'tiny-lm', 'perlin', 'tiny-lm-b'];
/** The models may sound for the first beats of their turn only, then the weightless one has the rest. */
const modelBeats = 12;
/** What has played and is cued has room for so many swaps, then none. */
const roomySwaps = 120;
/** A loop plays so long before a pack takes over from it. */
const loopBeats = 12;
const swapBoundaries: Boundary[] = ['bar', 'beat', '2-bars', 'now'];

/** What was planned and not taken back, by identity of onset. */
class PlannedOnsets {
  private notes: Note[] = [];

  take(event: EngineEvent): void {
    if (event.type === 'planned') this.notes.push(...event.notes);
    if (event.type === 'discarded') this.notes = this.notes.filter((note) => note.beat < event.fromBeat);
  }

  before(beat: number): string[] {
    return this.notes.filter((note) => note.beat < beat).map(onset).sort();
  }
}

const onset = (note: Note): string => `${note.beat.toFixed(6)} ${note.channel} ${note.pitch} ${note.velocity}`;

it('plays an hour with two hundred swaps, cued, loaded, come back to and out of loops: what was planned is what sounds, and every note ends', async () => {
  const configuration = { ...loadConfiguration(), packFolders: [join(repositoryRoot, 'test', 'fixtures', 'packs')] };
  const container = engineContainer(configuration, builtInPlugins);
  await container.get(PackShelf).read();
  const take = new OfflineTake(container.get(PackVoices), 120);
  const planned = new PlannedOnsets();
  const errors: string[] = [];
  let arrivals = 0;
  take.parameters.onEvent((event) => {
    planned.take(event);
    if (event.type === 'error') errors.push(event.sentence);
    if (event.type === 'swap' && event.stage === 'playing') arrivals += 1;
  });
  await take.start(packs[0]);
  for (let swap = 0; swap < swaps; swap += 1) {
    const turn = packs[swap % packs.length];
    const next = packs[(swap + 1) % packs.length];
    const boundary = swapBoundaries[swap % swapBoundaries.length];
    const act = (word: string, ...values: (string | number)[]): Promise<void> => take.playDuring(take.parameters.write(`deck/1/${word}`, values, 'test'));
    if (swap === roomySwaps) await take.parameters.write('cue-memory', [0], 'test');
    const swapBeat = swap * beatsPerSwap + (turn === 'perlin' ? beatsPerSwap - modelBeats : modelBeats);
    if (turn === 'perlin' && swap % 8 === 0) {
      await take.playUntil(swapBeat - loopBeats);
      await act('freeze', 1 + (swap % 3));
    }
    if (turn === 'perlin' && swap % 4 === 2 && swap < roomySwaps) await take.parameters.write('deck/1/cue', [next], 'test');
    await take.playUntil(swapBeat);
    await (next === 'perlin' ? act('back', boundary) : act('load', next, boundary));
  }
  await take.playUntil(beats);
  const onsets = planned.before(beats);
  const underruns = take.ensemble.decks[0].underruns;
  await take.end();
  assert.deepEqual(errors, []);
  assert.equal(arrivals, swaps + 1);
  assert.equal(underruns, 0);
  assert.equal(take.recorder.hanging, 0);
  assert.ok(onsets.length > beats, `only ${onsets.length} onsets in an hour`);
  assert.deepEqual(take.recorder.score().notes.map(onset).sort(), onsets);
});
