import type { EngineEvent } from '../../engine/events.js';

type SwapEvent = Extract<EngineEvent, { type: 'swap' }>;

/** An event as a line for people; undefined for what happens too often to say. */
export function eventSentence(event: EngineEvent, beatsPerBar: number): string | undefined {
  switch (event.type) {
    case 'swap':
      return swapSentence(event, beatsPerBar);
    case 'transport':
      return event.playing ? `playing from beat ${event.beat.toFixed(2)}` : `stopped at beat ${event.beat.toFixed(2)}`;
    case 'timeline':
      return undefined;
    case 'scene':
      return `scene ${event.number}: ${event.name}`;
    case 'packs':
      return `packs: ${event.names.join(', ')}`;
    case 'error':
      return `error ${event.code} (${event.origin}): ${event.sentence}`;
    case 'notice':
      return event.sentence;
    case 'heard':
    case 'planned':
    case 'discarded':
      return undefined;
  }
}

/** What a swap is doing, beside the deck it is of; nothing once it is over. */
export function swapWords(event: SwapEvent, beatsPerBar: number): string {
  if (event.stage === 'loading') return `loads ${event.pack}`;
  return event.stage === 'ready' ? `${event.pack}${barOf(event, beatsPerBar)}` : '';
}

function swapSentence(event: SwapEvent, beatsPerBar: number): string {
  switch (event.stage) {
    case 'loading':
      return `deck ${event.deck} loads ${event.pack}`;
    case 'ready':
      return `${event.pack} takes over deck ${event.deck}${barOf(event, beatsPerBar)}`;
    case 'playing':
      return `deck ${event.deck} plays ${event.pack}`;
    case 'abandoned':
      return `deck ${event.deck} does without ${event.pack}`;
    case 'failed':
      return `deck ${event.deck} could not load ${event.pack}: ${event.sentence ?? 'no reason was given'}`;
  }
}

function barOf({ atBeat }: SwapEvent, beatsPerBar: number): string {
  return atBeat === undefined ? '' : ` at bar ${Math.floor(atBeat / beatsPerBar) + 1}`;
}
