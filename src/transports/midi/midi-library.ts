import { accessSync, constants } from 'node:fs';
import { Input, Output, verifyLibraryLoaded } from '@julusian/midi/lazy';
import { ContinuoError } from '../../engine/errors.js';

/** Every name the system gives its ports, those of other programs and our own among them. */
export interface MidiPortNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Where the system lets a program make ports of its own: everywhere but on Windows. */
export const hasVirtualPorts = process.platform !== 'win32';

const alsaSequencer = '/dev/snd/seq';

/**
 * Makes sure that MIDI can be had before the driver is touched, because the driver prints its own complaints.
 * Errors: `deviceUnavailable`, with what is missing and how to get it.
 * Thread: any.
 */
export function requireMidi(): void {
  try {
    verifyLibraryLoaded();
  } catch (cause) {
    throw new ContinuoError('deviceUnavailable', loadFailure(cause), { cause });
  }
  if (process.platform !== 'linux') return;
  try {
    accessSync(alsaSequencer, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new ContinuoError('deviceUnavailable', sequencerFailure((cause as NodeJS.ErrnoException).code), { cause });
  }
}

/** Errors: `deviceUnavailable`. Thread: any. */
export function midiPortNames(): MidiPortNames {
  requireMidi();
  try {
    return { inputs: Input.getPortNames(), outputs: Output.getPortNames() };
  } catch (cause) {
    throw driverFailure(cause);
  }
}

/** Wraps what the driver threw when it was first opened. */
export function driverFailure(cause: unknown): ContinuoError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const advice = process.platform === 'linux' ? 'see whether `aconnect -l` works' : 'see whether other programs have MIDI, and start again';
  return new ContinuoError('deviceUnavailable', `MIDI is off: the system's MIDI driver could not be opened (${said}); ${advice}.`, { cause });
}

function loadFailure(cause: unknown): string {
  const said = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return /libasound/.test(said)
    ? 'MIDI is off: the ALSA library is missing; install it with `sudo apt-get install libasound2` and start again.'
    : `MIDI is off: its driver module could not be loaded (${said}); install again with \`npm install\`.`;
}

function sequencerFailure(code: string | undefined): string {
  return code === 'EACCES' || code === 'EPERM'
    ? `MIDI is off: this user may not open ${alsaSequencer}; join the group with \`sudo usermod -aG audio $USER\` and log in again.`
    : 'MIDI is off: this machine has no ALSA sequencer; load it with `sudo modprobe snd-seq` (it needs a kernel with sound) and start again.';
}
