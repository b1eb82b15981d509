import type { InferenceReport } from './check-inference.js';

/** One thing that was looked at, and what is so. */
export interface Finding {
  readonly topic: 'node' | 'inference' | 'wires' | 'packs' | 'plugins' | 'configuration';
  /** `ready`: it works. `off`: it is not there, and the engine plays without it. `fault`: it should work and does not. */
  readonly state: 'ready' | 'off' | 'fault';
  /** What was found, and what to do about it where there is something to do. */
  readonly sentence: string;
}

/** What everything that was looked at amounts to. */
export interface Diagnosis {
  readonly canPlay: boolean;
  readonly findings: readonly Finding[];
  /** All that was found out about running models; absent where the configuration was broken before it came to that. */
  readonly inference?: InferenceReport;
}

/**
 * The words of an error or a notice as a sentence of its own.
 * @example asSentence('there is no pack named x') // → 'There is no pack named x.'
 */
export function asSentence(words: string): string {
  const text = words.trim();
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
