import { chordPitchClasses } from '../../music/chord-name.js';
import type { MusicConstraint, PitchClassWish, Range } from '../../music/constraint.js';
import { pitchClassOf } from '../../music/pitch-name.js';
import { scalePitchClasses, type ScaleName } from '../../music/scale.js';
import type { ParameterStore } from '../../parameters/parameter-store.js';
import { strictStrength } from '../../parameters/table/deck-constraints.js';
import { numberList } from './number-list.js';

const allPitchClasses = 12;
/** Where no limit is set: nothing of any pack goes beyond these. */
const longestBeats = 64;
const mostOnsets = 128;

/** What the parameters of a deck say its music may be; what is at rest says nothing. `prefix`: such as `deck/1/`. */
export function readConstraint(store: ParameterStore, prefix: string): MusicConstraint {
  const number = (name: string): number => store.number(prefix + name);
  const text = (name: string): string => store.text(prefix + name);
  const channels = numberList(text('only-channels'), 1, 16)?.map((channel) => channel - 1) ?? [];
  const programs = numberList(text('only-programs'), 0, 127) ?? [];
  const scale = wish(scalePitchClasses(text('scale') as ScaleName, pitchClassOf(text('scale-root')) ?? 0), number('scale-strength'));
  const chord = wish(chordPitchClasses(text('chord')) ?? [], number('chord-strength'));
  const pitches = range(number('low-pitch'), number('high-pitch'), 0, 127);
  const velocities = range(number('low-velocity'), number('high-velocity'), 1, 127);
  const lengths = range(number('shortest-note'), number('longest-note') || longestBeats, 0, longestBeats);
  const onsets = range(number('fewest-onsets'), number('most-onsets') || mostOnsets, 0, mostOnsets);
  return {
    ...(pitches && { pitchRange: pitches }),
    ...(velocities && { velocityRange: velocities }),
    ...(lengths && { durationRange: lengths }),
    ...(onsets && { onsetsPerBeat: onsets }),
    ...(number('longest-rest') > 0 && { maximumRestBeats: number('longest-rest') }),
    ...(number('polyphony') > 0 && { maximumPolyphony: number('polyphony') }),
    ...(channels.length > 0 && { channels }),
    ...(programs.length > 0 && { programs }),
    ...(scale && { scale }),
    ...(chord && { chord }),
  };
}

/** From the lower to the higher of two, whichever way round they are set; `undefined` where it is all there is. */
function range(one: number, other: number, least: number, most: number): Range | undefined {
  const [low, high] = one <= other ? [one, other] : [other, one];
  return low > least || high < most ? { low, high } : undefined;
}

function wish(pitchClasses: readonly number[], strength: number): PitchClassWish | undefined {
  if (pitchClasses.length === 0 || pitchClasses.length === allPitchClasses || strength === 0) return undefined;
  return { pitchClasses, strict: strength >= strictStrength, bias: strength };
}
