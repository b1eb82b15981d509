import type { EngineEvent } from '../../engine/events.js';
import type { Beats, Bpm, Micros } from '../../engine/music/units.js';
import type { PackSummary } from '../../engine/packs/pack.js';
import type { Parameter, ParameterValue } from '../../engine/parameters/parameter.js';
import type { MessageId } from './client-message.js';

/** One instant on the engine's clock and on the wall clock, read together. */
export interface ClockPair {
  readonly engineMicros: Micros;
  /** Milliseconds since 1970. */
  readonly wallMilliseconds: number;
}

/** An entry of the table at its address; `value` is there for values. */
export type ParameterListing = Parameter & { readonly address: string; readonly value?: ParameterValue };

interface NoteEvent {
  /** The same in `note` and `noteOff`. */
  readonly id: number;
  readonly deck: number;
  /** 0..15 */
  readonly channel: number;
  readonly pitch: number;
  readonly beat: Beats;
  /** When it is due, on the engine's clock. */
  readonly timeMicros: Micros;
}

/** What comes out of the send thread. */
export type WireMessage =
  | ({ readonly type: 'note'; readonly velocity: number; readonly durationBeats: Beats; readonly durationSeconds: number } & NoteEvent)
  | ({ readonly type: 'noteOff' } & NoteEvent)
  | { readonly type: 'control'; readonly deck: number; readonly channel: number; readonly controller: number; readonly value: number; readonly beat: Beats; readonly timeMicros: Micros }
  | { readonly type: 'program'; readonly deck: number; readonly channel: number; readonly program: number; readonly beat: Beats; readonly timeMicros: Micros }
  | { readonly type: 'clock'; readonly beat: Beats; readonly bpm: Bpm; readonly timeMicros: Micros }
  | { readonly type: 'start' | 'continue' | 'stop' | 'position'; readonly beat: Beats; readonly timeMicros: Micros };

/** Everything a client may be told. */
export type ServerMessage =
  | WireMessage
  | ({
      readonly type: 'hello';
      readonly protocol: number;
      /** Of Continuo. */
      readonly version: string;
      readonly decks: readonly number[];
      readonly packs: readonly PackSummary[];
      readonly parameters: readonly ParameterListing[];
    } & ClockPair)
  | { readonly type: 'value'; readonly id?: MessageId; readonly address: string; readonly value: ParameterValue }
  | { readonly type: 'values'; readonly id?: MessageId; readonly values: Readonly<Record<string, ParameterValue>> }
  | {
      readonly type: 'capabilities';
      readonly id?: MessageId;
      readonly protocol: number;
      readonly version: string;
      readonly parameters: readonly ParameterListing[];
    }
  | { readonly type: 'reply'; readonly id?: MessageId; readonly address: string; readonly values: readonly ParameterValue[] }
  | { readonly type: 'done'; readonly id: MessageId }
  | { readonly type: 'event'; readonly event: EngineEvent }
  | ({ readonly type: 'pong'; readonly id?: MessageId } & ClockPair)
  | { readonly type: 'probe'; readonly probe: number }
  | { readonly type: 'error'; readonly id?: MessageId; readonly code: number; readonly text: string }
  | { readonly type: 'dropped'; readonly messages: number };

/** What a client may listen to: an address, the type of an event, or of a message that comes by itself. */
export function subjectOf(message: ServerMessage): string {
  if (message.type === 'value') return message.address;
  return message.type === 'event' ? message.event.type : message.type;
}
