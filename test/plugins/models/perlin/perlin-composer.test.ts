import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Composer, type ComposeControls, type ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import type { ConstraintField, MusicConstraint } from '../../../../src/engine/music/constraint.js';
import { compareNotes, drumChannel, endBeat, type Note } from '../../../../src/engine/music/note.js';
import { emptyScore, scoreOf } from '../../../../src/engine/music/score.js';
import { loadInContainer } from '../../../../src/engine/plugins/load-in-container.js';
import { perlin } from '../../../../src/plugins/models/perlin/descriptor.js';
import { optionsSchema } from '../../../../src/plugins/models/perlin/options.js';
import { PerlinComposer } from '../../../../src/plugins/models/perlin/perlin-composer.js';
import { composerContract, plainControls } from '../../../engine/contracts/composer-contract.js';

const never = (): boolean => false;
/** Enough for the laws, and quick. */
const runs = { numRuns: 60 };

function make(options: unknown = {}): PerlinComposer {
  return new PerlinComposer(optionsSchema.parse(options));
}

async function compose(fromBeat: number, untilBeat: number, controls: ComposeControls, history = emptyScore): Promise<ComposedSpan> {
  const composer = make();
  await composer.prepare();
  await composer.prime(history, fromBeat);
  return composer.compose(untilBeat, controls, never);
}

const range = (low: number, high: number): fc.Arbitrary<{ low: number; high: number }> =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high })).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));

const constraintArbitrary: fc.Arbitrary<MusicConstraint> = fc.record(
  {
    pitchRange: range(0, 127),
    channels: fc.uniqueArray(fc.integer({ min: 0, max: 15 }), { maxLength: 5 }),
    velocityRange: range(1, 127),
    durationRange: range(1, 16).map(({ low, high }) => ({ low: low / 4, high: high / 4 })),
    maximumRestBeats: fc.integer({ min: 1, max: 8 }).map((quarter) => quarter / 2),
    scale: fc.record({
      pitchClasses: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 12 }),
      strict: fc.boolean(),
      bias: fc.double({ min: 0, max: 10, noNaN: true }),
    }),
  },
  { requiredKeys: [] },
);

const controlsArbitrary: fc.Arbitrary<ComposeControls> = fc.record({
  sampling: fc.record({
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    topP: fc.constant(1),
    topK: fc.constant(0),
    minP: fc.constant(0),
    attributeTemperature: fc.record({ pitch: fc.double({ min: 0, max: 2, noNaN: true }), time: fc.double({ min: 0, max: 2, noNaN: true }) }, { requiredKeys: [] }),
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  }),
  constraint: fc.oneof(fc.constant({}), constraintArbitrary),
  keySemitones: fc.integer({ min: 0, max: 11 }),
  density: fc.double({ min: 0, max: 1, noNaN: true }),
  mode: fc.constantFrom('any', 'major', 'minor'),
  style: fc.constant(''),
});

/** Quarters of a beat, before and after the origin. */
const beatArbitrary = fc.integer({ min: -200, max: 2000 }).map((quarter) => quarter / 4);

function assertPlayable(notes: readonly Note[]): void {
  const ends = new Map<number, number>();
  notes.forEach((note, index) => {
    if (index > 0) assert.ok(compareNotes(notes[index - 1], note) <= 0, 'in playing order');
    assert.ok(note.duration > 0 && Number.isInteger(note.pitch) && Number.isInteger(note.velocity));
    assert.ok(note.velocity >= 1 && note.velocity <= 127 && note.pitch >= 0 && note.pitch <= 127);
    const key = note.channel * 128 + note.pitch;
    assert.ok((ends.get(key) ?? -Infinity) <= note.beat, `pitch ${note.pitch} of channel ${note.channel} sounds twice at ${note.beat}`);
    ends.set(key, endBeat(note));
  });
}

const constraints = perlin.capabilities
  .filter((capability) => capability.startsWith('constraint:'))
  .map((capability) => capability.slice('constraint:'.length) as ConstraintField);

composerContract('perlin', make, { constraints, beats: 40 });

