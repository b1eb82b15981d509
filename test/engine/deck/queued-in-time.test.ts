import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ComposedSpan } from '../../../src/engine/contracts/composer.js';
import { MusicAhead } from '../../../src/engine/deck/music-ahead.js';
import { DeckNews } from '../../../src/engine/deck/news.js';
import { neutralShaping } from '../../../src/engine/deck/shaping/shaping.js';
import type { EngineEvent } from '../../../src/engine/events.js';
import type { Beats, Micros } from '../../../src/engine/music/units.js';
import { note, stage } from '../scheduling/recording-output.js';

const beatMicros = 500_000;

/** Notes on every 32nd. */
function span(fromBeat: Beats, untilBeat: Beats, pitch: number): ComposedSpan {
  const first = Math.ceil(fromBeat * 8);
  const notes = Array.from({ length: Math.max(0, Math.ceil(untilBeat * 8) - first) }, (_, at) => note((first + at) / 8, pitch, 0.1));
  return { fromBeat, untilBeat, notes, programs: [], controls: [], tokens: 0, micros: 0 };
}

/** A deck's music whose main thread is held up whenever it shapes, and whenever somebody is told; what is queued is sent meanwhile. */
async function heldUp() {
  const { clock, sender, output } = await stage();
  const held = { shaping: 0, telling: 0 };
  const events: EngineEvent[] = [];
  const position = { playing: true, beatMicros, beat: () => (clock.now() - 1_000_000) / beatMicros };
  const news = new DeckNews(1, (event) => {
    events.push(event);
    sender.advanceTo(clock.now() + held.telling);
  });
  const shaping = () => {
    sender.advanceTo(clock.now() + held.shaping);
    return neutralShaping;
  };
  const ahead = new MusicAhead(1, { clock, sender, position, shaping }, news);
  ahead.beginAt(0);
  ahead.accept(span(0, 4, 60));
  /** A turned knob: all that can still be is composed anew. */
  const turn = (pitch: number): void => {
    sender.run();
    ahead.writeAnewFrom(position.beat());
    ahead.accept(span(position.beat(), position.beat() + 4, pitch));
    sender.run();
  };
  const pass = (micros: Micros): void => sender.advanceTo(clock.now() + micros);
  return { ahead, sender, output, position, held, events, turn, pass };
}

describe('music that is composed anew as late as can be', () => {
  it('is queued in time, however long those take who hear of it', async () => {
    const { sender, held, turn, pass, events } = await heldUp();
    held.telling = 200_000;
    for (let pitch = 61; pitch < 90; pitch += 1) {
      turn(pitch);
      pass(130_000);
    }
    assert.ok(events.length > 29);
    const { sent, lateBecause } = sender.counters();
    assert.ok(sent > 29);
    assert.equal(lateBecause.queued, 0);
  });

  it('is late at most once where the thread that queues it is held up again and again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4_500 }), fc.array(fc.integer({ min: 10_000, max: 400_000 }), { minLength: 5, maxLength: 60 }), async (shaping, gaps) => {
        const { sender, held, turn, pass } = await heldUp();
        held.shaping = shaping;
        turn(61);
        pass(500_000);
        const before = sender.counters().lateBecause.queued;
        gaps.forEach((gap, at) => {
          turn(62 + (at % 40));
          pass(gap);
        });
        pass(1_000_000);
        assert.equal(sender.counters().lateBecause.queued, before);
      }),
    );
  });

  it('begins where it was said that it can, however long the thread is held up before it does', async () => {
    const { ahead, sender, output, position, pass } = await heldUp();
    pass(981_000);
    assert.deepEqual([ahead.canBeginAt(1.98), ahead.canBeginAt(2)], [false, true]);
    pass(15_000);
    ahead.beginAt(2);
    ahead.accept(span(2, 4, 72), 2);
    pass(1_000_000);
    const places = output.sent.filter(({ kind }) => kind === 'noteOn').map(({ beat }) => Math.round(beat * 8));
    // Place 0 was due when the first of it was composed.
    assert.deepEqual(places, Array.from({ length: Math.floor(position.beat() * 8) }, (_, at) => at + 1));
    ahead.look();
    // The one is place 0.
    assert.deepEqual([ahead.ledger.missedTicks, sender.counters().lateBecause.queued], [1, 0]);
  });

  it('is counted as music from where another composer takes over in the middle of a rest', async () => {
    const { ahead, pass } = await heldUp();
    ahead.restUntil(8);
    pass(2_600_000);
    ahead.beginAt(6);
    ahead.accept(span(6, 9, 72), 6);
    pass(1_500_000);
    ahead.look();
    // From beat 4 to beat 6, and place 0.
    assert.equal(ahead.ledger.missedTicks, 8 + 1);
  });

  it('loses no note and plays none twice: of every place one note is heard', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1_000, max: 300_000 }), { minLength: 3, maxLength: 40 }), fc.integer({ min: 0, max: 4_000 }), async (gaps, shaping) => {
        const { output, position, held, turn, pass } = await heldUp();
        held.shaping = shaping;
        pass(100_000);
        gaps.forEach((gap, at) => {
          turn(61 + (at % 50));
          pass(gap);
        });
        const until = position.beat();
        const places = output.sent.filter(({ kind }) => kind === 'noteOn').map(({ beat }) => Math.round(beat * 8));
        // Place 0 was due when the first of it was composed.
        const expected = Array.from({ length: Math.floor(until * 8) }, (_, at) => at + 1);
        assert.deepEqual(places, expected);
      }),
    );
  });
});
