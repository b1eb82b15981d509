import type { ParameterStore } from '../parameters/parameter-store.js';
import type { Deck } from './deck.js';

/** Writes what a deck has counted into the parameter table. */
export function publishDeckFigures(deck: Deck, parameters: ParameterStore): void {
  const { inTime, staleness, inTimeWeighted, missedTicks, answerMilliseconds, pace } = deck.realTime;
  const figures: Readonly<Record<string, number | string>> = {
    'pack': deck.heardPack,
    'state': deck.state,
    'speed': rounded(deck.timesRealTime, 10),
    'underruns': deck.underruns,
    'losses': deck.losses,
    'in-time': rounded(inTime, 10_000),
    'staleness': rounded(staleness, 1000),
    'in-time-weighted': rounded(inTimeWeighted, 10_000),
    'missed': missedTicks,
    'answer-time': rounded(answerMilliseconds, 10),
    'request-interval': pace.intervalTicks,
    'request-length': pace.lengthTicks,
    'round-trip': rounded(deck.link.medianMilliseconds, 10),
    'slow-round-trip': rounded(deck.link.p95Milliseconds, 10),
    'reconnects': deck.link.reconnects,
    'timeouts': deck.link.timeouts,
    ...deck.steering.figures(),
  };
  for (const [name, figure] of Object.entries(figures)) parameters.publish(`deck/${deck.number}/${name}`, figure);
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
