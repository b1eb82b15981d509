import type { HeardEvent, NoteListener, NoteSource } from '../../engine/contracts/note-source.js';
import { ContinuoError } from '../../engine/errors.js';
import type { Micros } from '../../engine/music/units.js';
import type { ParameterValue } from '../../engine/parameters/parameter.js';
import type { Clock } from '../../engine/time/clock.js';
import type { OscMessage } from './osc-packet.js';
import type { WordHandler } from './osc-surface.js';
import { taggedTime } from './time-tag.js';
import type { WallClock } from './wall-clock.js';

const longestBeats = 64;

/**
 * Whoever plays over OSC: `/continuo/note/on pitch velocity [channel]`, `/continuo/note/off pitch [channel]`,
 * `/continuo/note pitch velocity beats [channel]`, `/continuo/control controller value [channel]`, channels 0..15.
 * In a time-tagged bundle the tag is when it was played. Thread: main. Blocks: no. Errors: `badValue`.
 */
export class OscPlayer implements NoteSource {
  readonly name = 'osc';
  /** What the surface is to pass on: words behind its prefix. */
  readonly words: ReadonlyMap<string, WordHandler>;
  private listener: NoteListener | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly wallClock: WallClock,
    readonly latencyMicros: Micros,
  ) {
    this.words = new Map<string, WordHandler>([
      ['note/on', (message, values) => this.noteOn(message, values)],
      ['note/off', (message, values) => this.noteOff(message, values)],
      ['note', (message, values) => this.note(message, values)],
      ['control', (message, values) => this.control(message, values)],
    ]);
  }

  start(listener: NoteListener): void {
    this.listener = listener;
  }

  stop(): void {
    this.listener = undefined;
  }

  private noteOn(message: OscMessage, values: readonly ParameterValue[]): void {
    const [pitch, velocity, channel] = numbers(message, values, 2, 'pitch velocity [channel]');
    const micros = this.timeOf(message);
    this.tell(velocity > 0 ? { type: 'noteOn', pitch, velocity, channel: channelOf(message, channel), micros } : { type: 'noteOff', pitch, channel: channelOf(message, channel), micros });
  }

  private noteOff(message: OscMessage, values: readonly ParameterValue[]): void {
    const [pitch, channel] = numbers(message, values, 1, 'pitch [channel]');
    this.tell({ type: 'noteOff', pitch, channel: channelOf(message, channel), micros: this.timeOf(message) });
  }

  private note(message: OscMessage, values: readonly ParameterValue[]): void {
    const durationBeats = values[2];
    if (typeof durationBeats !== 'number' || !(durationBeats > 0 && durationBeats <= longestBeats)) {
      throw new ContinuoError('badValue', `${message.address} takes pitch velocity beats [channel]; a note is more than 0 and at most ${longestBeats} beats long.`);
    }
    const [pitch, velocity, channel] = numbers(message, [...values.slice(0, 2), ...values.slice(3)], 2, 'pitch velocity beats [channel]');
    if (velocity > 0) this.tell({ type: 'noteOn', pitch, velocity, durationBeats, channel: channelOf(message, channel), micros: this.timeOf(message) });
  }

  private control(message: OscMessage, values: readonly ParameterValue[]): void {
    const [controller, value, channel] = numbers(message, values, 2, 'controller value [channel]');
    this.tell({ type: 'control', controller, value, channel: channelOf(message, channel), micros: this.timeOf(message) });
  }

  private timeOf(message: OscMessage): Micros {
    return taggedTime(message, this.clock, this.wallClock);
  }

  private tell(event: HeardEvent): void {
    this.listener?.heard(event);
  }
}

/** Whole numbers 0..127, as many as are needed and one more at most. Patchers send floats. */
function numbers({ address }: OscMessage, values: readonly ParameterValue[], needed: number, words: string): readonly number[] {
  const whole = values.map((value) => (typeof value === 'number' ? Math.round(value) : Number.NaN));
  const isRight = whole.length >= needed && whole.length <= needed + 1 && whole.every((value) => value >= 0 && value <= 127);
  if (isRight) return whole;
  throw new ContinuoError('badValue', `${address} takes ${words}: 0 to 127, channels 0 to 15.`);
}

function channelOf({ address }: OscMessage, channel = 0): number {
  if (channel <= 15) return channel;
  throw new ContinuoError('badValue', `${address}: a channel is 0 to 15, not ${channel}.`);
}
