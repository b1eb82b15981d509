import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { HeardEvent, NoteListener, NoteSource } from '../../../src/engine/contracts/note-source.js';
import { Hearing, longestHeldBeats, type HeardNews } from '../../../src/engine/listening/hearing.js';
import { SentNotes } from '../../../src/engine/listening/sent-notes.js';
import { Session } from '../../../src/engine/session.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { timeAt, withTempo, type Timeline } from '../../../src/engine/time/timeline.js';

const fromTop: Timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };

class Player implements NoteSource {
  private listener: NoteListener | undefined;

  constructor(
    readonly name = 'keys',
    readonly latencyMicros = 0,
  ) {}

  start(listener: NoteListener): void {
    this.listener = listener;
  }

  stop(): void {
    this.listener = undefined;
  }

  play(event: HeardEvent): void {
    this.listener?.heard(event);
  }
}

function stage(player = new Player()) {
  const clock = new VirtualClock();
  const session = new Session(clock, fromTop, { relocated: () => undefined, resumed: () => undefined });
  session.change({ type: 'start', beat: 0, micros: 0 });
  const sent = new SentNotes(clock);
  sent.follow(fromTop);
  const settings = { listen: true, echoMicros: 60_000 };
  const hearing = new Hearing({ clock, ground: session, sent, listening: () => settings.listen, echoMicros: () => settings.echoMicros });
  const registration = hearing.register(player);
  const news: HeardNews[] = [];
  hearing.onHeard((item) => news.push(item));
  const at = (beat: number): void => clock.advanceTo(timeAt(session.timeline, beat));
  const on = (pitch: number, velocity = 80, channel = 0): void => player.play({ type: 'noteOn', channel, pitch, velocity, micros: clock.now() });
  const off = (pitch: number, channel = 0): void => player.play({ type: 'noteOff', channel, pitch, micros: clock.now() });
  return { clock, session, sent, settings, hearing, registration, news, at, on, off, player };
}

