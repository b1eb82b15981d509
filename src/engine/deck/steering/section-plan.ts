import type { Beats } from '../../music/units.js';
import type { Plan } from '../plan.js';
import type { Passage } from './passage.js';
import { Recollection } from './recollection.js';

/** One word of a plan. */
export interface Section {
  readonly letter: string;
  /** Only the outline of the letter's music is kept. */
  readonly varied: boolean;
}

/** A plan as it was written, or what is wrong with it. */
export type WrittenPlan = { readonly sections: readonly Section[]; readonly goesRound: boolean } | { readonly fault: string };

export const mostSections = 64;

/** @example planFromText("A A' B *") // → { sections: [{ letter: 'A', varied: false }, …], goesRound: true } */
export function planFromText(text: string): WrittenPlan {
  const words = text.split(/[\s,|]+/).filter((word) => word !== '');
  const goesRound = words.at(-1) === '*';
  const names = goesRound ? words.slice(0, -1) : words;
  const wrong = names.find((name) => !/^[A-Za-z][A-Za-z0-9]{0,15}['’]*$/.test(name));
  if (wrong !== undefined) return { fault: `"${wrong}" is no section; write a letter or a word, with ' behind it for a variation, such as A A' B A` };
  if (goesRound && names.length === 0) return { fault: 'there is nothing to go round; write such as A B *' };
  if (names.length > mostSections) return { fault: `a plan has ${mostSections} sections at most, not ${names.length}` };
  return { sections: names.map((name) => ({ letter: name.replace(/['’]/g, ''), varied: /['’]/.test(name) })), goesRound };
}

/**
 * Sections of equal length, one after the other: a letter that has been played comes again as it was, a variation only in
 * outline, a new letter is left to the composer. Thread: main.
 */
export class SectionPlan {
  /** @param memories what was heard of sections that come again, by their index: one for the plan, wherever it is moved to. */
  constructor(
    private readonly sections: readonly Section[],
    private readonly goesRound: boolean,
    private readonly startBeat: Beats,
    private readonly sectionBeats: Beats,
    private readonly memories = new Map<number, Recollection>(),
  ) {}

  /** The same plan at another place. It remembers what this one does, and goes on with it: there is one music of each section. */
  moved(by: Beats): SectionPlan {
    return new SectionPlan(this.sections, this.goesRound, this.startBeat + by, this.sectionBeats, this.memories);
  }

  /** Keeps what has been heard of sections that come again, however long they or what comes between are. Call it often. */
  keep(plan: Plan, now: Beats): void {
    const current = this.indexAt(now);
    if (!this.memories.has(current) && this.at(current)) this.begin(current);
    for (const [index, memory] of this.memories) memory.keep(plan, this.beatOf(index), this.sectionBeats, now);
  }

  /** Sections that come again and touch `fromBeat` .. `untilBeat` (exclusive). */
  between(fromBeat: Beats, untilBeat: Beats): readonly Passage[] {
    const last = Math.ceil((untilBeat - this.startBeat) / this.sectionBeats) - 1;
    const passages: Passage[] = [];
    for (let index = Math.max(0, this.indexAt(fromBeat)); index <= last; index += 1) {
      const section = this.at(index);
      const source = section && this.sourceOf(index, section);
      if (source === undefined) continue;
      passages.push({
        fromBeat: this.beatOf(index),
        untilBeat: this.beatOf(index + 1),
        music: { sourceBeat: this.beatOf(source), memory: this.memories.get(source) ?? new Recollection() },
        manner: section?.varied ? 'outline' : 'whole',
      });
    }
    return passages;
  }

  /** Of the section at `beat`, its name, its number from 1 on and how many there are; empty where there is none. */
  describe(beat: Beats): string {
    const index = this.indexAt(beat);
    const section = this.at(index);
    return section ? `${section.letter}${section.varied ? "'" : ''} ${(index % this.sections.length) + 1}/${this.sections.length}` : '';
  }

  /** Whether nothing of it comes after `beat`. */
  isOverAt(beat: Beats): boolean {
    return !this.goesRound && this.indexAt(beat) >= this.sections.length;
  }

  /** Remembers a section, and of those before it what comes again from there on. */
  private begin(current: number): void {
    const awaited = new Set<number | undefined>();
    for (let index = current; index <= current + this.sections.length; index += 1) {
      const section = this.at(index);
      if (section) awaited.add(this.sourceOf(index, section));
    }
    for (const index of this.memories.keys()) {
      if (!awaited.has(index) || index > current) this.memories.delete(index);
    }
    this.memories.set(current, new Recollection());
  }

  /** The last time before that the letter was played as it is, else the last time at all. */
  private sourceOf(index: number, { letter }: Section): number | undefined {
    let source: number | undefined;
    for (let earlier = index - 1; earlier >= Math.max(0, index - 2 * this.sections.length); earlier -= 1) {
      const section = this.at(earlier);
      if (section?.letter !== letter) continue;
      if (!section.varied) return earlier;
      source ??= earlier;
    }
    return source;
  }

  private at(index: number): Section | undefined {
    if (index < 0) return undefined;
    return this.sections[this.goesRound ? index % this.sections.length : index];
  }

  private indexAt(beat: Beats): number {
    return Math.floor((beat - this.startBeat) / this.sectionBeats);
  }

  private beatOf(index: number): Beats {
    return this.startBeat + index * this.sectionBeats;
  }
}
