import {
  AllowedTokens,
  type GrammarState,
  type IncrementalDecoder,
  type Tokenizer,
} from '../contracts/tokenizer.js';
import { unconstrained } from '../music/constraint.js';
import { sameBeat, type Beats } from '../music/units.js';
import { eventBeat } from './event-beat.js';
import { allowNext, type TokenStream } from './token-stream.js';

/** An event that takes more ids than this is not looked ahead to its end. */
const longestEvent = 24;

/**
 * Knows how late the next event can be after each id that may come next. It asks the tokenizer's own grammar and
 * decoder, and so works for every format that says when an event happens before it says what it is, and whose later
 * times have the higher ids.
 */
export class OnsetReach {
  private readonly scratch: AllowedTokens;
  /** By index of an id that may come. */
  private readonly beats: Float64Array;

  constructor(private readonly tokenizer: Tokenizer) {
    this.scratch = new AllowedTokens(tokenizer.vocabulary.size);
    this.beats = new Float64Array(tokenizer.vocabulary.size);
  }

  /** The latest beat the next event can have when `token` comes next. */
  latest(token: number, from: GrammarState, decoder: IncrementalDecoder): Beats {
    const { grammar } = this.tokenizer;
    const seen = decoder.peek?.(token);
    if (seen !== undefined) return seen;
    const copy = decoder.clone();
    const start = copy.frontierBeat;
    let state = from;
    let next = token;
    for (let count = 0; count < longestEvent; count += 1) {
      const [event] = copy.push(next);
      if (event) return eventBeat(event);
      if (copy.frontierBeat > start) return copy.frontierBeat;
      state = grammar.advance(state, next);
      allowNext(this.tokenizer, state, unconstrained, this.scratch);
      next = this.scratch.ids[this.scratch.count - 1];
    }
    return start;
  }

  /** How much later the next event can be from one of several ids to the next, all of which may come. */
  beatsPerId(ids: Int32Array, from: GrammarState, decoder: IncrementalDecoder): Beats {
    const last = ids.length - 1;
    return (this.latest(ids[last], from, decoder) - this.latest(ids[0], from, decoder)) / last;
  }

  /**
   * Leaves in `stream.allowed` the ids after which the next event can still be at or after `floor`; where there are
   * none, those that come nearest; where all stand still, all of them.
   */
  keepFrom(stream: TokenStream, floor: Beats): void {
    const { allowed, attribute, state, decoder } = stream;
    const latest = (index: number): Beats => this.latest(allowed.ids[index], state, decoder);
    if (attribute === 'time') {
      const first = firstFrom(floor, allowed.count, latest);
      allowed.keep((index) => index >= first);
    }
    if (attribute === 'event') {
      const { beats } = this;
      let most = -Infinity;
      for (let index = 0; index < allowed.count; index += 1) {
        beats[index] = latest(index);
        if (beats[index] > most) most = beats[index];
      }
      const wanted = Math.min(floor, most);
      if (wanted <= stream.frontierBeat) return;
      allowed.keep((index) => beats[index] >= wanted - sameBeat);
    }
  }
}

/** Times rise with the ids, so that few of them have to be looked at. */
function firstFrom(floor: Beats, count: number, latest: (index: number) => Beats): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (latest(middle) >= floor - sameBeat) high = middle;
    else low = middle + 1;
  }
  return low;
}
