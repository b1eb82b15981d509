import type { Output, OutputSpecification, WireEvent } from '../../../src/engine/contracts/output.js';
import type { Note } from '../../../src/engine/music/note.js';
import { LocalSender, type LocalSenderOptions } from '../../../src/engine/scheduling/local-sender.js';
import { VirtualClock, type Clock } from '../../../src/engine/time/clock.js';

export interface Sent extends WireEvent {
  readonly due: number;
  /** When it was handed over. */
  readonly at: number;
}

/** Keeps copies of everything it is sent. */
export class RecordingOutput implements Output {
  readonly sent: Sent[] = [];
  /** How often flush was called. */
  flushes = 0;
  isOpen = false;
  /** Makes `send` throw while it says true. */
  refuses: (event: WireEvent) => boolean = () => false;

  constructor(private readonly clock: Clock) {}

  async open(): Promise<void> {
    this.isOpen = true;
  }

  send(event: WireEvent, due: number): void {
    if (this.refuses(event)) throw new Error('the cable is out');
    this.sent.push({ ...event, due, at: this.clock.now() });
  }

  flush(): void {
    this.flushes += 1;
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }

  /** Onsets and ends as `on 60 @1`, in the order they were sent; cleared. */
  notes(): string[] {
    const notes = this.sent.filter(({ kind }) => kind === 'noteOn' || kind === 'noteOff');
    this.sent.length = 0;
    return notes.map(({ kind, data1, beat }) => `${kind === 'noteOn' ? 'on' : 'off'} ${data1} @${Math.round(beat * 1000) / 1000}`);
  }
}

export const settings: Omit<OutputSpecification, 'implementation' | 'options'> = {
  name: 'one',
  leadMicros: 0,
  offsetMicros: 0,
  sendsClock: false,
};

export function note(beat: number, pitch = 60, duration = 0.5, channel = 0): Note {
  return { beat, pitch, duration, channel, velocity: 100 };
}

/** Beat 0 at one second, 120 BPM, one recording output; playing unless told otherwise. */
export async function stage(
  lane: Partial<typeof settings> = {},
  { playing = true, ...options }: LocalSenderOptions & { playing?: boolean } = {},
) {
  const clock = new VirtualClock(1_000_000);
  const sender = new LocalSender(clock, { timeline: { bpm: 120, beatOrigin: 0, timeOrigin: 1_000_000 }, ...options });
  const output = new RecordingOutput(clock);
  const handle = await sender.attach({ ...settings, ...lane }, output);
  if (playing) sender.transport({ type: 'start', beat: 0, micros: 1_000_000 });
  /** When a beat comes at 120 BPM. */
  const time = (beat: number): number => 1_000_000 + beat * 500_000;
  const playTo = (beat: number): void => sender.advanceTo(time(beat));
  return { clock, sender, output, handle, time, playTo };
}
