import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AllowedTokens, type DecodedEvent, type Tokenizer } from '../../../src/engine/contracts/tokenizer.js';
import { unconstrained, type ConstraintField, type MusicConstraint } from '../../../src/engine/music/constraint.js';
import { drumChannel, endBeat, type Note } from '../../../src/engine/music/note.js';
import { walk } from './random-walk.js';

/** What a random stream said, up to the beat before which nothing more could come. */
interface Heard {
  readonly events: readonly DecodedEvent[];
  /** In order of beat. */
  readonly notes: readonly Note[];
  /** Whether the end of the stream was offered on the way. */
  readonly endWasOffered: boolean;
}

interface Law {
  readonly wish: MusicConstraint;
  holds(heard: Heard): void;
}

const seeds = [1, 2, 3];
const streamTokens = 1500;
const fewestNotes = 10;
const rounding = 1e-6;
/** No format of ours is coarser than this in its onsets, where a note is not on a sixteenth. */
const gridBeats = 1 / 32;
const melody: readonly Note[] = Array.from({ length: 600 }, (_, beat) => {
  return { beat, duration: 0.5, channel: 0, pitch: 60 + ((beat * 5) % 13), velocity: 90 };
});

/** One for each field of the vocabulary: a wish, and how it is heard that it was granted. */
const laws: Readonly<Record<ConstraintField, Law>> = {
  pitchRange: {
    wish: { pitchRange: { low: 50, high: 62 } },
    holds: ({ notes }) => everyPitched(notes, ({ pitch }) => pitch >= 50 && pitch <= 62),
  },
  channels: {
    wish: { channels: [1, 5, 9] },
    holds: ({ notes }) => every(notes, ({ channel }) => [1, 5, 9].includes(channel)),
  },
  velocityRange: {
    wish: { velocityRange: { low: 64, high: 106 } },
    holds: ({ notes }) => every(notes, ({ velocity }) => velocity >= 64 && velocity <= 106),
  },
  durationRange: {
    wish: { durationRange: { low: 0.5, high: 1.5 } },
    holds: ({ notes }) => every(notes, ({ duration }) => duration >= 0.5 - rounding && duration <= 1.5 + rounding),
  },
  maximumRestBeats: {
    wish: { maximumRestBeats: 1 },
    holds: ({ notes }) => every(notes.slice(1), ({ beat }, index) => beat - notes[index].beat <= 1 + rounding),
  },
  scale: {
    wish: { scale: { pitchClasses: [0, 2, 5, 7, 9], strict: true, bias: 0 } },
    holds: ({ notes }) => everyPitched(notes, ({ pitch }) => [0, 2, 5, 7, 9].includes(pitch % 12)),
  },
  chord: {
    wish: { chord: { pitchClasses: [1, 4, 8], strict: true, bias: 0 } },
    holds: ({ notes }) => everyPitched(notes, ({ pitch }) => [1, 4, 8].includes(pitch % 12)),
  },
  programs: {
    wish: { programs: [5, 32, 80] },
    holds: ({ events }) => {
      const marks = events.flatMap((event) => (event.type === 'program' && event.mark.channel !== drumChannel ? [event.mark] : []));
      every(marks, ({ program }) => [5, 32, 80].includes(program));
      assert.ok(marks.length > 0, 'no program was chosen');
    },
  },
  maximumPolyphony: {
    wish: { maximumPolyphony: 2 },
    holds: ({ notes }) => {
      const pitched = notes.filter(({ channel }) => channel !== drumChannel);
      every(pitched, ({ beat }) => pitched.filter((note) => note.beat <= beat + rounding && endBeat(note) > beat + rounding).length <= 2);
    },
  },
  onsetsPerBeat: {
    wish: { onsetsPerBeat: { low: 1, high: 3 }, eventKinds: [] },
    holds: ({ notes }) => {
      const last = Math.floor(notes[notes.length - 1].beat + rounding);
      for (let beat = 0; beat < last; beat += 1) {
        const count = notes.filter((note) => Math.floor(note.beat + rounding) === beat).length;
        assert.ok(count >= 1 && count <= 3, `${count} onsets in beat ${beat}`);
      }
    },
  },
  forcedNotes: {
    wish: { forcedNotes: melody },
    holds: ({ notes }) => {
      const last = notes[notes.length - 1].beat;
      const isHeard = ({ beat, pitch }: Note): boolean => notes.some((note) => note.pitch === pitch && Math.abs(note.beat - beat) <= gridBeats);
      every(melody.filter(({ beat }) => beat < last - gridBeats), isHeard);
    },
  },
  earliestBeat: {
    wish: { earliestBeat: 6.3, maximumRestBeats: 2 },
    holds: ({ notes }) => {
      every(notes, ({ beat }) => beat >= 6.3 - rounding);
      assert.ok(notes[0].beat <= 6.5 + rounding, 'a rest goes on that is too long already');
    },
  },
  tempo: {
    wish: { tempo: 98 },
    holds: ({ events }) => {
      const tempos = events.flatMap((event) => (event.type === 'tempo' ? [event.mark.bpm] : []));
      assert.ok(tempos.length > 0, 'no tempo was written');
      every(tempos, (bpm) => Math.abs(bpm - 98) <= 5);
    },
  },
  meter: {
    wish: { meter: { numerator: 3, denominator: 4 } },
    holds: ({ events, notes }) => {
      const meters = events.flatMap((event) => (event.type === 'meter' ? [event.mark] : []));
      assert.ok(meters.length > 0, 'no meter was written');
      every(meters, ({ beat, numerator, denominator }) => numerator === 3 && denominator === 4 && Math.abs(beat % 3) < rounding);
      assert.ok(meters[0].beat <= notes[0].beat, 'the first bar is in another meter');
    },
  },
  eventKinds: {
    wish: { eventKinds: [] },
    holds: ({ events, endWasOffered }) => {
      assert.ok(!endWasOffered, 'the end was offered, though it was not named');
      // Bars name their meter, tracks their program, beats their tempo where the format is made so.
      every(events, ({ type }) => type !== 'control' && type !== 'key');
    },
  },
};

