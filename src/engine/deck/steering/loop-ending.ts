import type { ComposeControls, ComposedSpan } from '../../contracts/composer.js';
import { nearestLine } from '../../music/rhythm-grid.js';
import type { Beats } from '../../music/units.js';
import { moveAll } from '../move-span.js';
import type { Voice } from '../voice.js';
import type { Choice } from './best-of.js';
import { endLoop, mostAttempts } from './end-loop.js';
import { barLineBefore, LoopWatch, type Overdone } from './loop-watch.js';
import type { ForcedMusic } from './passage.js';
import type { Place, SteeringGround } from './steering.js';

/**
 * Has music composed otherwise where it has come to go round. What comes again because somebody wants it to, in a deck that is
 * frozen or in bars that were asked for, is none of that, and counts for none. Beats are the session's. Thread: main. Blocks: no.
 */
export class LoopEnding {
  private readonly watch: LoopWatch;

  /**
   * @param forced all that is forced and touches a stretch
   * @param timesNow how often a place can be composed before it is needed, at most so many times
   */
  constructor(
    private readonly ground: SteeringGround,
    private readonly forced: (fromBeat: Beats, untilBeat: Beats) => readonly ForcedMusic[],
    private readonly timesNow: (place: Place, wanted: number) => number,
  ) {
    this.watch = new LoopWatch(ground.plan);
  }

  /** Bars that had come too often, so far, when another one began. */
  get count(): number {
    return this.watch.count;
  }

  /** The host jumped, and the music moved. */
  moved(by: Beats): void {
    this.watch.moved(by);
  }

  /** The voice wrote a span, in the place of all that stood from its beginning on. */
  wrote(span: ComposedSpan): void {
    this.watch.wrote(span, this.wished(span));
  }

  /** The bars that may not come once more at a place; `undefined` where there are none, or what comes there is wished for. */
  overdoneAt(place: Pick<Place, 'fromBeat' | 'untilBeat'>): Overdone | undefined {
    const { fromBeat, untilBeat } = place;
    const { loopLimit } = this.ground.controls;
    if (loopLimit === 0 || this.wished(place).some((wish) => wish.fromBeat <= fromBeat && wish.untilBeat >= untilBeat)) return undefined;
    return this.watch.overdoneAt(fromBeat, this.ground.settings().beatsPerBar, loopLimit);
  }

  /** Composes a span that is none of the bars that came too often; `undefined` where none did, or what comes is wished for. */
  compose({ composer }: Voice, place: Place, controls: ComposeControls, isAnswer: boolean, stopped: () => boolean): Promise<Choice> | undefined {
    const overdone = this.overdoneAt(place);
    if (!overdone) return undefined;
    const { fromBeat, untilBeat, shift } = place;
    const { gridBeats } = this.ground.controls;
    const before = this.ground.plan.from(barLineBefore(fromBeat, this.ground.settings().beatsPerBar)).notes.filter(({ beat }) => beat < fromBeat);
    const played = (notes: ComposedSpan['notes']): ComposedSpan['notes'] =>
      gridBeats === 0 ? notes : notes.map((note) => ({ ...note, beat: Math.max(fromBeat, nearestLine(note.beat, gridBeats)) }));
    return endLoop(
      composer,
      { fromBeat: fromBeat - shift, untilBeat: untilBeat - shift, count: isAnswer ? 1 : this.timesNow(place, mostAttempts) },
      { controls, isLoop: overdone.isLoop },
      (notes) => overdone.isRepeated([...before, ...played(moveAll(notes, shift))], untilBeat),
      stopped,
    );
  }

  /** Of a place what comes there because somebody wants it. */
  private wished(place: Pick<Place, 'fromBeat' | 'untilBeat'>): readonly Pick<Place, 'fromBeat' | 'untilBeat'>[] {
    if (this.ground.voice()?.loopBars !== undefined) return [place];
    return this.forced(place.fromBeat, place.untilBeat).filter(({ only }) => only);
  }
}
