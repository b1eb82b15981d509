import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { drumChannel, type Note } from '../../../src/engine/music/note.js';
import { OfflineTake } from '../../../src/engine/rendering/offline-take.js';
import { PromptedVoices, type Prompted } from './prompted-voices.js';

/** The last bars before the swap: what the newcomer must be given, and what its model must be told whatever its context holds. */
const lastBeats = 16;
const toldBeats = 8;
/** Half a sixteenth: the coarsest grid of a shipped format. */
const gridBeats = 0.125;

/** Which notes a pack cannot be told: of drums those of packs that write none. */
function tellable({ channels }: Prompted, { channel }: Note): boolean {
  return channel !== drumChannel || channels.length === 0 || channels.includes(channel);
}

describe('a swap carries the history from pack to pack', () => {
  let voices: PromptedVoices;
  before(async () => {
    voices = await PromptedVoices.open();
  });
  after(() => voices.close());

  it('for every ordered pair of shipped packs the newcomer is primed with what sounded, and is told every note of the last bars', async () => {
    assert.ok(voices.names.length >= 6, voices.names.join(' '));
    for (const former of voices.names) {
      for (const newcomer of voices.names) {
        const pair = `${former} to ${newcomer}`;
        const take = new OfflineTake(voices, 120);
        // A newcomer that waited has been primed before: only what it begins with counts.
        await take.parameters.write('cue-memory', [0], 'test');
        await take.start(former);
        await take.playUntil(lastBeats + 2);
        await take.swap(newcomer, 'bar');
        const prompted = voices.prompted[voices.prompted.length - 1];
        const { atBeat, history, told, shift, pack } = prompted;
        await take.playUntil(atBeat + 1);
        await take.end();
        assert.equal(pack, newcomer, pair);
        const isLast = (note: Note): boolean => note.beat >= atBeat - lastBeats && note.beat < atBeat;
        const last = history.notes.filter(isLast);
        assert.ok(last.length > 0, `${pair}: nothing sounded`);
        assert.deepEqual(last.map(onset).sort(), take.recorder.score().notes.filter(isLast).map(onset).sort(), pair);
        if (!told) continue;
        for (const note of last.filter((each) => each.beat >= atBeat - toldBeats && tellable(prompted, each))) {
          const isTold = told.some((each) => Math.abs(each.beat - note.beat) <= gridBeats + 1e-6 && each.pitch === note.pitch + shift);
          assert.ok(isTold, `${pair}: its prompt lacks pitch ${note.pitch} at beat ${note.beat} of channel ${note.channel}`);
        }
        assert.ok(prompted.wasRead(), `${pair}: the model was told something else`);
      }
    }
  });
});

const onset = ({ beat, channel, pitch }: Note): string => `${beat.toFixed(6)} ${channel} ${pitch}`;
