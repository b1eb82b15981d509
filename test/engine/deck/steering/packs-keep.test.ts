import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openVoices } from '../../../../bench/support/open-voices.js';
import { drumChannel, endBeat, type Note } from '../../../../src/engine/music/note.js';
import { chordPitchClasses } from '../../../../src/engine/music/chord-name.js';
import { scalePitchClasses } from '../../../../src/engine/music/scale.js';
import { OfflineTake } from '../../../../src/engine/rendering/offline-take.js';

type Settings = Readonly<Record<string, number | string>>;

interface Law {
  readonly field: string;
  readonly set: Settings;
  /** It counts over time: where the change falls into the middle of a beat that a format tells as one, it holds from the next beat on. */
  readonly countsOverTime?: boolean;
  holds(notes: readonly Note[]): boolean;
}

const blues = scalePitchClasses('blues', 4);
const seventh = chordPitchClasses('F#maj7') ?? [];
const near = 1e-3;
const pitched = (notes: readonly Note[]): readonly Note[] => notes.filter((note) => note.channel !== drumChannel);
/** Beats that a law is heard in, after what was committed. */
const heard = 8;

const laws: readonly Law[] = [
  { field: 'pitchRange', set: { 'low-pitch': 55, 'high-pitch': 67 }, holds: (notes) => pitched(notes).every(({ pitch }) => pitch >= 55 && pitch <= 67) },
  { field: 'velocityRange', set: { 'low-velocity': 64, 'high-velocity': 106 }, holds: (notes) => notes.every(({ velocity }) => velocity >= 64 && velocity <= 106) },
  {
    field: 'durationRange', set: { 'shortest-note': 0.25, 'longest-note': 1 },
    holds: (notes) => notes.every(({ duration }) => duration >= 0.25 - near && duration <= 1 + near),
  },
  {
    field: 'maximumRestBeats', set: { 'longest-rest': 1 }, countsOverTime: true,
    holds: (notes) => notes.slice(1).every(({ beat }, index) => beat - notes[index].beat <= 1 + near),
  },
  { field: 'scale', set: { 'scale': 'blues', 'scale-root': 'E' }, holds: (notes) => pitched(notes).every(({ pitch }) => blues.includes(pitch % 12)) },
  { field: 'chord', set: { 'chord': 'F#maj7', 'chord-strength': 10 }, holds: (notes) => pitched(notes).every(({ pitch }) => seventh.includes(pitch % 12)) },
  {
    field: 'maximumPolyphony', set: { polyphony: 2 },
    holds: (notes) => pitched(notes).every(({ beat }) => pitched(notes).filter((note) => note.beat <= beat + near && endBeat(note) > beat + near).length <= 2),
  },
  { field: 'onsetsPerBeat', set: { 'fewest-onsets': 1, 'most-onsets': 2 }, countsOverTime: true, holds: (notes) => beatsOf(notes).every((count) => count >= 1 && count <= 2) },
  { field: 'channels', set: { 'only-channels': '3' }, holds: (notes) => notes.every(({ channel }) => channel === 2) },
];

function beatsOf(notes: readonly Note[]): readonly number[] {
  const first = Math.ceil(notes[0].beat);
  const last = Math.floor(notes[notes.length - 1].beat);
  return Array.from({ length: last - first }, (_unused, index) => notes.filter(({ beat }) => Math.floor(beat + near) === first + index).length);
}

/** Packs whose formats tell notes by the beat. */
const byTheBeat: ReadonlySet<string> = new Set(['kmeans-piano']);

const { voices, names } = await openVoices({ provider: 'cpu', threads: '1' });

