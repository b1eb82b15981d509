import type { TickEvent } from '../music/tick-score.js';
import type { EventColumns } from './event-columns.js';

/**
 * Columns that read as an array of events. An event is made when it is asked for, and a new one each time, so that to go
 * through a track (`for … of`, which is as fast as over an array) never holds all of it in objects.
 */
export function columnTrack(columns: EventColumns): readonly TickEvent[] {
  return new Proxy<readonly TickEvent[]>([], {
    get(target, property) {
      if (property === 'length') return columns.length;
      if (property === Symbol.iterator) return () => columns[Symbol.iterator]();
      return eventAt(columns, property) ?? (Reflect.get(target, property) as unknown);
    },
    has: (target, property) => indexOf(columns, property) >= 0 || Reflect.has(target, property),
    ownKeys: () => [...Array.from({ length: columns.length }, (_, index) => String(index)), 'length'],
    getOwnPropertyDescriptor(_target, property) {
      if (property === 'length') return { value: columns.length, writable: true, enumerable: false, configurable: false };
      const value = eventAt(columns, property);
      return value === undefined ? undefined : { value, writable: false, enumerable: true, configurable: true };
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}

function eventAt(columns: EventColumns, property: string | symbol): TickEvent | undefined {
  const index = indexOf(columns, property);
  return index < 0 ? undefined : columns.at(index);
}

/** -1 for what names no event. */
function indexOf({ length }: EventColumns, property: string | symbol): number {
  if (typeof property === 'symbol') return -1;
  const index = Number(property);
  return Number.isInteger(index) && index >= 0 && index < length && String(index) === property ? index : -1;
}
