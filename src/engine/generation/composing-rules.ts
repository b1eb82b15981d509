import type { ComposeControls } from '../contracts/composer.js';
import type { TokenAttribute } from '../contracts/tokenizer.js';
import type { MusicConstraint } from '../music/constraint.js';
import type { Beats } from '../music/units.js';
import type { TokenRecipe } from './composer-recipe.js';
import { constraintBeforeShift, shiftOutOfModelKey } from './model-key.js';
import type { TokenSampling } from './sampling/token-sampler.js';

type PackRules = Pick<TokenRecipe, 'generation' | 'sampling'>;

/** What a performer's controls and a pack's own rules come to, for one span. */
export class ComposingRules {
  /** What the model may write, in its own key. */
  readonly constraint: MusicConstraint;
  /** Semitones from the model's key to the performer's. */
  readonly shift: number;
  readonly density: number;
  readonly seed: number;
  private readonly byAttribute = new Map<TokenAttribute, TokenSampling>();

  constructor(
    private readonly pack: PackRules,
    private readonly controls: ComposeControls,
  ) {
    const { generation } = pack;
    const { constraint } = controls;
    this.shift = generation.keyNormalised ? shiftOutOfModelKey(controls.keySemitones) : 0;
    this.constraint = {
      ...constraintBeforeShift(constraint, this.shift),
      eventKinds: constraint.eventKinds ?? (generation.events.length > 0 ? generation.events : undefined),
      channels: constraint.channels ?? (generation.tracks.length > 0 ? generation.tracks.map((track) => track.channel) : undefined),
      maximumRestBeats: constraint.maximumRestBeats ?? generation.maxRestBeats,
    };
    this.density = controls.density;
    this.seed = controls.sampling.seed;
  }

  /** The same where a silence is wanted before the music comes in again: the longest rest counts from its end. */
  constraintAfter(silence: Beats): MusicConstraint {
    const { maximumRestBeats } = this.constraint;
    if (maximumRestBeats === undefined) return this.constraint;
    return { ...this.constraint, maximumRestBeats: maximumRestBeats + silence };
  }

  sampling(attribute: TokenAttribute): TokenSampling {
    const known = this.byAttribute.get(attribute);
    if (known) return known;
    const { temperature, topP, topK, minP, attributeTemperature } = this.controls.sampling;
    const factor = attributeTemperature[attribute] ?? this.pack.sampling.attributeTemperature?.[attribute] ?? 1;
    const sampling = { temperature: temperature * factor, topP, topK, minP };
    this.byAttribute.set(attribute, sampling);
    return sampling;
  }
}