describe('hearing', () => {
  it('makes notes of session beats out of ons and offs', () => {
    const { hearing, at, on, off } = stage();
    at(1);
    on(60);
    at(1.5);
    on(64, 100, 2);
    at(2);
    off(60);
    at(3);
    off(64, 2);
    assert.deepEqual(hearing.notesBetween(0, 8), [
      { beat: 1, duration: 1, channel: 0, pitch: 60, velocity: 80 },
      { beat: 1.5, duration: 1.5, channel: 2, pitch: 64, velocity: 100 },
    ]);
    assert.equal(hearing.heard, 2);
  });

  it('puts a note where it was stamped, however late it comes, less the latency of its source', () => {
    const { hearing, clock, at, player } = stage(new Player('keys', 20_000));
    at(4);
    player.play({ type: 'noteOn', channel: 0, pitch: 60, velocity: 80, durationBeats: 1, micros: clock.now() - 230_000 });
    assert.deepEqual(hearing.notesBetween(0, 8), [{ beat: 3.5, duration: 1, channel: 0, pitch: 60, velocity: 80 }]);
  });

  it('has nobody play yet what it is told of ahead of time', () => {
    const { hearing, at, on, off } = stage();
    at(1);
    hearing.note('feed', { beat: 8, duration: 2, channel: 0, pitch: 72, velocity: 80 });
    assert.deepEqual([hearing.heard, hearing.lastOnset, hearing.quietBeats(1)], [1, -Infinity, Infinity]);
    at(2);
    on(60);
    at(3);
    off(60);
    at(5);
    assert.deepEqual([hearing.lastOnset, hearing.quietBeats(5)], [2, 2]);
    at(8.5);
    assert.deepEqual([hearing.lastOnset, hearing.quietBeats(8.5)], [8, 0]);
    at(12);
    assert.equal(hearing.quietBeats(12), 2);
  });

  it('gives a key that is down the length it has been down', () => {
    const { hearing, at, on } = stage();
    at(2);
    on(60);
    assert.equal(hearing.notesBetween(0, 4)[0].duration, 0.25);
    at(3.5);
    assert.equal(hearing.notesBetween(0, 4)[0].duration, 1.5);
    assert.equal(hearing.quietBeats(3.5), 0);
  });

  it('ends a key that hangs', () => {
    const { hearing, at, on, news } = stage();
    at(1);
    on(60);
    at(1 + longestHeldBeats + 3);
    hearing.look();
    assert.deepEqual(news.at(-1), { type: 'ended', source: 'keys', note: { beat: 1, duration: longestHeldBeats, channel: 0, pitch: 60, velocity: 80 } });
    assert.equal(hearing.quietBeats(1 + longestHeldBeats + 3), 3);
  });

  it('ends a note that is struck again before it ended, and all of them in a panic or where the player leaves', () => {
    const { hearing, at, on, registration } = stage();
    at(1);
    on(60);
    at(2);
    on(60);
    on(67, 80, 3);
    at(3);
    hearing.release('keys', 3);
    at(4);
    registration.dispose();
    assert.deepEqual(hearing.notesBetween(0, 8).map(({ beat, duration, pitch }) => [beat, duration, pitch]), [[1, 1, 60], [2, 2, 60], [2, 1, 67]]);
  });

  it('keeps the beats of what it has heard when the tempo changes', () => {
    const { hearing, session, clock, at, on, off } = stage();
    at(1);
    on(60);
    at(2);
    session.follow(withTempo(session.timeline, 60, clock.now()));
    at(3);
    off(60);
    assert.deepEqual(hearing.notesBetween(0, 8).map(({ beat, duration }) => [beat, duration]), [[1, 2]]);
  });

  it('moves what it has heard with the music when the host jumps, and keeps the length of what is down', () => {
    const { hearing, session, clock, at, on, off } = stage();
    at(5);
    on(62);
    off(62);
    at(6);
    on(60);
    at(7);
    session.follow({ bpm: 120, beatOrigin: 15, timeOrigin: clock.now() });
    hearing.relocate(7, 15, 8);
    at(16);
    off(60);
    assert.deepEqual(hearing.notesBetween(0, 32).map(({ beat, duration, pitch }) => [beat, duration, pitch]), [[13, 1 / 96, 62], [14, 2, 60]]);
  });

  it('hears nothing while the transport stands, and nothing when it is told not to', () => {
    const { hearing, session, settings, clock, at, on } = stage();
    at(2);
    session.change({ type: 'stop', beat: 2, micros: clock.now() });
    on(60);
    session.change({ type: 'continue', beat: 2, micros: clock.now() });
    settings.listen = false;
    on(60);
    assert.equal(hearing.heard, 0);
  });

  it('remembers 512 beats and no more', () => {
    const { hearing, at, on, off } = stage();
    for (let beat = 0; beat < 700; beat += 1) {
      at(beat);
      on(60);
      off(60);
    }
    assert.equal(hearing.notesBetween(-Infinity, Infinity).length, 513);
  });

  it('tells what begins, what ends and what is turned, as it is', () => {
    const { clock, player, at, on, off, news } = stage();
    at(1);
    player.play({ type: 'control', channel: 0, controller: 64, value: 127, micros: clock.now() });
    on(60);
    at(2);
    off(60);
    assert.deepEqual(news, [
      { type: 'control', source: 'keys', mark: { beat: 1, channel: 0, controller: 64, value: 127 } },
      { type: 'began', source: 'keys', note: { beat: 1, channel: 0, pitch: 60, velocity: 80 } },
      { type: 'ended', source: 'keys', note: { beat: 1, duration: 1, channel: 0, pitch: 60, velocity: 80 } },
    ]);
  });

  it('never has two notes of one key at once, whatever is played', () => {
    const step = fc.record({ after: fc.double({ min: 0, max: 2, noNaN: true }), pitch: fc.integer({ min: 60, max: 62 }), down: fc.boolean() });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { hearing, at, on, off } = stage();
      let beat = 0;
      for (const { after, pitch, down } of steps) {
        beat += after;
        at(beat);
        if (down) on(pitch);
        else off(pitch);
      }
      hearing.release();
      const notes = hearing.notesBetween(-Infinity, Infinity);
      assert.equal(notes.length, hearing.heard);
      for (const a of notes) {
        for (const b of notes) {
          if (a !== b && a.pitch === b.pitch && a.beat < b.beat) assert.ok(a.beat + a.duration <= b.beat + 1 / 96 + 1e-9);
        }
      }
    }), { numRuns: 50 });
  });
});

