import type { ComposeControls, ComposedSpan, Composer } from '../../contracts/composer.js';
import type { Note } from '../../music/note.js';
import type { Beats, Micros } from '../../music/units.js';

/** Far from each other, so that the seeds a performer turns to next are not heard already. */
const seedStep = 7919;
const seeds = 2 ** 31;

export interface Choice {
  readonly span: ComposedSpan;
  /** How many it was chosen from. */
  readonly made: number;
  /** What it took to compose it once, where that is known. */
  readonly micros?: Micros;
}

/**
 * Composes a span `count` times from where the composer stands, each time with another seed, and lets it stand as the one
 * that is judged best: what is kept is composed once more, as it was, so that the composer goes on from it. After so many of them
 * `hasTime` is asked whether there is time for two more. Where it is stopped, the one under way is the choice, as far as it came.
 * Beats are the composer's.
 */
export async function bestOf(
  composer: Composer,
  { fromBeat, untilBeat, count, hasTime }: { readonly fromBeat: Beats; readonly untilBeat: Beats; readonly count: number; hasTime(made: number): boolean },
  controls: ComposeControls,
  judge: (notes: readonly Note[]) => number,
  stopped: () => boolean,
): Promise<Choice> {
  const candidate = async (index: number): Promise<ComposedSpan> => {
    if (index !== composedLast) await composer.rewind(fromBeat);
    composedLast = index;
    return composer.compose(untilBeat, withSeed(controls, index), stopped);
  };
  let composedLast = 0;
  let span = await candidate(0);
  let best = { index: 0, worth: judge(span.notes) };
  let made = 1;
  for (; made < count && span.untilBeat >= untilBeat && hasTime(made); made += 1) {
    span = await candidate(made);
    const worth = judge(span.notes);
    if (worth > best.worth) best = { index: made, worth };
  }
  const isLast = span.untilBeat < untilBeat || best.index === composedLast;
  return { span: isLast ? span : await candidate(best.index), made };
}

/** The controls of another candidate; 0: as they are. */
export function withSeed(controls: ComposeControls, index: number): ComposeControls {
  if (index === 0) return controls;
  return { ...controls, sampling: { ...controls.sampling, seed: (controls.sampling.seed + index * seedStep) % seeds } };
}
