import type { Beats } from '../music/units.js';

interface Due {
  lead(): Beats;
  run(): void;
}

/** Things to do ahead of a beat, each once; the beat may move. Thread: main. */
export class Dues {
  private dues: Due[] = [];

  /** @param lead how long before the beat, as things are; asked whenever they are looked through. */
  plan(lead: () => Beats, run: () => void): void {
    this.dues.push({ lead, run });
  }

  /** Does what is due where the beat is so far ahead, in the order in which it was planned. Call it often. */
  runAt(beatsAhead: Beats): void {
    const isDue = new Set(this.dues.filter(({ lead }) => beatsAhead <= lead()));
    this.dues = this.dues.filter((each) => !isDue.has(each));
    for (const { run } of isDue) run();
  }

  /** Nothing of it is done any more. */
  clear(): void {
    this.dues = [];
  }
}
