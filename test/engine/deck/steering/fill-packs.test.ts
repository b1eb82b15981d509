import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { openVoices } from '../../../../bench/support/open-voices.js';
import { endBeat, type Note } from '../../../../src/engine/music/note.js';
import { OfflineTake } from '../../../../src/engine/rendering/offline-take.js';

/** Two bars in D. */
const given = 'D4+F#4+A4:1 A4:0.5 B4:0.5 D5:2 G4+B4+D5:1 E5:1 F#5:2';
const line = 16;
const heldMilliseconds = 1e-3;

const { voices, names } = await openVoices({ provider: 'cpu', threads: '1' });

/** A take of a pack with bars that are given, and how often each of its bars before them was composed. */
async function filled(pack: string, candidates: number): Promise<{ readonly notes: readonly Note[]; readonly made: number; readonly sentences: readonly string[]; readonly hanging: number }> {
  const take = new OfflineTake(voices, 120);
  const sentences: string[] = [];
  take.parameters.onEvent((event) => event.type === 'notice' && sentences.push(event.sentence));
  await take.parameters.write('deck/1/fill-candidates', [candidates], 'test');
  await take.start(pack);
  await take.playUntil(4.5);
  assert.deepEqual(await take.parameters.ask('deck/1/fill', [given, 2], 'test'), [line / 4 + 1]);
  let made = 1;
  await take.playUntil(line + 12, () => (made = Math.max(made, take.ensemble.decks[0].steering.figures()['candidates-made'] as number)));
  await take.end();
  return { notes: take.recorder.score().notes, made, sentences, hanging: take.recorder.hanging };
}

for (const pack of names) {
  describe(`the pack ${pack}, given bars that come later`, () => {
    let result: Awaited<ReturnType<typeof filled>>;
    before(async () => {
      result = await filled(pack, 3);
    });

    it('plays them as they stand, and nothing beside them', () => {
      const bars = result.notes.filter(({ beat }) => beat >= line - 1e-6 && beat < line + 8 - 1e-6);
      const told = bars.map(({ beat, pitch, duration }) => `${(beat - line).toFixed(2)} ${pitch} ${duration.toFixed(2)}`);
      const wanted = [[0, 62, 1], [0, 66, 1], [0, 69, 1], [1, 69, 0.5], [1.5, 71, 0.5], [2, 74, 2], [4, 67, 1], [4, 71, 1], [4, 74, 1], [5, 76, 1], [6, 78, 2]];
      assert.deepEqual(told, wanted.map(([beat, pitch, duration]) => `${beat.toFixed(2)} ${pitch} ${duration.toFixed(2)}`));
    });

    it('fills every bar before them with notes that end with the last of these bars, and goes on after them', () => {
      for (const bar of [2, 3, 6]) assert.ok(result.notes.some(({ beat }) => Math.floor(beat / 4) === bar), `nothing begins in bar ${bar + 1}`);
      const over = result.notes.filter((note) => note.beat < line && endBeat(note) > line + heldMilliseconds);
      assert.deepEqual(over, []);
      assert.equal(result.hanging, 0);
    });

    it('chooses among several where it can say what leads into them, and says where it cannot', () => {
      const cannot = result.sentences.some((sentence) => sentence.includes('cannot say what leads into given bars'));
      assert.equal(result.made, cannot ? 1 : 3);
      assert.equal(cannot, pack === 'perlin');
    });
  });
}
