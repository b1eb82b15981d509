import type { MiditokDuration } from './format.js';
import { closestIndex } from './grid.js';

/** The durations of a vocabulary in ticks, in a meter whose beat has so many. */
export class LengthTable {
  private readonly ticks: readonly number[];
  /** By ticks; of several durations as long the last. */
  private readonly indices: ReadonlyMap<number, number>;

  constructor(durations: readonly MiditokDuration[], ticksPerBeat: number) {
    this.ticks = durations.map(({ beat, position, resolution }) => Math.floor(((beat * resolution + position) * ticksPerBeat) / resolution));
    this.indices = new Map(this.ticks.map((ticks, index) => [ticks, index]));
  }

  /** Ticks of the duration that is nearest. */
  nearest(ticks: number): number {
    return this.ticks[closestIndex(this.ticks, ticks)];
  }

  /** The duration of so many ticks, which {@link nearest} gave. */
  indexOf(ticks: number): number {
    return this.indices.get(ticks) ?? -1;
  }
}

/** Tables by the ticks of a beat, each made once. */
export class LengthTables {
  private readonly tables = new Map<number, LengthTable>();

  constructor(private readonly durations: readonly MiditokDuration[]) {}

  at(ticksPerBeat: number): LengthTable {
    const table = this.tables.get(ticksPerBeat) ?? new LengthTable(this.durations, ticksPerBeat);
    this.tables.set(ticksPerBeat, table);
    return table;
  }
}
