import type { DecodedEvent, IncrementalDecoder } from '../../../engine/contracts/tokenizer.js';
import type { TickEvent, TickScore } from '../../../engine/music/tick-score.js';
import type { Beats } from '../../../engine/music/units.js';
import type { SymbolReader } from './symbol-reader.js';
import type { TokenTable } from './token-table.js';

export const decodedTicksPerBeat = 480;

/** Gives out all events that a token makes certain: a merged token may hold several notes, or part of one. */
export class TokenDecoder implements IncrementalDecoder {
  constructor(
    private readonly table: TokenTable,
    private readonly reader: SymbolReader,
    private readonly originBeat: Beats,
  ) {}

  get frontierBeat(): Beats {
    return this.originBeat + this.reader.frontierBeat;
  }

  get toldUntilBeat(): Beats | undefined {
    const { toldUntilBeat } = this.reader;
    return toldUntilBeat === undefined ? undefined : this.originBeat + toldUntilBeat;
  }

  push(token: number): readonly DecodedEvent[] {
    const events: DecodedEvent[] = [];
    readToken(token, this.table, this.reader, events);
    return events.sort((a, b) => beatOf(a) - beatOf(b)).map((event) => moved(event, this.originBeat));
  }

  clone(): TokenDecoder {
    return new TokenDecoder(this.table, this.reader.clone(), this.originBeat);
  }
}

/**
 * What streaming gives out, as a track of tempos, meters and keys, then one for each program in order of appearance:
 * programs that share a channel, because there are more than fifteen, stay apart.
 */
export function decodeTokens(tokens: ArrayLike<number>, table: TokenTable, reader: SymbolReader): TickScore {
  const events: DecodedEvent[] = [];
  for (let at = 0; at < tokens.length; at += 1) readToken(tokens[at], table, reader, events);
  const frame: TickEvent[] = [];
  const tracks = new Map<number, TickEvent[]>();
  const programs = new Int16Array(16);
  for (const event of events) {
    const written = toTickEvent(event);
    if (!('channel' in written)) {
      frame.push(written);
      continue;
    }
    if (written.type === 'program') programs[written.channel] = written.program;
    const key = programs[written.channel] * 16 + written.channel;
    const track = tracks.get(key);
    if (track === undefined) tracks.set(key, [written]);
    else track.push(written);
  }
  return {
    ticksPerBeat: decodedTicksPerBeat,
    tracks: [frame, ...tracks.values()].map((track) => track.sort((a, b) => a.tick - b.tick)),
  };
}

function readToken(token: number, table: TokenTable, reader: SymbolReader, events: DecodedEvent[]): void {
  if (!(Number.isInteger(token) && token >= 0 && token < table.size)) return;
  const { kinds, values } = table.symbols;
  for (const symbol of table.spelling(token)) reader.read(kinds[symbol], values[symbol], events);
}

function beatOf(event: DecodedEvent): Beats {
  return event.type === 'note' ? event.note.beat : event.mark.beat;
}

function moved(event: DecodedEvent, by: Beats): DecodedEvent {
  if (event.type === 'note') return { type: 'note', note: { ...event.note, beat: event.note.beat + by } };
  return { type: event.type, mark: { ...event.mark, beat: event.mark.beat + by } } as DecodedEvent;
}

function toTickEvent(event: DecodedEvent): TickEvent {
  const tick = Math.round(beatOf(event) * decodedTicksPerBeat);
  switch (event.type) {
    case 'note': {
      const { channel, pitch, velocity, duration } = event.note;
      return { type: 'note', tick, duration: Math.round(duration * decodedTicksPerBeat), channel, pitch, velocity };
    }
    case 'program':
      return { type: 'program', tick, channel: event.mark.channel, program: event.mark.program };
    case 'control': {
      const { channel, controller, value } = event.mark;
      return { type: 'control', tick, channel, controller, value };
    }
    case 'tempo':
      return { type: 'tempo', tick, microsPerBeat: Math.round(60e6 / event.mark.bpm) };
    case 'meter': {
      const denominatorPower = Math.round(Math.log2(event.mark.denominator));
      const { numerator } = event.mark;
      return { type: 'meter', tick, numerator, denominatorPower, clocksPerClick: 24, thirtySecondsPerBeat: 8 };
    }
    case 'key':
      return { type: 'key', tick, sharps: event.mark.sharps, minor: event.mark.minor };
  }
}
