import { Output as MidiPort } from '@julusian/midi/lazy';
import type { Output, WireEvent } from '../../engine/contracts/output.js';
import { ContinuoError } from '../../engine/errors.js';
import { driverFailure, midiPortNames } from './midi-library.js';
import type { PortWish } from './options.js';
import { MidiEncoder } from './wire-bytes.js';

/** What the main thread tells the send thread. */
export interface MidiOutputOptions {
  readonly port: PortWish;
}

/**
 * What a device is told on every channel before anything else, for it may still sound what it was told before its cable was
 * pulled, or before a process was killed: sustain off, all notes off, all sound off.
 */
const silencers = [64, 123, 120];
const channelCount = 16;
const controlChange = 0xb0;

/**
 * One MIDI port out. Each event leaves as it is sent: the driver plays on arrival, so there is nothing to gather.
 * Thread: send. Blocks: no. Allocates: no.
 */
export class MidiOutput implements Output {
  readonly #encoder = new MidiEncoder();
  #port: MidiPort | undefined;

  constructor(private readonly options: MidiOutputOptions) {}

  /** Errors: `deviceUnavailable` without a MIDI driver, `portUnavailable` when the named port is gone or refused. */
  async open(): Promise<void> {
    if (this.#port) return;
    const { port: wish } = this.options;
    const { outputs } = midiPortNames();
    if ('device' in wish && !outputs.includes(wish.device)) {
      throw new ContinuoError('portUnavailable', `The MIDI port "${wish.device}" is gone; connect it and start again.`);
    }
    const port = openedDriver();
    try {
      if ('virtual' in wish) port.openVirtualPort(wish.virtual);
      else port.openPortByName(wish.device);
      if ('device' in wish) silence(port);
    } catch (cause) {
      port.destroy();
      throw new ContinuoError('portUnavailable', `The MIDI port "${this.#name}" could not be opened; see whether another program holds it.`, { cause });
    }
    this.#port = port;
  }

  /** Errors: `portUnavailable` where the driver tells that the device is gone (Windows does). */
  send(event: WireEvent): void {
    try {
      this.#port?.sendMessage(this.#encoder.encode(event));
    } catch (cause) {
      throw new ContinuoError('portUnavailable', `The MIDI port "${this.#name}" took no message; see whether its device is still connected.`, { cause });
    }
  }

  flush(): void {}

  async close(): Promise<void> {
    this.#port?.destroy();
    this.#port = undefined;
  }

  get #name(): string {
    const { port } = this.options;
    return 'virtual' in port ? port.virtual : port.device;
  }
}

function silence(port: MidiPort): void {
  for (let channel = 0; channel < channelCount; channel += 1) {
    for (const controller of silencers) port.sendMessage([controlChange | channel, controller, 0]);
  }
}

function openedDriver(): MidiPort {
  try {
    return new MidiPort();
  } catch (cause) {
    throw driverFailure(cause);
  }
}
