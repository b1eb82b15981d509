import { readFileSync } from 'node:fs';

/** What the kernel tells of the ALSA sequencer. */
const clientsFile = '/proc/asound/seq/clients';
/** As the driver calls its clients, ours among them. */
const driversClient = /^RtMidi /;

/** Ports of programs that reach a device, by the device's address (`24:0`). */
export type Ties = ReadonlyMap<string, ReadonlySet<string>>;

/** Who plays to devices and who hears them, of all programs whose driver is ours. */
export interface SequencerTies {
  readonly outputs: Ties;
  readonly inputs: Ties;
}

/** Undefined where this system does not tell. Thread: main. Blocks: while the kernel writes its list, well below a millisecond. */
export function sequencerTies(): SequencerTies | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return tiesIn(readFileSync(clientsFile, 'utf8'));
  } catch {
    // Kernels need not tell: then a device is missed by its name alone, as elsewhere.
    return undefined;
  }
}

/**
 * Reads the list. Its form: `snd_seq_info_clients_read` of the Linux kernel (sound/core/seq/seq_clientmgr.c).
 *
 * @example tiesIn('Client 128 : "RtMidi Output Client" [User Legacy]\n  Port   0 : "RtMidi Output" (R-e-)\n    Connecting To: 24:0[real:0]\n').outputs.get('24:0') // → Set { '128:0' }
 */
export function tiesIn(text: string): SequencerTies {
  const [outputs, inputs] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  let client: string | undefined;
  let port = '';
  for (const line of text.split('\n')) {
    const [, number, name] = /^Client +(\d+) : "(.*)" \[/.exec(line) ?? [];
    if (number !== undefined) client = driversClient.test(name) ? number : undefined;
    const ownPort = /^ +Port +(\d+) : /.exec(line)?.[1];
    if (ownPort !== undefined) port = ownPort;
    const [, manner, others] = /^ +(Connecting To|Connected From): (.*)$/.exec(line) ?? [];
    if (client === undefined || others === undefined) continue;
    const ties = manner === 'Connecting To' ? outputs : inputs;
    for (const [device] of others.matchAll(/\d+:\d+/g)) ties.set(device, (ties.get(device) ?? new Set()).add(`${client}:${port}`));
  }
  return { outputs, inputs };
}

/** Whether what has been opened still reaches its device: one that is pulled and back has lost all that reached it, whatever it is called. */
export class Tie {
  private ours: ReadonlySet<string> | undefined;

  /** @param before who reached the device before it was opened */
  constructor(private readonly before: ReadonlySet<string>) {}

  /** Whether nothing of ours is among those that reach the device `now`. What has not been opened yet is not cut. */
  isCut(now: ReadonlySet<string>): boolean {
    if (this.ours) return [...this.ours].every((address) => !now.has(address));
    const came = [...now].filter((address) => !this.before.has(address));
    if (came.length > 0) this.ours = new Set(came);
    return false;
  }
}
