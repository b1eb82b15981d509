import type { HeardEvent, NoteListener, NoteSource } from '../../src/engine/contracts/note-source.js';
import type { Micros } from '../../src/engine/music/units.js';
import type { VirtualClock } from '../../src/engine/time/clock.js';
import type { Chance } from './chance.js';

const pedal = 64;
/** Keys whose end never comes through. */
const hangingShare = 0.03;
/** Notes whose length is told with them, as some wires do. */
const toldShare = 0.1;

interface Stroke {
  readonly micros: Micros;
  readonly event: (micros: Micros) => HeardEvent;
}

/** Somebody who plays along: lines and chords, pedal, keys that hang. Thread: main. */
export class SimulatedPlayer implements NoteSource {
  readonly name = 'keyboard';
  readonly latencyMicros: Micros = 0;
  private listener: NoteListener | undefined;
  private strokes: Stroke[] = [];

  constructor(
    private readonly clock: VirtualClock,
    private readonly chance: Chance,
  ) {}

  start(listener: NoteListener): void {
    this.listener = listener;
  }

  stop(): void {
    this.listener = undefined;
  }

  get nextDue(): Micros {
    return this.strokes.at(0)?.micros ?? Infinity;
  }

  act(): void {
    const now = this.clock.now();
    for (let stroke = this.strokes.at(0); stroke && stroke.micros <= now; stroke = this.strokes.at(0)) {
      this.strokes.shift();
      this.listener?.heard(stroke.event(now));
    }
  }

  /** Plays a phrase from now on, in place of what is left of the last; keys that are down come up as they would have. */
  phrase(): void {
    const { chance } = this;
    const channel = chance.whole(0, 3);
    const stepMicros = chance.proportional(60_000, 700_000);
    const strokes: Stroke[] = this.strokes.filter(({ event }) => event(0).type === 'noteOff');
    let micros = this.clock.now();
    for (let note = chance.whole(1, 14); note > 0; note -= 1) {
      for (let voice = chance.happens(0.2) ? chance.whole(2, 4) : 1; voice > 0; voice -= 1) strokes.push(...this.note(micros, channel, stepMicros));
      if (chance.happens(0.1)) strokes.push(at(micros, { type: 'control', channel, controller: pedal, value: chance.pick([0, 127]) }));
      micros += stepMicros * chance.pick([1, 1, 1, 2, 0.5]);
    }
    this.strokes = strokes.sort((one, other) => one.micros - other.micros);
  }

  /** Every key comes up, as where a program ends its notes. */
  lift(): void {
    this.strokes = [];
    this.listener?.heard({ type: 'released', micros: this.clock.now() });
  }

  private note(micros: Micros, channel: number, stepMicros: Micros): readonly Stroke[] {
    const { chance } = this;
    const pitch = chance.whole(36, 84);
    const struck = { type: 'noteOn', channel, pitch, velocity: chance.whole(1, 127) } as const;
    if (chance.happens(toldShare)) return [at(micros, { ...struck, durationBeats: chance.between(0.1, 2) })];
    const end = at(micros + stepMicros * chance.between(0.1, 3), { type: 'noteOff', channel, pitch });
    return chance.happens(hangingShare) ? [at(micros, struck)] : [at(micros, struck), end];
  }
}

type Unstamped = HeardEvent extends infer Each ? (Each extends HeardEvent ? Omit<Each, 'micros'> : never) : never;

function at(micros: Micros, event: Unstamped): Stroke {
  return { micros, event: (stamp) => ({ ...event, micros: stamp }) };
}
