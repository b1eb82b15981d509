import type { ParameterStore } from '../parameters/parameter-store.js';
import type { EndedNotes } from '../scheduling/note-limits.js';
import type { Sender } from '../scheduling/sender.js';

/**
 * How much a deck may let sound, as the performer has set it; what was ended for it is counted in the table, and said once
 * until the limit is another. Thread: main. Blocks: no.
 */
export class SoundingLimits {
  /** What whoever had the deck's number before has lost. */
  private readonly before: EndedNotes;
  private readonly said = new Set<keyof EndedNotes>();

  constructor(
    private readonly deck: number,
    private readonly parameters: ParameterStore,
    private readonly sender: Sender,
  ) {
    this.before = sender.endedEarly(deck);
    this.tell();
    parameters.onChange((address) => {
      if (address === this.addressOf('most-sounding')) this.said.delete('stolen');
      else if (address === this.addressOf('longest-sounding')) this.said.delete('cut');
      else return;
      this.tell();
    });
  }

  /** Writes what was ended into the table. Call it now and then. */
  look(): void {
    const { parameters } = this;
    const { stolen, cut } = this.sender.endedEarly(this.deck);
    const most = parameters.number(this.addressOf('most-sounding'));
    const seconds = Math.round(parameters.number(this.addressOf('longest-sounding')) * 10) / 10;
    this.publish('stolen', stolen - this.before.stolen, `more than ${most} of its notes would have sounded at once, and the oldest end first; \`most-sounding\` sets the limit`);
    this.publish('cut', cut - this.before.cut, `a note would have sounded for more than ${seconds} s and is ended then; \`longest-sounding\` sets the limit`);
  }

  private publish(name: keyof EndedNotes, count: number, sentence: string): void {
    const { parameters } = this;
    const address = this.addressOf(name);
    if (count === parameters.number(address)) return;
    parameters.publish(address, count);
    if (this.said.has(name)) return;
    this.said.add(name);
    parameters.emit({ type: 'notice', sentence: `Deck ${this.deck}: ${sentence}.` });
  }

  private tell(): void {
    const { parameters, deck } = this;
    const mostSounding = parameters.number(this.addressOf('most-sounding'));
    this.sender.limit(deck, { mostSounding, longestMicros: parameters.number(this.addressOf('longest-sounding')) * 1e6 });
  }

  private addressOf(name: string): string {
    return `deck/${this.deck}/${name}`;
  }
}
