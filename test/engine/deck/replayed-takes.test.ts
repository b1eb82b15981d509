import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openVoices } from '../../../bench/support/open-voices.js';
import type { ParameterValue, ValueParameter } from '../../../src/engine/parameters/parameter.js';
import { PerformedTake, takeKnobs, wilfulVoices, type Doing } from './performed-take.js';

const bars = 32;

const texts: Readonly<Record<string, readonly string[]>> = { chord: ['', 'Cm7', 'C Eb G'], 'only-channels': ['', '1 2'], 'only-programs': ['', '0 40'], style: ['', 'ballad'] };

function anywhere(knob: ValueParameter): fc.Arbitrary<ParameterValue> {
  const { type, minimum = 0, maximum = 1, choices = texts[knob.name] ?? [''] } = knob;
  if (type === 'boolean') return fc.boolean();
  if (type === 'choice' || type === 'text') return fc.constantFrom(...choices);
  return type === 'integer' ? fc.integer({ min: minimum, max: Math.min(maximum, minimum + 200) }) : fc.double({ min: minimum, max: maximum, noNaN: true });
}

const word = (name: string, ...values: readonly fc.Arbitrary<ParameterValue>[]): fc.Arbitrary<Omit<Doing, 'wait'>> =>
  fc.tuple(...values).map((chosen) => ({ word: name, values: chosen }));

/** All that a performer can do to a deck that plays by itself, but have it play another pack or begin anew. */
const anything = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...takeKnobs).chain((knob) => word(knob.name, anywhere(knob))) },
  { weight: 2, arbitrary: word('grid', fc.constantFrom('off', '1/4', '1/8', '1/8t', '1/16')) },
  { weight: 2, arbitrary: word('loop-limit', fc.constantFrom(0, 2)) },
  { weight: 1, arbitrary: word('candidates', fc.constantFrom(1, 3)) },
  { weight: 2, arbitrary: word('play-mode', fc.constantFrom('continue', 'accompany', 'accompany')) },
  { weight: 2, arbitrary: word('heard', fc.integer({ min: 40, max: 80 }), fc.constantFrom(0.25, 1)) },
  { weight: 2, arbitrary: word('force', fc.constantFrom('C4:1 E4+G4:0.5 r:0.5', 'C5:0.3 D5:0.7', 'E3+G3+B3:8')) },
  { weight: 2, arbitrary: word('copy-bar', fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 3 })) },
  { weight: 1, arbitrary: word('recall-bar', fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 3 })) },
  { weight: 2, arbitrary: word('plan', fc.constantFrom("A A' B A", 'A B *', "A A' *", ''), fc.constantFrom(1, 2, 4)) },
  { weight: 1, arbitrary: word('fill', fc.constantFrom('C4:1 E4:2', 'G3+B3:4'), fc.integer({ min: 1, max: 3 })) },
  { weight: 1, arbitrary: word('fill-to-bar', fc.integer({ min: 1, max: 6 }), fc.constant(1), fc.integer({ min: 1, max: 2 })) },
  { weight: 1, arbitrary: word('forget-forced') },
  { weight: 1, arbitrary: word('rethink') },
  { weight: 2, arbitrary: word('keep-state', fc.constantFrom('one', 'two')) },
  { weight: 2, arbitrary: word('recall-state', fc.constantFrom('one', 'two'), fc.constantFrom(0.5, 1)) },
);
const performance = fc.array(fc.tuple(fc.double({ min: 0.1, max: 8, noNaN: true }), anything).map(([wait, doing]) => ({ wait, ...doing })), { minLength: 1, maxLength: 40 });

describe('a take in which everything was done that can be done', () => {
  it('is replayed note for note, also once more, and its composer writes what it wrote', async () => {
    await fc.assert(
      fc.asyncProperty(performance, async (doings) => {
        const performed = new PerformedTake(wilfulVoices);
        await performed.perform('wilful', doings, bars * 4);
        assert.ok(performed.performed.length > bars, 'there is music');
        for (let times = 0; times < 2; times += 1) {
          const from = await performed.replay();
          assert.deepEqual(performed.notes(from), performed.performed);
          assert.deepEqual(performed.written(), performed.wrote);
        }
        await performed.end();
        assert.equal(performed.take.recorder.hanging, 0);
      }),
      { numRuns: 24, endOnFailure: true },
    );
  });
});

