import type { Note } from './music/note.js';
import type { TempoMark } from './music/score.js';
import type { Beats, Bpm, Micros } from './music/units.js';

/** Everything a surface may want to show. Plain data, safe to send over a wire. */
export type EngineEvent =
  | { readonly type: 'planned'; readonly deck: number; readonly fromBeat: Beats; readonly untilBeat: Beats; readonly notes: readonly Note[]; readonly tempos?: readonly TempoMark[] }
  | { readonly type: 'discarded'; readonly deck: number; readonly fromBeat: Beats }
  /** `loading` is followed by `ready` and `playing`, or by `failed`; instead of any of these by `abandoned`, where something else takes its place. */
  | { readonly type: 'swap'; readonly deck: number; readonly stage: 'loading' | 'ready' | 'playing' | 'failed' | 'abandoned'; readonly pack: string; readonly atBeat?: Beats; readonly sentence?: string }
  | { readonly type: 'transport'; readonly playing: boolean; readonly beat: Beats }
  | { readonly type: 'timeline'; readonly leader: string; readonly bpm: Bpm; readonly beatOrigin: Beats; readonly timeOrigin: Micros }
  | { readonly type: 'scene'; readonly number: number; readonly name: string; readonly atBeat: Beats }
  /** Somebody played a note; `duration` once it has ended. */
  | { readonly type: 'heard'; readonly source: string; readonly note: Omit<Note, 'duration'> & { readonly duration?: Beats } }
  | { readonly type: 'packs'; readonly names: readonly string[] }
  | { readonly type: 'error'; readonly code: number; readonly sentence: string; readonly origin: string }
  | { readonly type: 'notice'; readonly sentence: string };
