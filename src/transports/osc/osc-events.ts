import type { EngineEvent } from '../../engine/events.js';
import type { Micros } from '../../engine/music/units.js';
import { beatAt } from '../../engine/time/timeline.js';
import { argumentOf, type OscArgument } from './osc-argument.js';
import { float } from './osc-format.js';

export interface EventMessage {
  /** The address without `/continuo/`. */
  readonly path: string;
  readonly values: readonly OscArgument[];
}

/**
 * What happens in the engine as a message for listeners. Times are told as beats at this moment, for a patcher's 32-bit
 * numbers cannot hold a time. What is planned is not told: a plan is too big for datagrams and has a wire of its own.
 */
export function eventMessage(event: EngineEvent, now: Micros): EventMessage | undefined {
  switch (event.type) {
    case 'swap':
      return { path: 'swap', values: [event.deck, event.stage, event.pack, event.sentence ?? ''].map((value) => argumentOf(value)) };
    case 'transport':
      return { path: 'transport', values: [argumentOf(event.playing), float(event.beat)] };
    case 'timeline':
      return { path: 'timeline', values: [float(event.bpm), float(beatAt(event, now)), argumentOf(event.leader)] };
    case 'scene':
      return { path: 'scene-begins', values: [argumentOf(event.number), argumentOf(event.name)] };
    case 'heard': {
      const { channel, pitch, velocity, beat, duration = 0 } = event.note;
      return { path: 'heard/note', values: [argumentOf(event.source), argumentOf(channel), argumentOf(pitch), argumentOf(velocity), float(beat), float(duration)] };
    }
    case 'packs':
      return { path: 'packs', values: event.names.map((name) => argumentOf(name)) };
    case 'error':
      return { path: 'error', values: [argumentOf(event.code), argumentOf(event.sentence)] };
    case 'notice':
      return { path: 'notice', values: [argumentOf(event.sentence)] };
    case 'planned':
    case 'discarded':
      return undefined;
  }
}
