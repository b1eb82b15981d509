import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Micros } from '../../../src/engine/music/units.js';
import { disposable } from '../../../src/engine/disposable.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt, type Timeline } from '../../../src/engine/time/timeline.js';
import { tidyTempo, type LinkState } from '../../../src/transports/link/helper-message.js';
import type { LinkSession, SessionListener } from '../../../src/transports/link/link-session.js';
import { LinkSyncSource } from '../../../src/transports/link/link-sync-source.js';

const hour: Micros = 3_600_000_000;
/** As often as the helper speaks. */
const turn: Micros = 250_000;

/** A session that says four times a second where it is, as Link counts: in whole microseconds a beat. */
class FakeSession {
  readonly startStop = true;
  readonly quantum = 4;
  state: LinkState | undefined;
  private listener: SessionListener = {};
  private readonly microsPerBeat: number;

  constructor(bpm: number) {
    this.microsPerBeat = Math.round(60_000_000 / bpm);
  }

  onChange(listener: SessionListener) {
    this.listener = listener;
    return disposable(() => (this.listener = {}));
  }

  beatAt(micros: Micros): number {
    return micros / this.microsPerBeat;
  }

  speak(micros: Micros): void {
    const bpm = tidyTempo(60_000_000 / this.microsPerBeat);
    this.listener.state?.({ type: 'state', micros, bpm, beat: Math.round(this.beatAt(micros) * 1e6) / 1e6, quantum: 4, peers: 1, enabled: true, playing: false, changedMicros: 0 });
  }
}

describe('an hour led by Link', () => {
  for (const bpm of [113, 97.5, 174.3]) {
    it(`at ${bpm} BPM is never 50 µs beside the session, though the tempo is told in whole hundredths and Link counts in microseconds`, () => {
      const clock = new VirtualClock(0);
      const session = new FakeSession(bpm);
      const source = new LinkSyncSource(session as unknown as LinkSession, clock);
      let told: Timeline | undefined;
      let tellings = 0;
      source.start({
        timeline: (timeline) => {
          told = timeline;
          tellings += 1;
        },
        transport: () => undefined,
        lost: () => assert.fail('the session was not lost'),
      });
      let most = 0;
      for (let micros = 0; micros < hour; micros += turn) {
        clock.advanceTo(micros);
        session.speak(micros);
        const just = micros + turn - 1;
        const aside = (beatAt(told as unknown as Timeline, just) - session.beatAt(just)) * (60_000_000 / bpm);
        most = Math.max(most, Math.abs(aside));
      }
      assert.ok(most < 50, `${most} µs`);
      assert.ok(tellings < hour / 1e6, `told ${tellings} times`);
    });
  }
});
