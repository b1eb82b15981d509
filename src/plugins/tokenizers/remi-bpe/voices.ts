import { drumChannel } from '../../../engine/music/note.js';
import type { TickEvent, TickNote } from '../../../engine/music/tick-score.js';
import { drumProgram } from './symbols.js';

export interface ProgramChange {
  readonly tick: number;
  readonly program: number;
}

/**
 * The program each note is played with. A track that chooses programs on a channel speaks for its own notes there; of
 * other tracks' notes the choices of all tracks on that channel count. Program 0 before any choice; drums on channel 9.
 */
export class Voices {
  private readonly ofTrack = new Map<number, ProgramChange[]>();
  private readonly ofChannel = new Map<number, ProgramChange[]>();

  constructor(tracks: readonly (readonly TickEvent[])[]) {
    tracks.forEach((track, index) => {
      for (const event of track) {
        if (event.type !== 'program' || !(event.program >= 0 && event.program <= 127)) continue;
        append(this.ofTrack, index * 16 + event.channel, event);
        append(this.ofChannel, event.channel, event);
      }
    });
    for (const changes of [...this.ofTrack.values(), ...this.ofChannel.values()]) changes.sort((a, b) => a.tick - b.tick);
  }

  /** 0..127, or 128 for drums. */
  programOf(track: number, { channel, tick }: TickNote): number {
    if (channel === drumChannel) return drumProgram;
    const changes = this.ofTrack.get(track * 16 + channel) ?? this.ofChannel.get(channel);
    if (changes === undefined) return 0;
    if (changes.length === 1) return changes[0].tick <= tick ? changes[0].program : 0;
    return latestProgram(changes, tick)?.program ?? 0;
  }
}

/** The last change at or before a tick. */
export function latestProgram(changes: readonly ProgramChange[], tick: number): ProgramChange | undefined {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (changes[middle].tick <= tick) low = middle + 1;
    else high = middle;
  }
  return changes[low - 1];
}

function append<Value>(lists: Map<number, Value[]>, key: number, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