export const constraintFields = Object.keys(laws) as readonly ConstraintField[];

/**
 * Each field of {@link MusicConstraint}: honoured in random streams where the capabilities name it, else without any effect.
 * @param alsoHeeds fields that need not be without effect: see the options of the contract
 */
export function describeConstraintLaws(make: () => Tokenizer, capabilities: readonly string[], alsoHeeds: readonly ConstraintField[]): void {
  it('says of its grammar whether that keeps earliestBeat, as it claims', () => {
    assert.equal(make().grammar.keepsEarliest === true, capabilities.includes('constraint:earliestBeat'));
  });
  for (const field of constraintFields) {
    const { wish, holds } = laws[field];
    if (capabilities.includes(`constraint:${field}`)) {
      it(`honours ${field}, and goes on`, () => {
        for (const seed of seeds) {
          const heard = listen(make(), wish, seed);
          assert.ok(heard.notes.length >= fewestNotes, `seed ${seed}: only ${heard.notes.length} notes`);
          holds(heard);
        }
      });
    } else if (!alsoHeeds.includes(field)) {
      it(`takes no notice of ${field}, which it does not claim`, () => {
        const { [field]: value } = wish;
        assertIgnored(make(), { [field]: value });
      });
    }
  }

  it('offers the end where it is named', { skip: !capabilities.includes('constraint:eventKinds') && 'this format is not asked for it' }, () => {
    assert.ok(listen(make(), { eventKinds: ['end'] }, 1).endWasOffered);
  });
}

/** A random stream that never takes the end. */
function listen(tokenizer: Tokenizer, wish: MusicConstraint, seed: number): Heard {
  const { grammar, vocabulary } = tokenizer;
  const decoder = tokenizer.startDecoder(0);
  const events: DecodedEvent[] = [];
  let endWasOffered = false;
  const choose = (allowed: AllowedTokens, random: () => number): number => {
    const endAt = allowed.ids.subarray(0, allowed.count).indexOf(vocabulary.end);
    if (endAt < 0 || allowed.count === 1) return allowed.ids[Math.floor(random() * allowed.count)];
    endWasOffered = true;
    const place = Math.floor(random() * (allowed.count - 1));
    return allowed.ids[place < endAt ? place : place + 1];
  };
  walk(grammar, vocabulary.size, wish, seed, streamTokens, (_state, token) => events.push(...decoder.push(token)), choose);
  // What is not past may not be complete; a format that writes part after part never has a past.
  const past = decoder.frontierBeat > 0 ? events.filter((event) => beatOf(event) < decoder.frontierBeat - rounding) : events;
  const notes = past.flatMap((event) => (event.type === 'note' ? [event.note] : [])).sort((a, b) => a.beat - b.beat);
  return { events: past, notes, endWasOffered };
}

function assertIgnored({ grammar, vocabulary }: Tokenizer, wish: MusicConstraint): void {
  const allowed = new AllowedTokens(vocabulary.size);
  const said = (state: object, constraint: MusicConstraint): string => {
    grammar.allow(state, constraint, allowed);
    return `${allowed.ids.subarray(0, allowed.count).join()} ${allowed.biases.subarray(0, allowed.count).join()}`;
  };
  walk(grammar, vocabulary.size, unconstrained, 5, 300, (state) => assert.equal(said(state, wish), said(state, unconstrained)));
}

function every<Item>(items: readonly Item[], holds: (item: Item, index: number) => boolean): void {
  const at = items.findIndex((item, index) => !holds(item, index));
  assert.ok(at < 0, `number ${at} of ${items.length}: ${JSON.stringify(items[at])}`);
}

function everyPitched(notes: readonly Note[], holds: (note: Note) => boolean): void {
  every(notes.filter(({ channel }) => channel !== drumChannel), holds);
}

function beatOf(event: DecodedEvent): number {
  return event.type === 'note' ? event.note.beat : event.mark.beat;
}
