import type { Sample } from '../sent-samples.js';
import type { Grid, GridEvent } from './grid.js';

/** A way to send notes from Node at their time. */
export interface Scheduler {
  readonly name: string;
  /** Gets ready to play soon. */
  begin?(): Promise<void>;
  /** Plays the grid, and returns when each onset and clock was handed to the wire. */
  play(grid: Grid): Promise<readonly Sample[]>;
  end(): Promise<void>;
}

/** A wire of the main thread: takes one message, at once. */
export interface DirectWire {
  readonly name: string;
  send(event: GridEvent): void;
  end(): void;
}

/** How long after the last event a scheduler is listened to. */
export const afterwardsMilliseconds = 150;
