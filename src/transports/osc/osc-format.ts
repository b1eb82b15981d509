import type { Message } from 'node-osc';
import type { WireEvent } from '../../engine/contracts/output.js';

/** Says one event in the words of a destination; `undefined` where it has none. Pure. */
export type OscFormat = (event: WireEvent) => Message | undefined;

/** A float argument: a bare whole number would travel as an integer. */
export function float(value: number): { type: 'f'; value: number } {
  return { type: 'f', value };
}

/** An integer argument; what does not fit 32 bits wraps around instead of raising. */
export function integer(value: number): { type: 'i'; value: number } {
  return { type: 'i', value: Math.trunc(value) | 0 };
}

/** Seconds that `beats` last at the event's tempo. */
export function secondsOf(event: WireEvent, beats: number): number {
  return (beats * event.microsPerBeat) / 1_000_000;
}
