import { ContinuoError } from '../../engine/errors.js';
import { midiPortNames, type MidiPortNames } from './midi-library.js';

/** What `continuo doctor` shows: the ports that are there, or one sentence about what is missing. */
export type MidiPortReport = ({ readonly available: true } & MidiPortNames) | { readonly available: false; readonly sentence: string };

/** Thread: main. Blocks: while the driver is asked. */
export function midiPortReport(): MidiPortReport {
  try {
    return { available: true, ...midiPortNames() };
  } catch (error) {
    if (!(error instanceof ContinuoError)) throw error;
    return { available: false, sentence: error.message };
  }
}
