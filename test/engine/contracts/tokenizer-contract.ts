import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chosenAttributes } from '../../../src/engine/contracts/constraint-capabilities.js';
import {
  AllowedTokens,
  tokenAttributes,
  type DecodedEvent,
  type Tokenizer,
} from '../../../src/engine/contracts/tokenizer.js';
import { unconstrained, type ConstraintField, type MusicConstraint } from '../../../src/engine/music/constraint.js';
import { drumChannel, type Note } from '../../../src/engine/music/note.js';
import type { TickNote, TickScore } from '../../../src/engine/music/tick-score.js';
import { describeConstraintLaws } from './constraint-laws.js';
import { walk } from './random-walk.js';

export { seededRandom, walk } from './random-walk.js';

export interface TokenizerContractOptions {
  /** A new instance each time. */
  readonly make: () => Tokenizer;
  /** Scores the format can say something of. The first must hold several notes. */
  readonly samples: readonly TickScore[];
  /** Capabilities of the plugin's descriptor: decide which constraints are checked. */
  readonly capabilities: readonly string[];
  /** Whether encoding what was decoded gives the same ids again. */
  readonly encodesItsOwnDecoding: boolean;
  /** Fields that are heeded as far as this form of the format can, and so not claimed; all others that are not claimed have no effect. */
  readonly alsoHeeds?: readonly ConstraintField[];
  /** Whether streamed onsets less the origin are those of `decode`. Default true. */
  readonly streamsOnsetsOfDecode?: boolean;
}

/** What every tokenizer plugin promises. Call it from the plugin's own test file. */
export function describeTokenizerContract(name: string, options: TokenizerContractOptions): void {
  const { make, samples, capabilities } = options;
  const can = (field: keyof MusicConstraint): boolean => capabilities.includes(`constraint:${field}`);

  describe(`${name} keeps the tokenizer contract`, () => {
    it('has a word for every id and an id for every use', () => {
      const { vocabulary } = make();
      for (let id = 0; id < vocabulary.size; id += 1) assert.notEqual(vocabulary.describe(id), '');
      for (const id of [vocabulary.pad, vocabulary.end, ...vocabulary.start]) assertId(id, vocabulary.size);
      assert.equal(vocabulary.start.length % vocabulary.rowWidth, 0);
    });

    it('encodes into its vocabulary, whole rows, the same each time', () => {
      const tokenizer = make();
      for (const sample of samples) {
        const ids = tokenizer.encode(sample);
        assert.ok(ids instanceof Int32Array);
        assert.equal(ids.length % tokenizer.vocabulary.rowWidth, 0);
        ids.forEach((id) => assertId(id, tokenizer.vocabulary.size));
        assert.deepEqual(make().encode(sample), ids);
      }
    });

    it('encodes its own decoding as it was', { skip: !options.encodesItsOwnDecoding && 'this format does not promise it' }, () => {
      const tokenizer = make();
      for (const sample of samples) {
        const ids = tokenizer.encode(sample);
        assert.deepEqual(tokenizer.encode(tokenizer.decode(ids)), ids);
      }
    });

    it('tells what is chosen by itself', () => {
      const { grammar, vocabulary } = make();
      const told = chosenAttributes(capabilities);
      const allowed = new AllowedTokens(vocabulary.size);
      walk(grammar, vocabulary.size, unconstrained, 3, 1000, (state) => {
        grammar.allow(state, unconstrained, allowed);
        const attribute = grammar.attribute(state);
        assert.ok(allowed.count < 2 || told.includes(attribute), `${attribute} is chosen, and attribute:${attribute} is no capability`);
      });
    });

    it('decodes anything without a fault', () => {
      const tokenizer = make();
      const id = fc.integer({ min: -2, max: tokenizer.vocabulary.size + 2 });
      fc.assert(
        fc.property(fc.array(id, { maxLength: 300 }), (ids) => {
          assert.ok(tokenizer.decode(ids).ticksPerBeat >= 1);
          const decoder = tokenizer.startDecoder(0);
          ids.forEach((token) => decoder.push(token));
        }),
        { numRuns: 50 },
      );
    });

    it('finds every encoded stream legal', () => {
      const tokenizer = make();
      for (const sample of samples) {
        let state = tokenizer.grammar.initial();
        for (const id of body(tokenizer, sample)) {
          assert.ok(tokenAttributes.includes(tokenizer.grammar.attribute(state)));
          state = tokenizer.grammar.advance(state, id);
        }
      }
    });

    it('always allows something legal, once each, with a finite bias, and leaves the state as it was', () => {
      const { grammar, vocabulary } = make();
      const allowed = new AllowedTokens(vocabulary.size);
      for (const constraint of [unconstrained, ...impossible]) {
        walk(grammar, vocabulary.size, constraint, 3, 400, (state) => {
          grammar.allow(state, constraint, allowed);
          assert.ok(allowed.count > 0);
          const ids = [...allowed.ids.subarray(0, allowed.count)];
          assert.equal(new Set(ids).size, ids.length);
          assert.ok(allowed.biases.subarray(0, allowed.count).every(Number.isFinite));
          for (const id of [ids[0], ids[ids.length >> 1], ids[ids.length - 1]]) grammar.advance(state, id);
          const attribute = grammar.attribute(state);
          grammar.allow(state, constraint, allowed);
          assert.deepEqual([...allowed.ids.subarray(0, allowed.count)], ids);
          assert.equal(grammar.attribute(state), attribute);
        });
      }
    });

    it('refuses ids that are not legal', () => {
      const { grammar, vocabulary } = make();
      for (const id of [-1, vocabulary.size, 1e9]) {
        assert.throws(() => grammar.advance(grammar.initial(), id), { errorName: 'badTokens' });
      }
    });

    it('never lets the frontier fall nor an event come before it', () => {
      const tokenizer = make();
      const decoder = tokenizer.startDecoder(-3);
      let frontier = decoder.frontierBeat;
      walk(tokenizer.grammar, tokenizer.vocabulary.size, unconstrained, 11, 2000, (_state, token) => {
        const promised = decoder.frontierBeat;
        for (const event of decoder.push(token)) assert.ok(beatOf(event) >= promised);
        assert.ok(decoder.frontierBeat >= frontier);
        frontier = decoder.frontierBeat;
      });
    });

    it('clones a decoder into one that goes its own way', () => {
      const tokenizer = make();
      const ids = body(tokenizer, samples[0]);
      for (const cut of [1, ids.length >> 2, ids.length >> 1, ids.length - 1]) {
        const first = tokenizer.startDecoder(8);
        ids.slice(0, cut).forEach((id) => first.push(id));
        const second = first.clone();
        const rest = ids.slice(cut).flatMap((id) => first.push(id));
        const frontier = first.frontierBeat;
        assert.deepEqual(ids.slice(cut).flatMap((id) => second.push(id)), rest);
        assert.equal(second.frontierBeat, frontier);
      }
    });

    it('gives out while streaming the onsets that it decodes at once', { skip: options.streamsOnsetsOfDecode === false && 'this format holds notes back until they end' }, () => {
      const tokenizer = make();
      for (const sample of samples) {
        const ids = body(tokenizer, sample);
        const origin = 5;
        const decoder = tokenizer.startDecoder(origin);
        const streamed = notesOf(ids.flatMap((id) => [...decoder.push(id)]));
        const score = tokenizer.decode(ids);
        const whole = score.tracks.flat().filter((event): event is TickNote => event.type === 'note');
        const onset = (beat: number, { channel, pitch }: { channel: number; pitch: number }): string =>
          [beat.toFixed(6), channel, pitch].join();
        assert.deepEqual(
          streamed.map((note) => onset(note.beat - origin, note)).sort(),
          whole.map((note) => onset(note.tick / score.ticksPerBeat, note)).sort(),
        );
      }
    });

    const narrow: MusicConstraint = {
      ...(can('pitchRange') && { pitchRange: { low: 50, high: 70 } }),
      ...(can('channels') && { channels: [2, 9] }),
      ...(can('velocityRange') && { velocityRange: { low: 40, high: 90 } }),
      ...(can('durationRange') && { durationRange: { low: 0.25, high: 2 } }),
      ...(can('maximumRestBeats') && { maximumRestBeats: 1.5 }),
      ...(can('scale') && { scale: { pitchClasses: [0, 2, 4, 5, 7, 9, 11], strict: true, bias: 0 } }),
    };

    it(`honours the constraints it claims: ${Object.keys(narrow).join(', ') || 'none'}`, () => {
      const tokenizer = make();
      const notes: Note[] = [];
      for (let seed = 1; seed <= 5; seed += 1) {
        const decoder = tokenizer.startDecoder(0);
        const part: Note[] = [];
        walk(tokenizer.grammar, tokenizer.vocabulary.size, narrow, seed, 1000, (_state, token) => {
          part.push(...notesOf(decoder.push(token)));
        });
        // A format of bars may write them track by track.
        const inTime = [...part].sort((a, b) => a.beat - b.beat);
        inTime.slice(1).forEach((note, index) => {
          if (can('maximumRestBeats')) assert.ok(note.beat - inTime[index].beat <= 1.5 + 1e-9);
        });
        notes.push(...part);
      }
      assert.ok(notes.length > 20);
      for (const { channel, pitch, velocity, duration } of notes) {
        if (can('channels')) assert.ok(narrow.channels?.includes(channel));
        if (can('velocityRange')) assert.ok(velocity >= 40 && velocity <= 90);
        if (can('durationRange')) assert.ok(duration >= 0.25 && duration <= 2);
        if (channel === drumChannel) continue;
        if (can('pitchRange')) assert.ok(pitch >= 50 && pitch <= 70);
        if (can('scale')) assert.ok(narrow.scale?.pitchClasses.includes(pitch % 12));
      }
    });

    describeConstraintLaws(make, capabilities, options.alsoHeeds ?? []);
  });
}

