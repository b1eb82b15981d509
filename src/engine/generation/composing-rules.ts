import type { ComposeControls } from '../contracts/composer.js';
import type { ModelSteering } from '../contracts/model-steering.js';
import type { TokenAttribute } from '../contracts/tokenizer.js';
import type { MusicConstraint } from '../music/constraint.js';
import type { Note } from '../music/note.js';
import { sameBeat, type Beats } from '../music/units.js';
import type { TokenRecipe } from './composer-recipe.js';
import { constraintBeforeShift, shiftOutOfModelKey } from './model-key.js';
import type { TokenSampling } from './sampling/token-sampler.js';

type PackRules = Pick<TokenRecipe, 'generation' | 'sampling'>;

/** Where music goes on. */
export interface Floor {
  readonly beat: Beats;
  /** What was played before it that the stream has not told, in beats of the session. */
  readonly played: readonly Note[];
  /** The longest rest counts from so long after the last onset. */
  readonly silence: Beats;
}

/** What a performer's controls and a pack's own rules come to, for one span. */
export class ComposingRules {
  /** What the model may write, in its own key; forced notes in beats of the session. */
  readonly constraint: MusicConstraint;
  /** Semitones from the model's key to the performer's. */
  readonly shift: number;
  readonly density: number;
  readonly repetition: number;
  readonly seed: number;
  private readonly steering: ModelSteering;
  /** Where in the model's own space it is to come to. */
  place: Float32Array | undefined;
  private text: string | undefined;
  private inStream: { readonly originBeat: Beats; readonly floor?: Floor; readonly constraint: MusicConstraint; readonly free: MusicConstraint } | undefined;
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
      // A model of one part would take another of its parts for it.
      programs: generation.events.length === 0 || generation.events.includes('program') ? constraint.programs : undefined,
      maximumRestBeats: constraint.maximumRestBeats ?? generation.maxRestBeats,
    };
    this.density = controls.density;
    this.repetition = controls.sampling.repetition ?? 0;
    this.seed = controls.sampling.seed;
    const { density, mode, style } = controls;
    this.steering = { seed: this.seed, temperature: controls.sampling.temperature, density, mode, style };
  }

  /** For a model that decides more than the next id, which it does at `beat`. */
  steeringAt(beat: Beats): ModelSteering {
    const { place, steering, controls: { goal } } = this;
    const barsToPlace = goal ? Math.ceil((goal.fromBeat - beat) / goal.beatsPerBar - sameBeat) : 0;
    return place && barsToPlace > 0 ? { ...steering, place, barsToPlace } : steering;
  }

  /** Whether the same is wished for. */
  isLike(other: ComposingRules): boolean {
    return this === other || this.controlsText === other.controlsText;
  }

  /** The constraint for a stream whose time counts from `originBeat`. */
  constraintFrom(originBeat: Beats): MusicConstraint {
    return this.streamed(originBeat).constraint;
  }

  /** The same where the music goes on at a floor, of a format that keeps that. `isHeld` false: what lies before it may be said, too. */
  constraintAt(floor: Floor, originBeat: Beats, isHeld = true): MusicConstraint {
    const { constraint, free } = this.streamed(originBeat, floor);
    return isHeld ? constraint : free;
  }

  /**
   * The same where the music comes in at `floor`, after a silence of so many beats: nothing is wanted before, and the
   * longest rest counts from there.
   */
  constraintBefore(floor: Beats, silence: Beats, originBeat: Beats): MusicConstraint {
    const { maximumRestBeats, onsetsPerBeat, forcedNotes } = this.constraint;
    if ((maximumRestBeats ?? onsetsPerBeat ?? forcedNotes) === undefined) return this.constraintFrom(originBeat);
    return counted(
      {
        ...this.constraint,
        ...(maximumRestBeats !== undefined && { maximumRestBeats: maximumRestBeats + silence }),
        ...(onsetsPerBeat && { onsetsPerBeat: { ...onsetsPerBeat, low: 0 } }),
        ...(forcedNotes && { forcedNotes: forcedNotes.filter((note) => note.beat >= floor) }),
      },
      originBeat,
    );
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

  private streamed(originBeat: Beats, floor?: Floor): NonNullable<typeof this.inStream> {
    if (this.inStream?.originBeat !== originBeat || this.inStream.floor !== floor) {
      const constraint = counted(floor ? this.from(floor) : this.constraint, originBeat);
      this.inStream = { originBeat, floor, constraint, free: { ...constraint, earliestBeat: undefined } };
    }
    return this.inStream;
  }

  private from({ beat, played, silence }: Floor): MusicConstraint {
    const { maximumRestBeats, forcedNotes } = this.constraint;
    const forced = forcedNotes?.filter((note) => note.beat >= beat);
    return {
      ...this.constraint,
      earliestBeat: beat,
      forcedNotes: played.length === 0 ? forced : [...played, ...(forced ?? [])],
      ...(maximumRestBeats !== undefined && { maximumRestBeats: maximumRestBeats + silence }),
    };
  }

  private get controlsText(): string {
    this.text ??= JSON.stringify(this.controls);
    return this.text;
  }
}

/** With beats of a stream that begins at `originBeat`. */
function counted(constraint: MusicConstraint, originBeat: Beats): MusicConstraint {
  const { forcedNotes, earliestBeat } = constraint;
  if ((forcedNotes === undefined && earliestBeat === undefined) || originBeat === 0) return constraint;
  return {
    ...constraint,
    ...(earliestBeat !== undefined && { earliestBeat: earliestBeat - originBeat }),
    ...(forcedNotes && { forcedNotes: forcedNotes.map((note) => ({ ...note, beat: note.beat - originBeat })) }),
  };
}
