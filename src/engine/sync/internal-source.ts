import type { SyncListener, SyncSource, TransportChange } from '../contracts/sync-source.js';
import type { Beats, Bpm, Micros } from '../music/units.js';
import type { Clock } from '../time/clock.js';
import { beatAt, withBeatAt, withTempo, type Timeline } from '../time/timeline.js';

/**
 * A start lies this far ahead: a receiver of MIDI clock needs 1 ms between the start byte and the first pulse, and the
 * send thread must have heard of it. Nobody hears 5 ms after a key press.
 */
const startDelay: Micros = 5_000;

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

  constructor(
    private readonly clock: Clock,
    bpm: Bpm = 120,
  ) {
    this.present = { bpm, beatOrigin: 0, timeOrigin: clock.now() };
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
    this.listener = undefined;
  }

  /** From now on; the position is kept. Tempos beyond 20..999 become the nearest of them. */
  proposeTempo(bpm: Bpm): boolean {
    this.moveTo(withTempo(this.present, bpm, this.clock.now()));
    return true;
  }

  /** Plays from beat 0. */
  startPlaying(): void {
    this.heldBeat = 0;
    this.play('start');
  }

  /** Plays from where it was stopped or located to; nothing when it plays. */
  continuePlaying(): void {
    if (!this.isPlaying) this.play('continue');
  }

  /** Stops and keeps the position; nothing when it is stopped. */
  stopPlaying(): void {
    if (!this.isPlaying) return;
    const micros = this.clock.now();
    this.heldBeat = Math.max(this.heldBeat, beatAt(this.present, micros));
    this.isPlaying = false;
    this.tell('stop', this.heldBeat, micros);
  }

  /** Goes to `beat`, playing or not. */
  locate(beat: Beats): void {
    this.heldBeat = beat;
    const micros = this.clock.now();
    if (this.isPlaying) this.moveTo(withBeatAt(this.present, beat, micros));
    this.tell('locate', beat, micros);
  }

  /** Goes on exactly as another source led, silently: who hands over tells the listeners what there is to tell. */
  adopt(timeline: Timeline, playing: boolean, heldBeat: Beats): void {
    this.present = timeline;
    this.isPlaying = playing;
    this.heldBeat = heldBeat;
  }

  private play(type: 'start' | 'continue'): void {
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
