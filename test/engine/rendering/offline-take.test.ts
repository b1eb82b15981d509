import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Voice, VoiceRequest } from '../../../src/engine/deck/voice.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import { scoreOf, type Score } from '../../../src/engine/music/score.js';
import { OfflineTake } from '../../../src/engine/rendering/offline-take.js';

/** The null composer, remembering what it was primed with. */
class AttentiveComposer extends NullComposer {
  history: Score | undefined;

  override async prime(history: Score, atBeat: number): Promise<void> {
    this.history = history;
    await super.prime(history, atBeat);
  }
}

async function takeOf<T extends NullComposer = AttentiveComposer>(
  beats: number,
  prompt?: Score,
  composer: T = new AttentiveComposer() as unknown as T,
): Promise<{ take: OfflineTake; composer: T }> {
  const voices = {
    fallback: undefined,
    open: async ({ pack }: VoiceRequest): Promise<Voice> => {
      await composer.prepare();
      return { pack, composer, sampling: {} };
    },
  };
  const take = new OfflineTake(voices, 90);
  await take.start('null', prompt);
  await take.playUntil(beats);
  await take.end();
  return { take, composer };
}

describe('OfflineTake', () => {
  it('holds the notes as they sounded, and none of what the engine says to silence an instrument', async () => {
    const { take } = await takeOf(8);
    const score = take.recorder.score();
    assert.deepEqual(score.notes.map((note) => note.beat), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual([...new Set(score.notes.map((note) => note.duration.toFixed(6)))], ['0.500000']);
    assert.deepEqual(score.controls, []);
  });

  it('ends the prompt on the bar line where the take begins', async () => {
    const prompt = scoreOf([{ beat: 0, duration: 1, channel: 0, pitch: 60, velocity: 80 }, { beat: 4.5, duration: 1, channel: 0, pitch: 64, velocity: 80 }]);
    const { composer, take } = await takeOf(4, prompt);
    assert.deepEqual(composer.history?.notes.map((note) => note.beat), [-8, -3.5]);
    assert.equal(take.recorder.score().notes[0].beat, 0);
  });

  it('is in the tempo it was played in, the ones it was written for, or between', async () => {
    class Hesitant extends NullComposer {
      override async compose(...given: Parameters<NullComposer['compose']>): ReturnType<NullComposer['compose']> {
        const span = await super.compose(...given);
        const tempos = [0, 4].filter((beat) => beat >= span.fromBeat && beat < span.untilBeat).map((beat) => ({ beat, bpm: beat === 0 ? 90 : 40 }));
        return { ...span, tempos };
      }
    }
    const { take } = await takeOf(8, undefined, new Hesitant());
    assert.deepEqual(take.tempos(0), [{ beat: 0, bpm: 90 }]);
    assert.deepEqual(take.tempos(1), [{ beat: 0, bpm: 90 }, { beat: 4, bpm: 40 }]);
    assert.deepEqual(take.tempos(0.5).map(({ bpm }) => Math.round(bpm)), [90, 60]);
  });

  it('cuts at the end what would sound longer', async () => {
    const { take } = await takeOf(3.25);
    assert.deepEqual(take.recorder.score().notes.map((note) => note.duration.toFixed(3)), ['0.500', '0.500', '0.500', '0.250']);
  });
});