describe('PerlinComposer', () => {
  it('loads by its descriptor', async () => {
    const container = await loadInContainer(perlin, { options: perlin.optionsSchema.parse({}), files: {} });
    assert.ok(container.get(Composer) instanceof PerlinComposer);
  });

  it('writes the same span wherever it starts and however it is cut', async () => {
    await fc.assert(fc.asyncProperty(controlsArbitrary, beatArbitrary, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }), async (controls, from, quarters) => {
      const until = from + quarters.reduce((sum, quarter) => sum + quarter / 4, 0);
      const whole = await compose(from, until, controls);
      const composer = make();
      await composer.prime(emptyScore, from);
      const parts: Note[] = [];
      let beat = from;
      for (const quarter of quarters) {
        const span = await composer.compose(beat + quarter / 4, controls, never);
        assert.equal(span.fromBeat, beat);
        beat = span.untilBeat;
        parts.push(...span.notes);
      }
      assert.equal(beat, until);
      assert.deepEqual(parts, whole.notes);
    }), runs);
  });

  it('writes the same after every rewind', async () => {
    await fc.assert(fc.asyncProperty(controlsArbitrary, beatArbitrary, fc.integer({ min: 1, max: 80 }), fc.nat(), async (controls, from, quarters, back) => {
      const until = from + quarters / 4;
      const composer = make();
      await composer.prime(emptyScore, from);
      const whole = await composer.compose(until, controls, never);
      const to = from + (back % quarters) / 4;
      await composer.rewind(to);
      const again = await composer.compose(until, controls, never);
      assert.deepEqual(again.notes, whole.notes.filter((note) => note.beat >= to));
    }), runs);
  });

  it('writes a beat the same whether or not it wrote those before', async () => {
    await fc.assert(fc.asyncProperty(controlsArbitrary, beatArbitrary, async (controls, from) => {
      const free = { ...controls, constraint: {} };
      const whole = await compose(from, from + 24, free);
      const late = await compose(from + 7.25, from + 24, free);
      assert.deepEqual(late.notes, whole.notes.filter((note) => note.beat >= from + 7.25));
    }), runs);
  });

  it('keeps to every constraint', async () => {
    await fc.assert(fc.asyncProperty(controlsArbitrary, constraintArbitrary, beatArbitrary, async (controls, constraint, from) => {
      const { notes } = await compose(from, from + 33, { ...controls, constraint });
      assertPlayable(notes);
      const { pitchRange, channels, velocityRange, durationRange, scale } = constraint;
      const reachable = scale?.pitchClasses.some((pitchClass) => {
        for (let pitch = pitchRange?.low ?? 0; pitch <= (pitchRange?.high ?? 127); pitch += 1) if (pitch % 12 === pitchClass) return true;
        return false;
      });
      for (const note of notes) {
        if (channels) assert.ok(channels.includes(note.channel));
        if (velocityRange) assert.ok(note.velocity >= velocityRange.low && note.velocity <= velocityRange.high, `velocity ${note.velocity}`);
        if (durationRange) assert.ok(note.duration >= durationRange.low && note.duration <= durationRange.high, `duration ${note.duration}`);
        if (note.channel === drumChannel) continue;
        if (pitchRange) assert.ok(note.pitch >= pitchRange.low && note.pitch <= pitchRange.high, `pitch ${note.pitch}`);
        if (scale?.strict && reachable) assert.ok(scale.pitchClasses.includes(note.pitch % 12), `pitch class ${note.pitch % 12}`);
      }
      if (channels?.length === 0) assert.equal(notes.length, 0);
      else assert.ok(notes.length > 0);
    }), { numRuns: 200 });
  });

  it('is never silent for longer than it may, over the seam of phrases as well', async () => {
    await fc.assert(fc.asyncProperty(controlsArbitrary, fc.integer({ min: 1, max: 16 }), fc.constantFrom(undefined, [0], [1], [9], [5], [0, 9]), async (controls, sixteenths, channels) => {
      const maximumRestBeats = sixteenths / 4;
      const { notes } = await compose(0, 64, { ...controls, constraint: { maximumRestBeats, channels } });
      let last = 0;
      for (const { beat } of notes) {
        assert.ok(beat - last <= maximumRestBeats, `silent from ${last} to ${beat}`);
        last = beat;
      }
      assert.ok(64 - last <= maximumRestBeats);
    }), runs);
  });

  it('plays on every sixteenth where it may hardly rest at all', async () => {
    const { notes } = await compose(0, 32, { ...plainControls, constraint: { maximumRestBeats: 0.01, channels: [0] } });
    assert.equal(new Set(notes.map((note) => note.beat)).size, 128);
  });

  it('leaves no beat without an onset', async () => {
    await fc.assert(fc.asyncProperty(controlsArbitrary, beatArbitrary, async (controls, from) => {
      const start = Math.floor(from);
      const { notes } = await compose(start, start + 64, { ...controls, constraint: {} });
      const beats = new Set(notes.map((note) => Math.floor(note.beat)));
      for (let beat = start; beat < start + 64; beat += 1) assert.ok(beats.has(beat), `beat ${beat} is empty`);
    }), runs);
  });

  it('stays playable when controls are turned between spans', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(controlsArbitrary, fc.integer({ min: 1, max: 24 })), { minLength: 2, maxLength: 6 }), async (moves) => {
      const composer = make();
      await composer.prime(emptyScore, 0);
      const notes: Note[] = [];
      let beat = 0;
      for (const [controls, quarters] of moves) {
        beat += quarters / 4;
        notes.push(...(await composer.compose(beat, controls, never)).notes);
      }
      assertPlayable(notes);
    }), runs);
  });

  it('sounds in the key asked for, and moves chord by chord with it', async () => {
    for (const mode of ['major', 'minor']) {
      const composer = make({ mode });
      const classes: Set<number>[] = [];
      for (let keySemitones = 0; keySemitones < 12; keySemitones += 1) {
        await composer.prime(emptyScore, 0);
        const { notes } = await composer.compose(64, { ...plainControls, keySemitones }, never);
        classes.push(new Set(notes.filter((note) => note.channel === 1).map((note) => (note.pitch + 12 - keySemitones) % 12)));
      }
      for (const found of classes) assert.deepEqual([...found].sort(), [...classes[0]].sort());
    }
  });

  it('plays more notes the denser it is asked to be', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const counts: number[] = [];
      for (const density of [0, 0.25, 0.5, 0.75, 1]) {
        const controls = { ...plainControls, density, sampling: { ...plainControls.sampling, seed } };
        counts.push((await compose(0, 256, controls)).notes.length);
      }
      for (let index = 1; index < counts.length; index += 1) assert.ok(counts[index] > counts[index - 1], counts.join(' '));
    }
  });

  it('plays other music for another seed, and the same notes for all where nothing is dared', async () => {
    const melody = async (seed: number, temperature: number): Promise<readonly Note[]> => {
      const composer = make({ mode: 'major' });
      await composer.prime(emptyScore, 0);
      return (await composer.compose(64, { ...plainControls, sampling: { ...plainControls.sampling, seed, temperature } }, never)).notes;
    };
    assert.notDeepEqual(await melody(1, 1), await melody(2, 1));
    assert.deepEqual(await melody(1, 0), await melody(2, 0));
  });

  it('goes on in its own key and octave when primed with what it played', async () => {
    let same = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const controls = { ...plainControls, keySemitones: seed % 12, sampling: { ...plainControls.sampling, seed } };
      const whole = await compose(0, 96, controls);
      const again = await compose(64, 96, controls, scoreOf(whole.notes.filter((note) => note.beat < 64)));
      if (JSON.stringify(again.notes) === JSON.stringify(whole.notes.filter((note) => note.beat >= 64))) same += 1;
    }
    assert.ok(same >= 19, `${same} of 20`);
  });

  it('does not strike a note that still sounds from before', async () => {
    const plain = await compose(0, 8, plainControls);
    const first = plain.notes[0];
    const { beat: _, ...sounding } = first;
    const again = await compose(0, 8, plainControls, scoreOf([{ ...sounding, beat: -1, duration: 3 }]));
    assert.ok(!again.notes.some((note) => note.channel === first.channel && note.pitch === first.pitch && note.beat < 2));
  });

  it('names its instruments once, and again after a rewind to before it did', async () => {
    const composer = make({ programs: { melody: 12 } });
    await composer.prime(emptyScore, 3);
    const first = await composer.compose(5, plainControls, never);
    assert.deepEqual(first.programs.map(({ beat, channel }) => [beat, channel]), [[3, 0], [3, 1], [3, 2]]);
    assert.equal(first.programs[0].program, 12);
    assert.deepEqual((await composer.compose(6, plainControls, never)).programs, []);
    await composer.rewind(4);
    assert.deepEqual((await composer.compose(6, plainControls, never)).programs, []);
    await composer.rewind(3);
    assert.deepEqual((await composer.compose(6, plainControls, never)).programs, first.programs);
  });

  it('plays the tune on the one channel it is given', async () => {
    const { notes, programs } = await compose(0, 16, { ...plainControls, constraint: { channels: [5] } });
    assert.deepEqual([...new Set(notes.map((note) => note.channel))], [5]);
    assert.deepEqual(programs.map((mark) => mark.channel), [5]);
  });
});
