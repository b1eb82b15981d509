import type { ComposeControls, ComposedSpan, Composer, SamplingControls } from '../../contracts/composer.js';
import type { TokenAttribute } from '../../contracts/tokenizer.js';
import type { Note } from '../../music/note.js';
import type { Beats } from '../../music/units.js';
import { withSeed, type Choice } from './best-of.js';

/** So often a bar that goes round is composed again at most. */
export const mostAttempts = 8;
/** How one chooses who goes round: as freely as this at least, and more freely with every attempt. */
const floors = { temperature: 0.9, share: 0.6, topP: 0.95, minP: 0.02 };
const freerWithEach = 0.15;
/** What went on so before is e^3 times less likely to go on so again. */
const again = -3;

/** How one chooses who has been told off so many times. */
export function toldOff(sampling: SamplingControls, times = 1): SamplingControls {
  const shares = Object.entries(sampling.attributeTemperature) as [TokenAttribute, number][];
  return {
    ...sampling,
    temperature: Math.max(sampling.temperature, floors.temperature) + freerWithEach * times,
    topP: Math.max(sampling.topP, floors.topP),
    topK: 0,
    minP: Math.min(sampling.minP, floors.minP),
    repetition: Math.min(0, sampling.repetition ?? 0) + again,
    attributeTemperature: Object.fromEntries(shares.map(([attribute, share]) => [attribute, Math.max(share, floors.share)])),
  };
}

/**
 * Composes a span until it is none that has come too often: again from where the composer stands, with another seed and more
 * freely each time. What is composed last stands. Where it is stopped, it is that one, as far as it came. Beats are the composer's.
 */
export async function endLoop(
  composer: Composer,
  { fromBeat, untilBeat, count }: { readonly fromBeat: Beats; readonly untilBeat: Beats; readonly count: number },
  { controls, isLoop }: { readonly controls: ComposeControls; readonly isLoop: boolean },
  isRepeated: (notes: readonly Note[]) => boolean,
  stopped: () => boolean,
): Promise<Choice> {
  const first = isLoop ? 1 : 0;
  for (let attempt = 0; ; attempt += 1) {
    if (attempt > 0) await composer.rewind(fromBeat);
    const times = first + attempt;
    const freer = times === 0 ? controls : { ...controls, sampling: toldOff(controls.sampling, times) };
    const span: ComposedSpan = await composer.compose(untilBeat, withSeed(freer, attempt), stopped);
    const isDone = attempt + 1 >= count || span.untilBeat < untilBeat || !isRepeated(span.notes);
    if (isDone) return { span, made: attempt + 1 };
  }
}
