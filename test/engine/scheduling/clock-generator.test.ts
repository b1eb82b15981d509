import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ClockGenerator } from '../../../src/engine/scheduling/clock-generator.js';

const tick = 1 / 24;

/** A generator and what it sent; `play` ticks up to, and not including, a beat. */
function generator(beat = 0) {
  const sent: string[] = [];
  const beats: number[] = [];
  const made = new ClockGenerator((kind, at, data1) => {
    if (kind === 'clock') beats.push(at);
    sent.push(kind === 'clock' ? '.' : kind === 'position' ? `position ${data1}` : kind);
  }, beat);
  const play = (until: number): void => {
    while (made.nextBeat < until - 1e-9) made.tick();
  };
  /** What was sent since last asked, runs of ticks as their count. */
  const said = (): string => sent.splice(0).join(' ').replace(/\.( \.)*/g, (run) => String((run.length + 1) / 2));
  return { made, play, said, beats };
}

describe('ClockGenerator', () => {
  it('ticks 24 times a beat, also while nothing plays', () => {
    const { play, beats, said } = generator(-0.5);
    play(2);
    assert.equal(said(), '60');
    assert.ok(beats.every((beat, at) => Math.abs(beat - (at - 12) * tick) < 1e-9));
  });

  it('begins with the first tick that has not passed', () => {
    assert.equal(generator(0.01).made.nextBeat, tick);
    assert.equal(generator(-0.01).made.nextBeat, 0);
  });

  it('starts right before the downbeat when the downbeat is next', () => {
    const { made, play, said } = generator(7);
    play(7.5);
    said();
    made.start(0, -0.005, -0.2);
    assert.equal(made.nextBeat, 0);
    play(1);
    assert.equal(said(), 'start 24');
  });

  it('starts behind the last tick of a count-in', () => {
    const { made, play, said } = generator(-4);
    made.start(-4, -4, -4.2);
    play(0);
    assert.equal(said(), '96 start');
  });

  it('continues from a song position, told before', () => {
    const { made, play, said } = generator(0);
    made.start(9.25, 9.25 - 0.001, 9);
    play(10);
    assert.equal(said(), 'position 37 continue 18');
  });

  it('announces the next sixteenth where it is started between two, and ticks on until there', () => {
    const { made, play, said } = generator(0);
    made.start(4.125, 4.125, 3.9);
    play(5);
    assert.equal(said(), 'position 17 3 continue 18');
  });

  it('stops once, and only what has started', () => {
    const { made, play, said } = generator(0);
    made.stop(0);
    made.start(0, 0, -0.2);
    play(1);
    made.stop(1);
    made.stop(1);
    play(2);
    assert.equal(said(), 'start 24 stop 24');
  });

  it('gives up a start that is stopped before its downbeat', () => {
    const { made, play, said } = generator(-1);
    made.start(0, -1, -1.2);
    play(-0.5);
    made.stop(-0.5);
    play(1);
    assert.equal(said(), '48');
  });

  it('tells followers that stand where the music was located to', () => {
    const { made, said } = generator(0);
    made.locate(16, 3, 2.8);
    assert.equal(said(), 'position 64');
  });

  it('tells followers that run by stop, position and continue', () => {
    const { made, play, said } = generator(0);
    made.start(0, 0, -0.2);
    play(4);
    made.locate(8, 8, 7.8);
    play(9);
    assert.equal(said(), 'start 96 stop position 32 continue 24');
  });

  it('starts anew where followers run already', () => {
    const { made, play, said } = generator(0);
    made.start(0, 0, -0.2);
    play(4);
    made.start(0, 0, -0.2);
    play(1);
    assert.equal(said(), 'start 96 stop start 24');
  });

  it('sends every tick from the downbeat on when the thread is late by no more than two beats', () => {
    const { made, play, said } = generator(0);
    made.start(0, 1.9, 1.7);
    play(3);
    assert.equal(said(), 'start 72');
  });

  it('joins further on when the thread is far behind, before the oldest onset that may still leave', () => {
    const { made, play, said } = generator(0);
    made.start(4, 6.1, 5.9);
    play(7);
    assert.equal(said(), 'position 23 continue 30');
  });

  it('catches up ticks that are late, and waits for a clock that was a little early', () => {
    const { made, play, said } = generator(0);
    made.start(0, 0, -0.2);
    play(1);
    made.follow(2.9, 2.7, false, true);
    assert.equal(made.nextBeat, 1);
    made.follow(0.8, 0.6, false, true);
    assert.equal(made.nextBeat, 1);
    assert.equal(said(), 'start 24');
  });

  it('leaves out what is more than two beats late, and has followers join before the oldest onset that may still leave', () => {
    const { made, play, said } = generator(0);
    made.start(0, 0, -0.2);
    play(1);
    made.follow(3.9, 3.7, false, true);
    play(5);
    assert.equal(said(), 'start 24 stop position 14 continue 36');
  });

  it('tells a jump that nobody announced, while running', () => {
    const { made, play, said } = generator(0);
    made.start(0, 0, -0.2);
    play(1);
    made.follow(33.1, 32.9, true, true);
    play(34);
    assert.equal(said(), 'start 24 stop position 133 3 continue 18');
  });

  it('takes a jump silently while stopped, or when a start will explain it', () => {
    const { made, play, said } = generator(0);
    made.follow(50, 49.8, true, true);
    assert.equal(made.nextBeat, 50);
    made.start(50, 50, 49.8);
    play(51);
    said();
    made.follow(0, -0.2, true, false);
    assert.equal(made.nextBeat, 0);
    assert.equal(said(), '');
  });

  it('wraps song positions at 14 bits', () => {
    const { made, said } = generator(0);
    made.locate(4096.25, 0, -0.2);
    assert.equal(said(), 'position 1');
  });

  it('always makes the first tick after start or continue the beat it named', () => {
    const act = fc.oneof(
      fc.record({ do: fc.constantFrom('start' as const, 'locate' as const), beat: fc.double({ min: -8, max: 64, noNaN: true }), off: fc.double({ min: -0.2, max: 0.2, noNaN: true }) }),
      fc.record({ do: fc.constant('stop' as const) }),
      fc.record({ do: fc.constant('follow' as const), beat: fc.double({ min: -8, max: 64, noNaN: true }), moved: fc.boolean() }),
      fc.record({ do: fc.constant('play' as const), ticks: fc.integer({ min: 1, max: 60 }) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        let position = 0;
        let downbeat: number | undefined;
        let running = false;
        let expected: number | undefined;
        const made = new ClockGenerator((kind, beat, data1) => {
          if (kind === 'position') {
            assert.ok(!running, 'a song position is for followers that stand');
            position = data1 / 4;
          } else if (kind === 'start' || kind === 'continue') {
            assert.ok(!running);
            running = true;
            downbeat = kind === 'start' ? 0 : position;
          } else if (kind === 'stop') {
            assert.ok(running);
            running = false;
          } else if (kind === 'clock') {
            if (downbeat !== undefined && running) assert.ok(Math.abs(beat - downbeat) < 1e-9, `${beat} is not ${downbeat}`);
            else if (running) assert.ok(Math.abs(beat - (expected ?? beat)) < 1e-9);
            downbeat = undefined;
            expected = beat + tick;
          }
        }, 0);
        for (const step of acts) {
          if (step.do === 'start') made.start(step.beat, step.beat + step.off, step.beat + step.off - 0.2);
          else if (step.do === 'locate') made.locate(step.beat, step.beat + step.off, step.beat + step.off - 0.2);
          else if (step.do === 'stop') made.stop(0);
          else if (step.do === 'follow') made.follow(step.beat, step.beat - 0.2, step.moved, true);
          else if (step.do === 'play') for (let count = 0; count < step.ticks; count += 1) made.tick();
        }
      }),
    );
  });
});
