import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ComposeControls, ComposedSpan, Composer } from '../../../src/engine/contracts/composer.js';
import type { ConstraintField } from '../../../src/engine/music/constraint.js';
import { drumChannel, type Note } from '../../../src/engine/music/note.js';
import { emptyScore, scoreOf, type Score } from '../../../src/engine/music/score.js';

export interface ComposerContractOptions {
  /** Constraints the composer keeps to (its `constraint:` capabilities). */
  readonly constraints?: readonly ConstraintField[];
  /** Span composed in most tests. Default 8. */
  readonly beats?: number;
}

/** Controls that leave the music alone. */
export const plainControls: ComposeControls = {
  sampling: { temperature: 1, topP: 0.98, topK: 0, minP: 0, attributeTemperature: {}, seed: 7 },
  constraint: {},
  keySemitones: 0,
  density: 0.5,
  mode: 'any',
  style: '',
};

/** Two bars of quarter notes that end at beat 8. */
export const twoBars: Score = scoreOf(
  Array.from({ length: 8 }, (_, beat) => ({ beat, duration: 0.75, channel: 0, pitch: 60 + ((beat * 2) % 7), velocity: 90 })),
);

const never = (): boolean => false;

/** What every composer must do. `make` gives a new one, not prepared. */
export function composerContract(
  name: string,
  make: () => Composer | Promise<Composer>,
  { constraints = [], beats = 8 }: ComposerContractOptions = {},
): void {
  describe(`${name}, as a composer`, () => {
    let composer: Composer;

    before(async () => {
      composer = await make();
      await composer.prepare();
    });

    after(() => composer.dispose());

    async function take(history: Score, fromBeat: number, untilBeat: number, controls = plainControls): Promise<ComposedSpan> {
      await composer.prime(history, fromBeat);
      return composer.compose(untilBeat, controls, never);
    }

    it('composes the span it was asked for, with or without a history', async () => {
      for (const [history, at] of [[emptyScore, 0], [twoBars, 8], [twoBars, 9.5], [emptyScore, 103.25]] as const) {
        const span = await take(history, at, at + beats);
        assert.equal(span.fromBeat, at);
        assert.equal(span.untilBeat, at + beats);
        wellFormed(span);
      }
    });

    it('plays something', async () => {
      assert.ok((await take(twoBars, 8, 24)).notes.length > 0);
    });

    it('gives the same music for the same seed, history and controls', async () => {
      const first = await take(twoBars, 8, 8 + beats);
      assert.deepEqual((await take(twoBars, 8, 8 + beats)).notes, first.notes);
      const another = await make();
      await another.prepare();
      await another.prime(twoBars, 8);
      assert.deepEqual((await another.compose(8 + beats, plainControls, never)).notes, first.notes);
      await another.dispose();
    });

    it('plays the same in many spans as in one', async () => {
      const whole = await take(twoBars, 8, 8 + beats);
      await composer.prime(twoBars, 8);
      const parts: Note[] = [];
      for (let beat = 8; beat < 8 + beats; ) {
        const span = await composer.compose(Math.min(8 + beats, beat + 0.75), plainControls, never);
        assert.equal(span.fromBeat, beat);
        wellFormed(span);
        parts.push(...span.notes);
        beat = span.untilBeat;
      }
      assert.deepEqual(parts, whole.notes);
    });

    it('composes the same again after a rewind', async () => {
      for (const back of [8, 8 + beats / 2, 8.3 + beats / 2]) {
        const whole = await take(twoBars, 8, 8 + beats);
        await composer.rewind(back);
        const again = await composer.compose(8 + beats, plainControls, never);
        assert.equal(again.fromBeat, back);
        assert.deepEqual(again.notes, whole.notes.filter((note) => note.beat >= back));
      }
    });

    it('goes on from where it stands after a rewind to where it has not been', async () => {
      await take(twoBars, 8, 8 + beats);
      await composer.rewind(8 + beats + 50);
      assert.equal((await composer.compose(10 + beats, plainControls, never)).fromBeat, 8 + beats);
    });

    it('says how likely it thinks what is to follow, the same of the same, and goes on as if it had not been asked', async (context) => {
      if (!composer.foresee) return context.skip('this composer cannot say');
      const whole = await take(twoBars, 8, 24);
      const following = scoreOf(twoBars.notes.map((note) => ({ ...note, beat: note.beat + 16 }))).notes;
      const foresee = (stopped = never): Promise<number | undefined> | undefined => composer.foresee?.(following, 24, plainControls, stopped);
      await take(twoBars, 8, 16);
      const first = await foresee();
      if (first === undefined) return context.skip('this composer cannot say');
      assert.ok(first < 0 && Number.isFinite(first), String(first));
      const rest = await composer.compose(24, plainControls, never);
      assert.deepEqual(rest.notes, whole.notes.filter(({ beat }) => beat >= 16));
      await composer.rewind(16);
      assert.ok(Math.abs(((await foresee()) ?? 0) - first) < 0.05 * Math.abs(first), `${first}, then ${await foresee()}`);
      await composer.rewind(8);
      assert.deepEqual((await composer.compose(24, plainControls, never)).notes, whole.notes);
    });

    it('can be rewound to before it was primed', async () => {
      await take(twoBars, 8, 8 + beats);
      await composer.rewind(4);
      const span = await composer.compose(8, plainControls, never);
      assert.deepEqual([span.fromBeat, span.untilBeat], [4, 8]);
      wellFormed(span);
    });

    it('ends the span early when it is stopped, and loses nothing', async () => {
      const whole = await take(twoBars, 8, 8 + beats);
      await composer.prime(twoBars, 8);
      const notes: Note[] = [];
      for (let asked = 0, beat = 8; beat < 8 + beats; asked += 1) {
        assert.ok(asked < 10_000, 'it gets on, however often it is stopped');
        let questions = 0;
        const span = await composer.compose(8 + beats, plainControls, () => (questions += 1) > asked % 5);
        assert.equal(span.fromBeat, beat);
        wellFormed(span);
        notes.push(...span.notes);
        beat = span.untilBeat;
      }
      assert.deepEqual(notes, whole.notes);
    });

    it('gives an empty span for a beat it has passed', async () => {
      await take(twoBars, 8, 8 + beats);
      const span = await composer.compose(8, plainControls, never);
      assert.deepEqual([span.fromBeat, span.untilBeat, span.notes.length], [8 + beats, 8 + beats, 0]);
    });

    if (constraints.includes('pitchRange')) {
      it('keeps pitches within the range', async () => {
        const span = await take(twoBars, 8, 24, { ...plainControls, constraint: { pitchRange: { low: 64, high: 75 } } });
        for (const note of span.notes) if (note.channel !== drumChannel) assert.ok(note.pitch >= 64 && note.pitch <= 75, `${note.pitch}`);
      });
    }

    if (constraints.includes('channels')) {
      it('keeps to the channels that may sound', async () => {
        const span = await take(twoBars, 8, 24, { ...plainControls, constraint: { channels: [1] } });
        for (const note of span.notes) assert.equal(note.channel, 1);
      });
    }

    if (constraints.includes('velocityRange')) {
      it('keeps velocities within the range', async () => {
        const span = await take(twoBars, 8, 24, { ...plainControls, constraint: { velocityRange: { low: 40, high: 60 } } });
        for (const note of span.notes) assert.ok(note.velocity >= 40 && note.velocity <= 60, `${note.velocity}`);
      });
    }

    if (constraints.includes('durationRange')) {
      it('keeps lengths within the range', async () => {
        const span = await take(twoBars, 8, 24, { ...plainControls, constraint: { durationRange: { low: 0.25, high: 1 } } });
        for (const note of span.notes) assert.ok(note.duration >= 0.25 && note.duration <= 1, `${note.duration}`);
      });
    }

    if (constraints.includes('maximumRestBeats')) {
      it('is never silent for longer than it may', async () => {
        const span = await take(twoBars, 8, 40, { ...plainControls, constraint: { maximumRestBeats: 1 } });
        let last = 8;
        for (const { beat } of span.notes) {
          assert.ok(beat - last <= 2, `silent from ${last} to ${beat}`);
          last = beat;
        }
      });
    }

    it('can be disposed of twice', async () => {
      const another = await make();
      await another.prepare();
      await another.dispose();
      await another.dispose();
    });
  });
}

/** In order, inside the span, and such that a MIDI port can play it. */
function wellFormed(span: ComposedSpan): void {
  assert.ok(span.untilBeat >= span.fromBeat);
  for (const items of [span.notes, span.programs, span.controls]) {
    let last = span.fromBeat;
    for (const { beat } of items) {
      assert.ok(beat >= last && beat < span.untilBeat, `${beat} in ${span.fromBeat}..${span.untilBeat} after ${last}`);
      last = beat;
    }
  }
  for (const note of span.notes) {
    assert.ok(note.duration > 0, `duration ${note.duration}`);
    assert.ok(Number.isInteger(note.channel) && note.channel >= 0 && note.channel <= 15, `channel ${note.channel}`);
    assert.ok(Number.isInteger(note.pitch) && note.pitch >= 0 && note.pitch <= 127, `pitch ${note.pitch}`);
    assert.ok(Number.isInteger(note.velocity) && note.velocity >= 1 && note.velocity <= 127, `velocity ${note.velocity}`);
  }
}