describe('a take that is replayed a second time', () => {
  it('is the take again, without a hole before it', async () => {
    const performed = new PerformedTake(wilfulVoices);
    await performed.perform('wilful', [{ wait: 10.7, word: 'plan', values: ["A A' *", 2] }, { wait: 0.1, word: 'play-mode', values: ['accompany'] }], bars * 4);
    for (let times = 0; times < 3; times += 1) assert.deepEqual(performed.notes(await performed.replay()), performed.performed);
    await performed.end();
    assert.equal(performed.take.ensemble.decks[0].underruns, 0);
  });
});

describe('a take that is replayed while something else is done', () => {
  const changes = [word('temperature', fc.constantFrom(0.3, 1.9)), word('force', fc.constant('C7:2')), word('plan', fc.constant('A A')), word('copy-bar', fc.constant(1), fc.constant(2)), word('seed', fc.constant(77))];

  it('is the take as far as that cannot be heard, and another from there on', async () => {
    await fc.assert(
      fc.asyncProperty(performance, fc.double({ min: 4, max: 40, noNaN: true }), fc.oneof(...changes), async (doings, wait, change) => {
        const performed = new PerformedTake(wilfulVoices);
        await performed.perform('wilful', doings, bars * 2);
        const before = ['temperature', 'seed'].map((name) => performed.take.parameters.number(`deck/1/${name}`));
        const from = await performed.replay({ wait, ...change });
        const isPast = (note: string): boolean => Number(note.split(' ')[0]) < wait + performed.take.parameters.number('commit') - 1e-6;
        const again = performed.notes(from);
        assert.deepEqual(again.filter(isPast), performed.performed.filter(isPast));
        if (change.word === 'force') assert.ok(again.some((note) => / 96 /.test(note)), 'what is forced is played');
        // A plan may leave nothing to the composer.
        const isFree = doings.every((doing) => doing.word !== 'plan');
        if (change.word === 'seed' && before[1] !== 77 && isFree) assert.notDeepEqual(again, performed.performed);
        await performed.end();
        assert.deepEqual([performed.take.recorder.hanging, performed.take.ensemble.decks[0].underruns], [0, 0]);
      }),
      { numRuns: 24, endOnFailure: true },
    );
  });
});

const { voices, names } = await openVoices({ provider: 'cpu', threads: '1', folders: 'test/fixtures/packs' });

const short: readonly Doing[] = [
  { wait: 2.6, word: 'grid', values: ['1/8'] },
  { wait: 1.7, word: 'temperature', values: [1.3] },
  { wait: 1.2, word: 'keep-state', values: ['one'] },
  { wait: 0.6, word: 'force', values: ['C5:0.5 E5+G5:1.5'] },
  { wait: 2.3, word: 'low-pitch', values: [45] },
  { wait: 1.1, word: 'copy-bar', values: [1, 1] },
  { wait: 2.9, word: 'recall-state', values: ['one', 0.7] },
  { wait: 1.4, word: 'plan', values: ["A A' B A", 1] },
  { wait: 3.2, word: 'play-mode', values: ['accompany'] },
  { wait: 0.3, word: 'heard', values: [67, 0.5] },
  { wait: 2.1, word: 'candidates', values: [2] },
  { wait: 1.5, word: 'rethink', values: [] },
];

for (const pack of names) {
  describe(`a take of the pack ${pack}`, () => {
    it('is replayed note for note, and its composer writes what it wrote', async () => {
      const performed = new PerformedTake(voices);
      await performed.perform(pack, short, 28);
      const from = await performed.replay();
      await performed.end();
      assert.ok(performed.performed.length > 12, `${performed.performed.length} notes`);
      assert.deepEqual(performed.notes(from), performed.performed);
      assert.deepEqual(performed.written(), performed.wrote);
      assert.equal(performed.take.recorder.hanging, 0);
    });
  });
}
