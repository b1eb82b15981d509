/**
 * A score at the level of file events: integer ticks, tracks kept apart, event order kept. Tokenizers that must agree
 * with a reference to the bit read and write this; the rest of the engine uses `Score` (beats).
 */
export interface TickScore {
  /** Ticks per quarter note, >= 1. */
  readonly ticksPerBeat: number;
  readonly tracks: readonly (readonly TickEvent[])[];
}

export type TickEvent =
  | TickNote
  | { readonly type: 'program'; readonly tick: number; readonly channel: number; readonly program: number }
  | {
      readonly type: 'control';
      readonly tick: number;
      readonly channel: number;
      readonly controller: number;
      readonly value: number;
    }
  | { readonly type: 'tempo'; readonly tick: number; readonly microsPerBeat: number }
  | {
      readonly type: 'meter';
      readonly tick: number;
      readonly numerator: number;
      /** log2 of the denominator. */
      readonly denominatorPower: number;
      readonly clocksPerClick: number;
      readonly thirtySecondsPerBeat: number;
    }
  | { readonly type: 'key'; readonly tick: number; readonly sharps: number; readonly minor: boolean };

export interface TickNote {
  readonly type: 'note';
  readonly tick: number;
  /** Length in ticks, >= 0 as read from the file. */
  readonly duration: number;
  readonly channel: number;
  readonly pitch: number;
  readonly velocity: number;
  /** Place of its beginning among the notes of its track; where it is absent, notes that begin together stand in order. */
  readonly order?: number;
}

/** All events of one type, track after track: made for the rare ones, as notes may be too many to hold at once. */
export function eventsOfType<Type extends TickEvent['type']>({ tracks }: Pick<TickScore, 'tracks'>, type: Type): Extract<TickEvent, { type: Type }>[] {
  const found: Extract<TickEvent, { type: Type }>[] = [];
  for (const track of tracks) {
    for (const event of track) if (isOfType(event, type)) found.push(event);
  }
  return found;
}

function isOfType<Type extends TickEvent['type']>(event: TickEvent, type: Type): event is Extract<TickEvent, { type: Type }> {
  return event.type === type;
}
