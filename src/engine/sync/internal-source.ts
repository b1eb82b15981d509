import type { SyncListener, SyncSource, TransportChange } from '../contracts/sync-source.js';
import type { Beats, Bpm, Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';
import { closestPhaseMatch } from '../time/phase.js';
import { beatAt, microsPerBeat, withBeatAt, withTempo, type Timeline } from '../time/timeline.js';
import { systemAlarm, type Alarm } from './alarm.js';
import { PhaseBend } from './phase-bend.js';

/**
 * A start lies this far ahead: a receiver of MIDI clock needs 1 ms between the start byte and the first pulse, and the
 * send thread must have heard of it. Nobody hears 5 ms after a key press.
 */
const startDelay: Micros = 5_000;
/** By how much of the tempo a nudge may be off: 20 ms take 0.4 s. */
const nudgeShare = 0.05;
/** A tapped beat is reached within about two beats; half a beat off, the farthest there is, takes four. */
const tapGlideBeats: Beats = 2;
const leastTapShare = 0.02;
const mostTapShare = 0.125;

/**
 * The engine's own tempo and transport: leads when nobody else does.
 * Thread: main. Blocks: no.
 */
export class InternalSource implements SyncSource {
  readonly name = 'internal';
  private present: Timeline;
  private listener: SyncListener | undefined;
  private isPlaying = false;
  private heldBeat: Beats = 0;
  private readonly bend: PhaseBend;

  constructor(
    private readonly clock: Clock,
    bpm: Bpm = 120,
    alarm: Alarm = systemAlarm,
  ) {
    this.present = { bpm, beatOrigin: 0, timeOrigin: clock.now() };
    this.bend = new PhaseBend(clock, alarm, (bent) => this.moveTo(withTempo(this.present, bent, clock.now())));
  }

  get timeline(): Timeline {
    return this.present;
  }

  get playing(): boolean {
    return this.isPlaying;
  }

  start(listener: SyncListener): void {
    this.listener = listener;
    listener.timeline(this.present);
  }

  stop(): void {
    this.bend.cancel();
    this.listener = undefined;
  }

  /** From now on; the position is kept. Tempos beyond 20..999 become the nearest of them. */
  proposeTempo(bpm: Bpm): boolean {
    this.bend.cancel();
    this.moveTo(withTempo(this.present, bpm, this.clock.now()));
    return true;
  }

  /**
   * Brings the beat forward by `shift`, or back where it is negative, by playing faster or slower for a while; nudges add up.
   */
  nudge(shift: Micros): void {
    this.bend.begin(this.homeBpm, this.bend.remaining + shift, nudgeShare);
  }

  /**
   * A beat was tapped at `micros`: takes the tempo, and brings the nearest beat there. While it plays it glides there, so
   * that no note is repeated or skipped.
   */
  tapped(bpm: Bpm, micros: Micros): void {
    const tapped = beatAt(this.present, micros);
    const distance = closestPhaseMatch(tapped, 0, 1) - tapped;
    this.proposeTempo(bpm);
    if (!this.isPlaying) {
      this.moveTo(withBeatAt(this.present, tapped + distance, micros));
      return;
    }
    const share = Math.min(mostTapShare, Math.max(leastTapShare, Math.abs(distance) / tapGlideBeats));
    this.bend.begin(this.present.bpm, distance * microsPerBeat(this.present), share);
  }

  /** Plays from beat 0. */
  startPlaying(): void {
    this.heldBeat = 0;
    this.play('start');
  }

  /** Plays from where it was stopped; nothing when it plays. */
  continuePlaying(): void {
    if (!this.isPlaying) this.play('continue');
  }

  /** Stops and keeps the position; nothing when it is stopped. */
  stopPlaying(): void {
    if (!this.isPlaying) return;
    this.straighten();
    const micros = this.clock.now();
    this.heldBeat = Math.max(this.heldBeat, beatAt(this.present, micros));
    this.isPlaying = false;
    this.tell('stop', this.heldBeat, micros);
  }

  /** Goes on exactly as another source led, silently: who hands over tells the listeners what there is to tell. */
  adopt(timeline: Timeline, playing: boolean, heldBeat: Beats): void {
    this.bend.cancel();
    this.present = timeline;
    this.isPlaying = playing;
    this.heldBeat = heldBeat;
  }

  private get homeBpm(): Bpm {
    return this.bend.active ? this.bend.homeBpm : this.present.bpm;
  }

  private straighten(): void {
    if (this.bend.active) this.proposeTempo(this.homeBpm);
  }

  private play(type: 'start' | 'continue'): void {
    this.straighten();
    const micros = this.clock.now() + startDelay;
    this.isPlaying = true;
    this.moveTo(withBeatAt(this.present, this.heldBeat, micros));
    this.tell(type, this.heldBeat, micros);
  }

  private moveTo(timeline: Timeline): void {
    this.present = timeline;
    this.listener?.timeline(timeline);
  }

  private tell(type: TransportChange['type'], beat: Beats, micros: Micros): void {
    this.listener?.transport({ type, beat, micros });
  }
}
