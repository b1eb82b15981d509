import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { openVoices } from '../../../../bench/support/open-voices.js';
import { dependentKnobs, keptKnobs } from '../../../../src/engine/deck/controls/knobs.js';
import { DeckControls } from '../../../../src/engine/deck/deck-controls.js';
import { Plan } from '../../../../src/engine/deck/plan.js';
import type { Voice } from '../../../../src/engine/deck/voice.js';
import type { Note } from '../../../../src/engine/music/note.js';
import { ParameterStore } from '../../../../src/engine/parameters/parameter-store.js';
import type { ParameterValue } from '../../../../src/engine/parameters/parameter.js';

type Settings = Readonly<Record<string, ParameterValue>>;

/** What a knob is turned between, with all that it needs to mean something. Where nothing is said: 0 and 4, of a temperature. */
const ends: Readonly<Record<string, readonly [Settings, Settings]>> = {
  'low-pitch': [{ 'low-pitch': 0 }, { 'low-pitch': 100 }],
  'high-pitch': [{ 'high-pitch': 127 }, { 'high-pitch': 40 }],
  'low-velocity': [{ 'low-velocity': 1 }, { 'low-velocity': 127 }],
  'high-velocity': [{ 'high-velocity': 127 }, { 'high-velocity': 1 }],
  'shortest-note': [{ 'shortest-note': 0 }, { 'shortest-note': 16 }],
  'longest-note': [{ 'longest-note': 0 }, { 'longest-note': 0.125 }],
  'longest-rest': [{ 'longest-rest': 0, 'shortest-note': 2 }, { 'longest-rest': 0.1, 'shortest-note': 2 }],
  'scale': [{ scale: 'chromatic' }, { scale: 'blues' }],
  'scale-root': [{ 'scale': 'blues', 'scale-root': 'C' }, { 'scale': 'blues', 'scale-root': 'F#' }],
  'scale-strength': [{ 'scale': 'whole-tone', 'scale-strength': 0 }, { 'scale': 'whole-tone', 'scale-strength': 10 }],
  'chord': [{ 'chord': '', 'chord-strength': 10 }, { 'chord': 'F#maj7', 'chord-strength': 10 }],
  'chord-strength': [{ 'chord': 'F#maj7', 'chord-strength': 0 }, { 'chord': 'F#maj7', 'chord-strength': 10 }],
  'polyphony': [{ polyphony: 0 }, { polyphony: 1 }],
  'fewest-onsets': [{ 'fewest-onsets': 0 }, { 'fewest-onsets': 8 }],
  'most-onsets': [{ 'most-onsets': 0 }, { 'most-onsets': 1 }],
  'only-channels': [{ 'only-channels': '' }, { 'only-channels': '3' }],
  'only-programs': [{ 'only-programs': '' }, { 'only-programs': '5 60' }],
  'host-tempo': [{ 'host-tempo': false }, { 'host-tempo': true }],
  'temperature-tempo': [{ 'host-tempo': false, 'temperature-tempo': 0 }, { 'host-tempo': false, 'temperature-tempo': 4 }],
  'host-meter': [{ 'host-meter': false }, { 'host-meter': true }],
};
const seeds = [1, 2, 3];
const beats = 4;
/** No default of any pack, and nothing that a pack would play by itself. */
const hostBpm = 60;
const hostBeatsPerBar = 5;

const { voices, names } = await openVoices({ provider: 'cpu', threads: '1' });

for (const pack of names) {
  describe(`the pack ${pack}`, () => {
    let voice: Voice;
    const known = new Map<string, readonly Note[]>();
    before(async () => {
      voice = await voices.open({ pack }, () => undefined);
    });
    after(() => voice.composer.dispose());

    const played = async (settings: Settings, seed: number): Promise<readonly Note[]> => {
      const store = new ParameterStore();
      store.addDeck(1);
      store.publish('beats-per-bar', hostBeatsPerBar);
      for (const [name, value] of Object.entries({ ...settings, seed })) await store.write(`deck/1/${name}`, [value], 'test');
      const controls = new DeckControls(store, 'deck/1/', () => hostBpm, () => undefined, () => undefined);
      const frame = controls.frameFor(voice);
      const wanted = controls.read(voice);
      const key = JSON.stringify([frame, wanted]);
      const before = known.get(key);
      if (before) return before;
      await voice.composer.prime(new Plan().history(0, frame), 0);
      const { notes } = await voice.composer.compose(beats, wanted, () => false);
      known.set(key, notes);
      return notes;
    };

    for (const knob of dependentKnobs) {
      it(`plays otherwise at the two ends of ${knob}, with every seed, or does not say that it keeps it`, async () => {
        const [one, other] = ends[knob] ?? [{ [knob]: 0 }, { [knob]: 4 }];
        let changed = 0;
        for (const seed of seeds) {
          if (!isDeepStrictEqual(await played(one, seed), await played(other, seed))) changed += 1;
        }
        const keeps = keptKnobs(voice.keeps ?? []).includes(knob);
        assert.equal(changed === seeds.length, keeps, `${changed} of ${seeds.length} takes change, and it ${keeps ? 'says' : 'does not say'} that it keeps ${knob}`);
      });
    }
  });
}
