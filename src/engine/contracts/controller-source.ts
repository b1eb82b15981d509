/**
 * Somebody else's knobs, buttons and faders. What a knob moves, the engine knows: a source only says which one it was.
 * Thread: main. Blocks: no.
 */
export interface ControllerSource {
  /** Unique name that a performer sees and that learned controllers are remembered by, e.g. that of a port. */
  readonly name: string;
  /** Starts listening; `listener` is called from then on. */
  start(listener: ControllerListener): void;
  stop(): void;
  /** Shows a value where it is controlled, by a lamp or a motor. Absent: nothing can be shown. */
  show?(place: ControllerPlace, value: number): void;
}

/** Which knob, as it names itself. */
export interface ControllerPlace {
  /** 0..15 */
  readonly channel: number;
  /** 0..127 */
  readonly controller: number;
}

export interface ControllerListener {
  /** A knob stands at `value`, 0..127. A fine one says the rest, 0..127 as well, as the controller that is 32 higher. */
  moved(place: ControllerPlace, value: number): void;
  /** Program 0..127 was chosen on a channel, 0..15. */
  programChosen(channel: number, program: number): void;
  /** The knobs were away and are back: they may have been turned, and what they show is not what is. */
  returned?(): void;
}
