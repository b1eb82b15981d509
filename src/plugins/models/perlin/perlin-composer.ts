import type { ComposeControls, ComposedSpan, Composer } from '../../../engine/contracts/composer.js';
import { endBeat, type Note } from '../../../engine/music/note.js';
import { emptyScore, type ProgramMark, type Score } from '../../../engine/music/score.js';
import type { Beats } from '../../../engine/music/units.js';
import { monotonicClock } from '../../../engine/time/clock.js';
import { chooseBand } from './band.js';
import { constrain } from './constrain.js';
import { beatsPerPhrase, phraseAt, type PhrasePlace } from './form.js';
import { harmonise } from './harmony.js';
import { chooseKey } from './key-choice.js';
import { listen, ownCentre, type Impression } from './listening.js';
import { NoiseField } from './noise-field.js';
import type { PerlinOptions } from './options.js';
import { channelsOfParts } from './parts.js';
import { writePhrase } from './phrase.js';
import type { Daring, Scene } from './scene.js';

/** Phrases kept: the one that plays, and the ones around it when controls are turned. */
const rememberedPhrases = 4;
const swellReach = 9;
/** How far back a rewind may go and still find the notes that sound there. */
const rememberedBeats: Beats = 128;
const modeTrait = 1;
const bandTrait = 2;

/**
 * A composer without weights: it reads seeded Perlin noise by musical rules, in phrases of four 4/4 bars that begin on
 * multiples of 16 beats. A phrase is a pure function of its place, the seed and the controls, so going back is exact.
 * Thread: the inference worker. Blocks: about a millisecond a phrase.
 */
export class PerlinComposer implements Composer {
  private position: Beats = 0;
  private impression: Impression = listen(emptyScore, 0);
  /** The key asked for when the history was taken; turning it away ends the following of the history's own key. */
  private keyAtPrime: number | undefined;
  private follows = true;
  private field = new NoiseField(0);
  private readonly phrases = new Map<string, readonly Note[]>();
  /** Notes given out, or heard, that may still sound. */
  private sounding: Note[] = [];
  private programsGiven: readonly ProgramMark[] = [];

  constructor(private readonly options: PerlinOptions) {}

  async prepare(): Promise<void> {
    this.phrases.clear();
  }

  async prime(history: Score, atBeat: Beats): Promise<void> {
    this.position = atBeat;
    this.impression = listen(history, atBeat);
    this.keyAtPrime = undefined;
    this.follows = true;
    this.sounding = history.notes.filter((note) => note.beat < atBeat && endBeat(note) > atBeat);
    this.programsGiven = [];
    this.phrases.clear();
  }

  async compose(untilBeat: Beats, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    const started = monotonicClock.now();
    const fromBeat = this.position;
    this.attend(controls);
    const notes: Note[] = [];
    while (this.position < untilBeat && !stopped()) {
      const place = phraseAt(this.position, controls.sampling.temperature);
      const end = Math.min(untilBeat, place.startBeat + beatsPerPhrase);
      for (const note of this.phrase(place, controls)) {
        if (note.beat < this.position || note.beat >= end || !this.isFree(note)) continue;
        notes.push(note);
        this.sounding.push(note);
      }
      this.position = end;
    }
    const programs = this.position > fromBeat ? this.missingPrograms(fromBeat, controls) : [];
    this.programsGiven = [...this.programsGiven, ...programs];
    this.forget();
    const micros = monotonicClock.now() - started;
    return { fromBeat, untilBeat: this.position, notes, programs, controls: [], tokens: notes.length, micros };
  }

  async rewind(toBeat: Beats): Promise<void> {
    this.position = Math.min(this.position, toBeat);
    this.sounding = this.sounding.filter((note) => note.beat < this.position);
    this.programsGiven = this.programsGiven.filter((mark) => mark.beat < this.position);
  }

  async dispose(): Promise<void> {
    this.phrases.clear();
    this.sounding = [];
  }

  private attend({ sampling, keySemitones }: ComposeControls): void {
    if (sampling.seed !== this.field.seed) this.field = new NoiseField(sampling.seed);
    this.keyAtPrime ??= keySemitones;
    if (keySemitones !== this.keyAtPrime) this.follows = false;
  }

  private phrase(place: PhrasePlace, controls: ComposeControls): readonly Note[] {
    const name = JSON.stringify([place.index, this.follows, controls]);
    const known = this.phrases.get(name);
    if (known) return known;
    const channels = channelsOfParts(controls.constraint.channels);
    const scene = this.sceneOf(place, controls);
    const notes = constrain(writePhrase(scene, channels), controls.constraint, scene, channels).map((note) => ({
      ...note,
      beat: note.beat + place.startBeat,
    }));
    if (this.phrases.size >= rememberedPhrases) this.phrases.delete(this.phrases.keys().next().value ?? '');
    this.phrases.set(name, notes);
    return notes;
  }

  private sceneOf(place: PhrasePlace, controls: ComposeControls): Scene {
    const { field, impression, options } = this;
    const { sampling, constraint, keySemitones, density } = controls;
    const daring = daringOf(sampling);
    const key = chooseKey(keySemitones, this.follows, constraint.scale, impression.key, options.mode, field.trait(modeTrait));
    const next = phraseAt(place.startBeat + beatsPerPhrase, sampling.temperature);
    return {
      place,
      chords: harmonise(place, key, field, daring.harmony),
      nextChord: harmonise(next, key, field, daring.harmony)[0],
      field,
      daring,
      density: Math.max(0, Math.min(1, density)),
      melodyCentre: ownCentre + 12 * impression.octaves,
      swell: field.swell(place.index) * swellReach * daring.velocity,
    };
  }

  private isFree(note: Note): boolean {
    return this.sounding.every(
      (other) => other.channel !== note.channel || other.pitch !== note.pitch || endBeat(other) <= note.beat || other.beat >= note.beat,
    );
  }

  private missingPrograms(fromBeat: Beats, { constraint }: ComposeControls): readonly ProgramMark[] {
    const band = chooseBand(this.field.trait(bandTrait), this.options);
    const marks: ProgramMark[] = [];
    for (const [part, channel] of channelsOfParts(constraint.channels)) {
      if (part === 'drums') continue;
      const given = this.programsGiven.findLast((mark) => mark.channel === channel);
      if (given?.program !== band[part]) marks.push({ beat: fromBeat, channel, program: band[part] });
    }
    return marks;
  }

  private forget(): void {
    const oldest = this.position - rememberedBeats;
    this.sounding = this.sounding.filter((note) => endBeat(note) > oldest);
  }
}

function daringOf({ temperature, attributeTemperature }: ComposeControls['sampling']): Daring {
  return {
    harmony: temperature,
    pitch: temperature * (attributeTemperature.pitch ?? 1),
    time: temperature * (attributeTemperature.time ?? 1),
    velocity: temperature * (attributeTemperature.velocity ?? 1),
  };
}