/** Constraints that leave nothing, each of which must give way. */
const impossible: readonly MusicConstraint[] = [
  { pitchRange: { low: 90, high: 20 }, channels: [], velocityRange: { low: 300, high: 400 } },
  { durationRange: { low: 0, high: 0 }, maximumRestBeats: 0, eventKinds: [] },
  { scale: { pitchClasses: [], strict: true, bias: 3 }, channels: [-1, 99] },
  { scale: { pitchClasses: [1], strict: true, bias: 3 }, pitchRange: { low: 60, high: 60 }, durationRange: { low: 1e6, high: 1e7 } },
];

/** The ids of a score without the start and end the grammar does not see. */
function body(tokenizer: Tokenizer, score: TickScore): number[] {
  const { start, end } = tokenizer.vocabulary;
  const ids = [...tokenizer.encode(score)];
  const first = start.length > 0 && start.every((id, index) => ids[index] === id) ? start.length : 0;
  const last = ids.lastIndexOf(end);
  return ids.slice(first, last > first && last >= ids.length - tokenizer.vocabulary.rowWidth ? last : ids.length);
}

function notesOf(events: readonly DecodedEvent[]): Note[] {
  return events.flatMap((event) => (event.type === 'note' ? [event.note] : []));
}

function beatOf(event: DecodedEvent): number {
  return event.type === 'note' ? event.note.beat : event.mark.beat;
}

function assertId(id: number, size: number): void {
  assert.ok(Number.isInteger(id) && id >= 0 && id < size, `id ${id} of ${size}`);
}
