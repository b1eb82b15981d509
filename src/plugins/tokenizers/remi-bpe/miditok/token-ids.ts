import { drumProgram } from '../symbols.js';
import type { MiditokFormat, MiditokMeter } from './format.js';

/** What a file's own vocabulary lacks cannot be said: it has this id, and is left out. */
export const noToken = -1;

/** The base ids of a vocabulary by what they say, {@link noToken} where it has none. */
export class TokenIds {
  readonly bar: number;
  readonly barEnd: number;
  readonly trackStart: number;
  readonly trackEnd: number;
  /** By MIDI pitch. */
  readonly pitches: Int32Array;
  readonly drumPitches: Int32Array;
  /** By MIDI velocity. */
  readonly velocities: Int32Array;
  /** By index in the format's table. */
  readonly durations: Int32Array;
  readonly tempos: Int32Array;
  /** By program, drums last. */
  readonly programs: Int32Array;
  private readonly positions = new Map<number, number>();

  constructor(private readonly format: MiditokFormat) {
    const { durations, tempoNames } = format;
    this.bar = this.idOf('Bar_None');
    this.barEnd = this.idOf('Bar_End');
    this.trackStart = this.idOf('Track_Start');
    this.trackEnd = this.idOf('Track_End');
    this.pitches = this.table(128, (pitch) => `Pitch_${pitch}`);
    this.drumPitches = this.table(128, (pitch) => `PitchDrum_${pitch}`);
    this.velocities = this.table(128, (velocity) => `Velocity_${velocity}`);
    this.durations = this.table(durations.length, (index) => `Duration_${durations[index].name}`);
    this.tempos = this.table(tempoNames.length, (index) => `Tempo_${tempoNames[index]}`);
    this.programs = this.table(drumProgram + 1, (program) => `Program_${program === drumProgram ? -1 : program}`);
  }

  position(position: number): number {
    const known = this.positions.get(position);
    if (known !== undefined) return known;
    const id = this.idOf(`Position_${position}`);
    // Positions that the vocabulary lacks may be many.
    if (id !== noToken) this.positions.set(position, id);
    return id;
  }

  meter({ numerator, denominator }: MiditokMeter): number {
    return this.idOf(`TimeSig_${numerator}/${denominator}`);
  }

  private idOf(name: string): number {
    return this.format.ids.get(name) ?? noToken;
  }

  private table(size: number, nameOf: (index: number) => string): Int32Array {
    return Int32Array.from({ length: size }, (_, index) => this.idOf(nameOf(index)));
  }
}
