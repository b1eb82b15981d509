import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TickEvent, TickScore } from '../../../../src/engine/music/tick-score.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import { optionsSchema } from '../../../../src/plugins/tokenizers/skytnt-events/options.js';
import { SkytntTokenizer } from '../../../../src/plugins/tokenizers/skytnt-events/skytnt-tokenizer.js';

/** The reference's form of a score: [ticks a beat, track, track …], events as [name, tick, …]. */
export type ReferenceScore = [number, ...(readonly [string, ...number[]])[][]];

export interface Case {
  readonly case: string;
  readonly version: 'v1' | 'v2';
  readonly optimise_midi: boolean;
  readonly kwargs: Record<string, boolean | number>;
}

export interface FileCase extends Case {
  readonly n_rows: number;
  readonly tokens_sha256: string;
  readonly tokens?: number[][];
  readonly check_quality: [boolean, string[]];
  readonly augment: { shifts: Record<string, number>; sha256: string; identical_to_input: boolean; head: number[][] }[];
  readonly detok_sha256: string;
  readonly detok?: ReferenceScore;
  readonly detok_midi_len: number;
  readonly detok_midi_sha256: string;
  readonly retokenise_equal: boolean;
}

export interface FileVectors {
  readonly midi_sha256: string;
  readonly score_sha256: string;
  readonly score: ReferenceScore;
  readonly cases: FileCase[];
}

export interface FuzzVectors {
  readonly meta: { readonly case_defs: Case[] };
  readonly items: {
    readonly seed: number;
    readonly score: ReferenceScore;
    readonly cases: {
      readonly case: string;
      readonly tokens_sha256: string;
      readonly n_rows: number;
      readonly tokens?: number[][];
      readonly detok_sha256: string;
    }[];
  }[];
}

export type EdgeVectors = Record<
  string,
  Omit<Case, 'case'> & { readonly why: string; score: ReferenceScore; tokens: number[][] | null; error: string | null }
>;

export const fileNames = [
  'freedoom1_d_victor',
  'freedoom2_d_read_m',
  'freedoom1_d_e3m8',
  'theremin_notes',
  'syn_multitrack_edge',
  'syn_format0_ties',
] as const;

const folder = join(repositoryRoot, 'test/fixtures/skytnt');

export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T;
}

export function readMidi(name: string): Uint8Array {
  return readFileSync(join(folder, `${name}.mid`));
}

export function tokenizerOf({ version, optimise_midi, kwargs }: Omit<Case, 'case'>): SkytntTokenizer {
  return new SkytntTokenizer(optionsSchema.parse({ version, optimise_midi, ...kwargs }));
}

export function sha256(value: unknown): string {
  const bytes = value instanceof Uint8Array ? value : JSON.stringify(value);
  return createHash('sha256').update(bytes).digest('hex');
}

export function rowsOf(ids: ArrayLike<number>): number[][] {
  return Array.from({ length: ids.length / 8 }, (_, row) => Array.from({ length: 8 }, (_, column) => ids[row * 8 + column]));
}

export function fromReference([ticksPerBeat, ...tracks]: ReferenceScore): TickScore {
  return { ticksPerBeat, tracks: tracks.map((track) => track.flatMap(([name, ...numbers]) => toEvent(name, numbers))) };
}

function toEvent(name: string, [tick, a, b, c, d]: number[]): TickEvent[] {
  switch (name) {
    case 'note':
      return [{ type: 'note', tick, duration: a, channel: b, pitch: c, velocity: d }];
    case 'patch_change':
      return [{ type: 'program', tick, channel: a, program: b }];
    case 'control_change':
      return [{ type: 'control', tick, channel: a, controller: b, value: c }];
    case 'set_tempo':
      return [{ type: 'tempo', tick, microsPerBeat: a }];
    case 'time_signature':
      return [{ type: 'meter', tick, numerator: a, denominatorPower: b, clocksPerClick: c, thirtySecondsPerBeat: d }];
    default:
      // A mode that is neither major nor minor has no place in a TickScore; the format skips it as well.
      return b === 0 || b === 1 ? [{ type: 'key', tick, sharps: a, minor: b === 1 }] : [];
  }
}

export function toReference({ ticksPerBeat, tracks }: TickScore): ReferenceScore {
  return [ticksPerBeat, ...tracks.map((track) => track.map(toReferenceEvent))];
}

function toReferenceEvent(event: TickEvent): [string, ...number[]] {
  switch (event.type) {
    case 'note':
      return ['note', event.tick, event.duration, event.channel, event.pitch, event.velocity];
    case 'program':
      return ['patch_change', event.tick, event.channel, event.program];
    case 'control':
      return ['control_change', event.tick, event.channel, event.controller, event.value];
    case 'tempo':
      return ['set_tempo', event.tick, event.microsPerBeat];
    case 'meter':
      return [
        'time_signature',
        event.tick,
        event.numerator,
        event.denominatorPower,
        event.clocksPerClick,
        event.thirtySecondsPerBeat,
      ];
    case 'key':
      return ['key_signature', event.tick, event.sharps, event.minor ? 1 : 0];
  }
}