describe('the echo of what was sent', () => {
  const ours = { beat: 4, duration: 1, channel: 0, pitch: 60, velocity: 90 };

  it('is not heard, nor is its end, and both are counted once', () => {
    const { hearing, sent, clock, at, on, off } = stage();
    sent.queued(1, [ours]);
    at(4);
    clock.advanceTo(clock.now() + 3_000);
    on(60);
    at(5);
    off(60);
    assert.deepEqual(hearing.notesBetween(0, 8), []);
    assert.equal(hearing.quietBeats(5), Infinity);
    assert.deepEqual([hearing.heard, hearing.echoes], [0, 1]);
  });

  it('is told from a player who strikes the same key later, on another channel, or once more', () => {
    const { hearing, sent, clock, at, on } = stage();
    sent.queued(1, [ours]);
    at(4);
    on(60, 80, 1);
    on(60);
    on(60);
    clock.advanceTo(clock.now() + 61_000);
    on(60);
    assert.deepEqual([hearing.heard, hearing.echoes], [3, 1]);
  });

  it('is told from a player who is there with the same key before it leaves', () => {
    const { hearing, sent, clock, at, on } = stage();
    sent.queued(1, [ours]);
    at(3.9);
    on(60);
    at(4);
    clock.advanceTo(clock.now() + 3_000);
    on(60);
    assert.deepEqual([hearing.notesBetween(0, 8).map(({ beat }) => beat), hearing.echoes], [[3.9], 1]);
  });

  it('leaves a player’s own note sounding when the echo of the same key ends', () => {
    const { hearing, sent, at, on, off } = stage();
    sent.queued(1, [ours]);
    at(4);
    on(60);
    at(4.5);
    on(60);
    at(5);
    off(60);
    at(6);
    off(60);
    assert.deepEqual(hearing.notesBetween(0, 8).map(({ beat, duration }) => [beat, duration]), [[4.5, 1.5]]);
  });

  it('comes with the tempo, with the offset of an output, and over every source', () => {
    const { hearing, sent, session, clock, at, on } = stage();
    const other = new Player('other');
    hearing.register(other);
    sent.queued(1, [ours, { ...ours, beat: 6 }]);
    at(2);
    session.follow(withTempo(session.timeline, 240, clock.now()));
    sent.follow(session.timeline);
    at(4);
    on(60);
    other.play({ type: 'noteOn', channel: 0, pitch: 60, velocity: 90, micros: clock.now() });
    sent.offset('far', 300_000);
    at(6);
    clock.advanceTo(clock.now() + 305_000);
    on(60);
    assert.deepEqual([hearing.heard, hearing.echoes], [0, 3]);
  });

  it('never comes of what was taken back before it left', () => {
    const { hearing, sent, at, on } = stage();
    sent.queued(1, [ours]);
    sent.queued(2, [{ ...ours, pitch: 62 }]);
    at(3);
    sent.flushed(1, 3.5);
    sent.silenced(2);
    at(4);
    on(60);
    on(62);
    assert.deepEqual([hearing.heard, hearing.echoes], [2, 0]);
  });

  it('still comes of what had left when the rest was taken back', () => {
    const { hearing, sent, clock, at, on } = stage();
    sent.queued(1, [ours]);
    at(4);
    sent.silenced(1);
    clock.advanceTo(clock.now() + 20_000);
    on(60);
    assert.deepEqual([hearing.heard, hearing.echoes], [0, 1]);
  });

  it('is heard where no echo is expected at all', () => {
    const { hearing, sent, settings, at, on } = stage();
    settings.echoMicros = 0;
    sent.queued(1, [ours]);
    at(4);
    on(60);
    assert.equal(hearing.heard, 1);
  });
});