for (const pack of names) {
  describe(`the pack ${pack}, steered`, () => {
    let take: OfflineTake;
    const deck = () => take.ensemble.decks[0];
    const set = async (settings: Settings): Promise<void> => {
      for (const [name, value] of Object.entries(settings)) await take.parameters.write(`deck/1/${name}`, [value], 'test');
    };
    const rest = (settings: Settings): Settings =>
      Object.fromEntries(Object.keys(settings).map((name) => {
        const entry = take.parameters.entry(`deck/1/${name}`);
        return [name, entry.kind === 'value' ? (entry.default as number | string) : ''];
      }));
    /** Back to how it was, for long enough that nothing of before is left to be composed. */
    const reset = async (settings: Settings): Promise<void> => {
      await set(rest(settings));
      await take.playUntil(take.nowBeat + 2.5);
    };
    /** Turns knobs where the music is, and hears what comes of it. */
    const under = async (settings: Settings, beats = heard): Promise<{ notes: readonly Note[]; fromBeat: number }> => {
      const now = take.nowBeat;
      const committed = now + take.parameters.number('commit');
      const stands = deck().plan.from(now).notes.filter(({ beat }) => beat < committed);
      await set(settings);
      await take.playUntil(Math.ceil(committed) + beats);
      const { notes } = deck().plan.from(now);
      assert.deepEqual(notes.filter(({ beat }) => beat < committed), stands, 'what was committed has changed');
      return { notes: notes.filter(({ beat }) => beat >= committed && beat < take.nowBeat), fromBeat: committed };
    };

    before(async () => {
      take = new OfflineTake(voices, 120);
      await take.start(pack);
      await take.playUntil(8);
    });
    after(() => take.ensemble.dispose());

    for (const { field, set: settings, countsOverTime = false, holds } of laws) {
      const fromBeatOn = countsOverTime && byTheBeat.has(pack);
      it(`obeys ${Object.keys(settings).join(' and ')} from the commit on, or says that it cannot`, async () => {
        take.ensemble.publishCounters();
        const kept = take.parameters.text('deck/1/keeps').split(' ');
        const sentences: string[] = [];
        const quiet = take.parameters.onEvent((event) => event.type === 'notice' && sentences.push(event.sentence));
        const claims = Object.keys(settings).every((name) => kept.includes(name));
        const { notes: all, fromBeat } = await under(settings, claims ? heard : 2);
        const notes = fromBeatOn ? all.filter(({ beat }) => beat >= Math.ceil(fromBeat)) : all;
        quiet();
        await reset(settings);
        if (claims) {
          assert.ok(notes.length >= 4, `${notes.length} notes`);
          assert.ok(holds(notes), `${field}: ${JSON.stringify(notes.map(({ beat, pitch, velocity, duration, channel }) => [beat, pitch, velocity, duration, channel]))}`);
          assert.deepEqual(sentences.filter((sentence) => sentence.includes('cannot keep')), []);
        } else {
          assert.ok(sentences.some((sentence) => sentence.includes('cannot keep') && sentence.includes(Object.keys(settings)[0])), sentences.join());
        }
      });
    }

    it('leans to a scale that is only wished for', async () => {
      const settings = { 'scale': 'whole-tone', 'scale-root': 'C', 'scale-strength': 8 };
      const wanted = scalePitchClasses('whole-tone', 0);
      const share = (notes: readonly Note[]): number => pitched(notes).filter(({ pitch }) => wanted.includes(pitch % 12)).length / pitched(notes).length;
      const { notes: free } = await under({}, 16);
      const { notes } = await under(settings, 16);
      await reset(settings);
      assert.ok(share(notes) > share(free) + 0.1, `${share(free)} of the notes before, ${share(notes)} after`);
    });

    it('begins its notes on the grid', async () => {
      const { notes } = await under({ grid: '1/8' });
      assert.ok(notes.length > 1 && notes.every(({ beat }) => Number.isInteger(beat * 2)), notes.map(({ beat }) => beat).join());
      await reset({ grid: 'off' });
    });

    it('plays forced notes exactly, and something around them', async () => {
      await take.playUntil(Math.ceil(take.nowBeat) + 0.5);
      await take.parameters.write('deck/1/force', ['C5:1 Eb5:0.75 r:0.25 61+65:1.5 G4:0.5'], 'test');
      const start = Math.ceil((take.nowBeat + take.parameters.number('commit') + 0.25) / 4) * 4;
      await take.playUntil(start + 8);
      const melody: [number, number, number][] = [[0, 72, 1], [1, 75, 0.75], [2, 61, 1.5], [2, 65, 1.5], [3.5, 67, 0.5]];
      const { notes } = deck().plan.from(start);
      for (const [beat, pitch, duration] of melody) {
        assert.ok(notes.some((note) => note.beat === start + beat && note.pitch === pitch && note.duration === duration), `${pitch} at ${beat}: ${JSON.stringify(notes)}`);
        assert.equal(notes.filter((note) => note.pitch === pitch && Math.abs(note.beat - start - beat) < 0.13).length, 1);
      }
      assert.ok(notes.length > melody.length, 'nothing plays but them');
    });

    it('plays a bar again, and no more than that', async () => {
      await take.playUntil(Math.ceil(take.nowBeat) + 0.5);
      await take.parameters.write('deck/1/copy-bar', [2], 'test');
      const bar = Math.floor(take.nowBeat / 4) * 4 - 8;
      const start = Math.ceil((take.nowBeat + take.parameters.number('commit') + 0.25) / 4) * 4;
      await take.playUntil(start + 4);
      const notesIn = (from: number) => deck().plan.from(from).notes.filter(({ beat }) => beat < from + 4).map((note) => ({ ...note, beat: note.beat - from }));
      assert.ok(notesIn(bar).length > 0);
      assert.deepEqual(notesIn(start), notesIn(bar));
    });

    it('has left no sixteenth empty, and no note hanging', async () => {
      const { underruns, realTime } = deck();
      await take.end();
      assert.deepEqual([underruns, realTime.missedTicks, take.recorder.hanging], [0, 0, 0]);
    });
  });
}
