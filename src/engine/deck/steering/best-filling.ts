import type { ComposeControls, ComposedSpan, Composer, Goal } from '../../contracts/composer.js';
import type { Beats, Micros } from '../../music/units.js';
import { withSeed, type Choice } from './best-of.js';

/** What something took once, it may take so much longer the next time. */
const slower = 1.5;

/** Until when there is time. */
export interface Leisure {
  now(): Micros;
  /** What is kept must stand by then. */
  readonly latestMicros: Micros;
}

/**
 * Composes a span up to given music, at most `count` times, each time with another seed, and lets the one stand after which the
 * composer thinks the given music likeliest. The first stands where there is no time for a second, or the composer cannot say;
 * another is only begun, and only gone on with, where there is time to compose the best once more. Beats are the composer's.
 */
export async function bestFilling(
  composer: Composer,
  { fromBeat, untilBeat, count }: { readonly fromBeat: Beats; readonly untilBeat: Beats; readonly count: number },
  controls: ComposeControls & { readonly goal: Goal },
  leisure: Leisure,
  stopped: () => boolean,
): Promise<Choice> {
  const started = leisure.now();
  const first = await composer.compose(untilBeat, controls, stopped);
  const composing = leisure.now() - started;
  const remains = (micros: Micros): boolean => leisure.now() + slower * micros <= leisure.latestMicros;
  const hurries = (): boolean => stopped() || !remains(composing);
  const choice = (span: ComposedSpan, made: number): Choice => ({ span, made, micros: composing });
  if (count < 2 || first.untilBeat < untilBeat || hurries()) return choice(first, 1);
  const { goal } = controls;
  const worthOf = async (): Promise<number | undefined> => composer.foresee?.(goal.notes, goal.untilBeat, controls, hurries);
  const worth = await worthOf();
  if (worth === undefined) return choice(first, 1);
  const each = leisure.now() - started;
  let best = { index: 0, span: first, worth };
  let [made, standing] = [1, 0];
  for (let index = 1; index < count && !stopped() && remains(each + composing); index += 1) {
    await composer.rewind(fromBeat);
    standing = index;
    const span = await composer.compose(untilBeat, withSeed(controls, index), hurries);
    const other = span.untilBeat < untilBeat ? undefined : await worthOf();
    if (other === undefined) break;
    made += 1;
    if (other > best.worth) best = { index, span, worth: other };
  }
  if (best.index === standing) return choice(best.span, made);
  await composer.rewind(fromBeat);
  return choice(await composer.compose(untilBeat, withSeed(controls, best.index), stopped), made);
}
