import type { SyncListener, SyncSource } from '../../engine/contracts/sync-source.js';
import type { Disposable } from '../../engine/disposable.js';
import type { Beats, Micros } from '../../engine/music/units.js';
import { systemAlarm, type Alarm } from '../../engine/sync/alarm.js';
import type { Clock } from '../../engine/time/clock.js';
import { PulseFollower, type PulseNews } from '../../engine/time/pulse-follower.js';
import { beatAt, microsPerBeat, type Timeline } from '../../engine/time/timeline.js';

/** A host that sends no pulse for so long is gone. */
export const quietMicros: Micros = 2_000_000;
/** How long pulses may still wait behind an alarm that was late itself. */
const graceMicros: Micros = 250_000;
/** A tempo is first told after a sixteenth note of pulses: two pulses alone may be 5 % off. A host that starts is told at once. */
const settlingPulses = 6;
const pulsesPerBeat = 24;
/** A silence longer than this in the middle of a song is a gap, if the clock had been steady for as long before. */
const gapBeats: Beats = 2;
/** A pulse that follows in less than this share of an interval is one of a rush: its host catches up. */
const rushedShare = 0.5;

/**
 * The host's MIDI clock as a leader: pulses, start, continue, stop and song position.
 * A host whose clock runs while it is stopped gives the tempo; one that only sends it while it plays gives it from the
 * first pulses on. A host that falls silent in the middle of a song and comes back, by a bad cable say, is taken to have
 * played on: the beats are counted through the gap, and counted only once where the host had stood still and then sends the pulses of the gap
 * in a rush. Other messages on the same port are none of its business.
 * Thread: main. Blocks: no.
 */
export class MidiClockSource implements SyncSource {
  readonly name = 'midi-clock';
  #listener: SyncListener | undefined;
  #follower = new PulseFollower();
  /** Since the source was started, or the clock was lost. */
  #pulses = 0;
  /** Since the last start, continue, jump or gap. */
  #steadyPulses = 0;
  #lastStamp: Micros = -Infinity;
  #told: Timeline | undefined;
  /** What the follower's count lacks for pulses that never came. */
  #missedBeats: Beats = 0;
  /** The latest gap, until a beat of pulses has come in their places: what was told before it, with so much missed; pulses in place. */
  #gap: { readonly told: Timeline; readonly missedBeats: Beats; inPlace: number } | undefined;
  #lastArrival: Micros = 0;
  #watch: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly alarm: Alarm = systemAlarm,
  ) {}

  start(listener: SyncListener): void {
    this.stop();
    this.#listener = listener;
  }

  stop(): void {
    this.#watch?.dispose();
    this.#watch = undefined;
    this.#listener = undefined;
    this.#follower = new PulseFollower();
    this.#pulses = 0;
    this.#steadyPulses = 0;
    this.#lastStamp = -Infinity;
    this.#told = undefined;
    this.#missedBeats = 0;
    this.#gap = undefined;
  }

  proposeTempo(): boolean {
    return false;
  }

  /**
   * Takes one message from the port.
   * @param stamp when it reached the driver, in order from message to message
   */
  receive(bytes: Uint8Array, stamp: Micros): void {
    if (!this.#listener) return;
    switch (bytes[0]) {
      case 0xf8:
        this.#pulse(stamp);
        break;
      case 0xfa:
        this.#missedBeats = 0;
        this.#tell(this.#follower.start());
        break;
      case 0xfb:
        this.#tell(this.#follower.continue());
        break;
      case 0xfc:
        this.#tell(this.#follower.stop(stamp));
        break;
      case 0xf2:
        if (bytes.length < 3) return;
        this.#missedBeats = 0;
        this.#gap = undefined;
        this.#tellSettled(this.#follower.songPosition(bytes[1] | (bytes[2] << 7), stamp));
        break;
    }
  }

  #pulse(stamp: Micros): void {
    this.#lastArrival = this.clock.now();
    this.#watch ??= this.#watchFor(quietMicros);
    this.#pulses += 1;
    const news = this.#follower.pulse(stamp);
    if (news.transport) {
      this.#steadyPulses = 0;
      this.#gap = undefined;
    } else if (news.timeline && this.#follower.playing) {
      this.#countThroughGap(news.timeline, stamp);
    }
    this.#steadyPulses += 1;
    this.#lastStamp = stamp;
    this.#tellSettled(news);
  }

  /**
   * The follower takes a long silence for a clock that stood still; in the middle of a song it is one that was not heard. How much was
   * missed is asked with every pulse, by the time, until they come in their places: those of a host that catches up were not.
   */
  #countThroughGap(timeline: Timeline, stamp: Micros): void {
    if (!this.#told) return;
    const sincePulse = stamp - this.#lastStamp;
    const beatMicros = microsPerBeat(this.#told);
    if (sincePulse > gapBeats * beatMicros) {
      if (this.#steadyPulses >= gapBeats * pulsesPerBeat) this.#gap = { told: this.#told, missedBeats: this.#missedBeats, inPlace: 0 };
      this.#steadyPulses = 0;
    }
    const gap = this.#gap;
    if (!gap) return;
    const missed = beatAt(gap.told, stamp) - beatAt(timeline, stamp) - gap.missedBeats;
    this.#missedBeats = gap.missedBeats + Math.max(0, Math.round(missed * pulsesPerBeat) / pulsesPerBeat);
    gap.inPlace = sincePulse < (rushedShare * beatMicros) / pulsesPerBeat ? 0 : gap.inPlace + 1;
    if (gap.inPlace >= pulsesPerBeat) this.#gap = undefined;
  }

  #tellSettled({ timeline, transport }: PulseNews): void {
    const isSettled = this.#pulses >= settlingPulses || this.#follower.playing;
    this.#tell({ timeline: isSettled ? timeline : undefined, transport });
  }

  #tell({ timeline, transport }: PulseNews): void {
    if (timeline) {
      this.#told = { ...timeline, beatOrigin: timeline.beatOrigin + this.#missedBeats };
      this.#listener?.timeline(this.#told);
    }
    if (transport) this.#listener?.transport({ ...transport, beat: transport.beat + this.#missedBeats });
  }

  #watchFor(delay: Micros): Disposable {
    const due = this.clock.now() + delay;
    return this.alarm(delay, () => {
      const now = this.clock.now();
      const remaining = this.#lastArrival + quietMicros - now;
      if (remaining > 0) this.#watch = this.#watchFor(remaining);
      // An event loop that was blocked runs its timers before it reads the pulses that came meanwhile.
      else if (now - due > graceMicros) this.#watch = this.#watchFor(graceMicros);
      else this.#lose();
    });
  }

  #lose(): void {
    this.#watch = undefined;
    this.#pulses = 0;
    this.#listener?.lost();
  }
}
