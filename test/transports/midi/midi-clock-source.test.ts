import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { beatAt } from '../../../src/engine/time/timeline.js';
import { quietMicros } from '../../../src/transports/midi/midi-clock-source.js';
import { RecordingListener, syncSourceContract } from '../../engine/contracts/sync-source-contract.js';
import { FakeMidiHost, locate, pulse, pulseInterval, resume, start, stop } from './support/fake-midi-host.js';

syncSourceContract('MidiClockSource', async () => new FakeMidiHost(), { canBeLed: false });

function follow(host = new FakeMidiHost()) {
  const listener = new RecordingListener();
  return { host: host.heardBy(listener), listener };
}

/** A triangle wave of ±1 ms with no period in common with the pulses. */
function wobble(): () => number {
  let count = 0;
  return () => (Math.abs(((count++ * 37) % 100) - 50) - 25) * 40;
}

describe('MidiClockSource', () => {
  it('gives the tempo of a clock that runs while the host is stopped', () => {
    const { host, listener } = follow();
    host.pulses(49, pulseInterval(140));
    assert.ok(Math.abs(listener.latest.bpm - 140) < 0.1);
    assert.deepEqual(listener.changes, []);
  });

  it('tells no tempo before a sixteenth note of pulses has come', () => {
    const { host, listener } = follow();
    host.pulses(5, pulseInterval(140));
    assert.deepEqual(listener.order, []);
    host.pulses(1, 0);
    assert.deepEqual(listener.order, ['timeline']);
  });

  it('puts the downbeat on the first pulse after start, not on the start itself', async () => {
    const { host, listener } = follow();
    host.pulses(24, pulseInterval(120));
    host.time.advance(9_000);
    host.send(start);
    assert.equal(listener.changes.length, 0);
    host.time.advance(30_000);
    host.send(pulse);
    const [change] = listener.changes;
    assert.deepEqual([change.type, change.beat], ['start', 0]);
    assert.ok(Math.abs(change.micros - host.time.clock.now()) < 1);
    assert.ok(Math.abs(beatAt(listener.latest, host.time.clock.now())) < 1e-6);
  });

  it('keeps the tempo it knows when the host starts out of phase with its own clock', () => {
    const { host, listener } = follow();
    host.pulses(96, pulseInterval(97));
    host.time.advance(3_000);
    host.send(start);
    host.time.advance(500);
    host.send(pulse);
    assert.ok(Math.abs(listener.latest.bpm - 97) < 0.1);
  });

  it('continues from the pulse after the one it was stopped at', async () => {
    const { host, listener } = follow();
    await host.play(120, 2);
    await host.halt();
    host.pulses(30, pulseInterval(120));
    host.send(resume);
    host.time.advance(pulseInterval(120));
    host.send(pulse);
    const change = listener.changes.at(-1);
    assert.equal(change?.type, 'continue');
    assert.ok(Math.abs(change.beat - (2 + 1 / 24)) < 1e-9, `${change.beat}`);
  });

  it('continues from the song position that was sent, in sixteenths', () => {
    const { host, listener } = follow();
    host.send(locate(16 * 10 + 2), resume);
    host.time.advance(1_000);
    host.pulses(24, pulseInterval(120));
    assert.deepEqual(
      listener.changes.map(({ type, beat }) => [type, beat]),
      [['locate', 40.5], ['continue', 40.5]],
    );
    assert.ok(Math.abs(beatAt(listener.latest, host.time.clock.now()) - (40.5 + 23 / 24)) < 1e-3);
  });

  it('is where a host was located to that is stopped, and runs on from there', () => {
    const { host, listener } = follow();
    host.pulses(24 * 8, pulseInterval(120));
    const before = listener.order.length;
    host.send(locate(16 * 10 + 2));
    assert.deepEqual(listener.order.slice(before), ['timeline', 'locate']);
    assert.ok(Math.abs(beatAt(listener.latest, host.time.clock.now()) - 40.5) < 1e-6);
    host.pulses(24, pulseInterval(120));
    assert.ok(Math.abs(beatAt(listener.latest, host.time.clock.now()) - 41.5) < 0.05);
  });

  it('reads all fourteen bits of a song position', () => {
    const { host, listener } = follow();
    host.send(locate(0x3fff));
    assert.equal(listener.changes[0].beat, 0x3fff / 4);
  });

  it('survives a loop in the host that stops, locates and starts again in one breath', async () => {
    const { host, listener } = follow();
    await host.play(128, 4);
    host.time.advance(pulseInterval(128));
    host.send(stop, locate(32), resume);
    host.pulses(25, pulseInterval(128));
    assert.deepEqual(
      listener.changes.slice(1).map(({ type, beat }) => [type, Math.round(beat * 24) / 24]),
      [['stop', 4 + 1 / 24], ['locate', 8], ['continue', 8]],
    );
    assert.ok(Math.abs(beatAt(listener.latest, host.time.clock.now()) - 9) < 1e-3);
    assert.ok(Math.abs(listener.latest.bpm - 128) < 0.1);
  });

  it('passes on a stop from a host that it never heard start', () => {
    const { host, listener } = follow();
    host.pulses(24, pulseInterval(120));
    host.send(stop);
    assert.equal(listener.changes[0].type, 'stop');
  });

  it('is lost after two seconds without a pulse, once', () => {
    const { host, listener } = follow();
    host.pulses(24, pulseInterval(120));
    host.time.advance(quietMicros - 1);
    assert.equal(listener.losses, 0);
    host.time.advance(2);
    assert.equal(listener.losses, 1);
    host.time.advance(60_000_000);
    assert.equal(listener.losses, 1);
    assert.equal(host.time.pendingAlarms, 0);
  });

  it('is not lost to an event loop that was blocked while pulses came', () => {
    const { host, listener } = follow();
    host.pulses(24, pulseInterval(120));
    host.time.block(3_000_000);
    host.pulses(24, 0);
    host.time.advance(quietMicros - 1);
    assert.equal(listener.losses, 0);
  });

  it('keeps no alarm after it was stopped', () => {
    const { host } = follow();
    host.pulses(24, pulseInterval(120));
    host.source.stop();
    assert.equal(host.time.pendingAlarms, 0);
  });

  it('counts the beats through a gap in the middle of a song', async () => {
    for (const gapBeats of [2.5, 5, 12]) {
      const { host, listener } = follow();
      await host.play(120, 8);
      host.time.advance(gapBeats * 500_000);
      host.send(pulse);
      const position = await host.playOn(120, 4);
      assert.ok(Math.abs(beatAt(listener.latest, position.micros) - (12 + gapBeats)) < 0.01, `${gapBeats} beats`);
      await host.halt();
      assert.ok(Math.abs(listener.changes.at(-1)!.beat - (12 + gapBeats)) < 0.1);
      await host.play(120, 2);
      assert.equal(listener.changes.at(-1)?.beat, 0);
      assert.ok(Math.abs(beatAt(listener.latest, host.time.clock.now()) - 2) < 1e-3);
    }
  });

  it('counts no pulse twice of a host that stood still in the middle of a song and then catches up', async () => {
    const interval = pulseInterval(120);
    for (const stallBeats of [2.5, 5, 12]) {
      for (const drain of [0, 500, 1_500]) {
        const { host, listener } = follow();
        const { micros: from } = await host.play(120, 8);
        host.time.advance(stallBeats * 500_000);
        let sent = 0;
        const due = (): number => from + (sent + 1) * interval;
        for (; due() <= host.time.clock.now(); sent += 1) {
          host.send(pulse);
          host.time.advance(drain);
          assert.ok(Math.abs(beatAt(listener.latest, host.time.clock.now()) - (8 + (host.time.clock.now() - from) / 500_000)) < 0.2, `in the rush after ${stallBeats} beats`);
        }
        for (const until = sent + 48; sent < until; sent += 1) {
          host.time.advance(due() - host.time.clock.now());
          host.send(pulse);
        }
        assert.ok(Math.abs(beatAt(listener.latest, host.time.clock.now()) - (8 + sent / 24)) < 0.01, `${beatAt(listener.latest, host.time.clock.now())}, not ${8 + sent / 24}, after ${stallBeats} beats`);
        await host.halt();
      }
    }
  });

  it('measures the tempo to a tenth of a BPM within two beats through ±1 ms of jitter', async () => {
    for (const bpm of [60, 90, 120, 174]) {
      const { host, listener } = follow(new FakeMidiHost(wobble()));
      await host.play(bpm, 8);
      assert.ok(Math.abs(listener.latest.bpm - bpm) < 0.1 * Math.max(1, bpm / 120), `${listener.latest.bpm} for ${bpm}`);
    }
  });

  it('has nothing to say about other messages', () => {
    const { host, listener } = follow();
    host.send([0x90, 60, 100], [0xb0, 123, 0], [0xf1, 0x20], [0xf3, 1], [0xf6], [0xfe], [0xff], [0xf2], [0xf2, 5], []);
    assert.deepEqual(listener.order, []);
  });

  it('never throws and never tells nonsense, whatever the bytes', () => {
    const message = fc.oneof(
      fc.constantFrom(pulse, start, resume, stop),
      fc.integer({ min: 0, max: 0x3fff }).map((sixteenths) => locate(sixteenths)),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 4 }),
    );
    const steps = fc.array(fc.record({ message, wait: fc.integer({ min: 0, max: 3_000_000 }) }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (script) => {
        const { host, listener } = follow();
        for (const step of script) {
          host.time.advance(step.wait);
          host.send(step.message);
        }
        return (
          listener.timelines.every(({ bpm, beatOrigin, timeOrigin }) => bpm >= 20 && bpm <= 999 && Number.isFinite(beatOrigin) && Number.isFinite(timeOrigin)) &&
          listener.changes.every(({ beat, micros }) => beat >= 0 && Number.isFinite(beat) && micros <= host.time.clock.now() + 1_000_000)
        );
      }),
    );
  });
});
