import { foresees } from '../../contracts/constraint-capabilities.js';
import type { ComposeControls, Goal } from '../../contracts/composer.js';
import { sameBeat, type Beats } from '../../music/units.js';
import type { Voice } from '../voice.js';
import { bestFilling } from './best-filling.js';
import type { Choice } from './best-of.js';
import { earlierWay } from './earlier-way.js';
import type { ForcedPassages } from './forced-passages.js';
import { isBarLine } from './loop-watch.js';
import type { ForcedMusic } from './passage.js';
import type { SpareTime } from './spare-time.js';
import type { Place, SteeringGround } from './steering.js';

/** What is further away from given music than this is composed as it comes. */
export const longestStretch: Beats = 16;
/** So much of the given music is asked after. */
const judgedBeats: Beats = 8;

/** Whether a voice can say what leads into given music. */
export function canLeadIn({ composer, keeps }: Pick<Voice, 'composer' | 'keeps'>): boolean {
  return composer.foresee !== undefined && (keeps === undefined || keeps.includes(foresees));
}

/**
 * Has the bars before given ones composed in one go where there is time, several times over, so that those can be kept that
 * lead into them. Where there is none, they are composed as ever. Beats are the session's. Thread: main. Blocks: no.
 */
export class LeadIn {
  /** @param forced all that is forced and touches a stretch. */
  constructor(
    private readonly ground: SteeringGround,
    private readonly spare: SpareTime,
    private readonly passages: ForcedPassages,
    private readonly forced: (fromBeat: Beats, untilBeat: Beats) => readonly ForcedMusic[],
  ) {}

  /** Where given music begins that can be led into from `fromBeat` on, and there is time to; `undefined` where not. */
  reachFrom(fromBeat: Beats): Beats | undefined {
    const voice = this.ground.voice();
    const goal = voice && canLeadIn(voice) ? this.goalFrom(fromBeat) : undefined;
    return goal && this.countFor(goal.untilBeat, fromBeat) > 1 ? goal.fromBeat : undefined;
  }

  /** Where the music has been before at a bar line, and came to what is given, it is to come there as it did. */
  rememberWay({ fromBeat }: Place): void {
    const { plan, settings } = this.ground;
    const { beatsPerBar } = settings();
    const goal = this.ground.controls.fillsAsBefore ? this.goalFrom(fromBeat) : undefined;
    if (!goal || !isBarLine(fromBeat, beatsPerBar) || this.passages.between(fromBeat, goal.fromBeat).length > 0) return;
    const way = earlierWay(plan.history(fromBeat).notes, { fromBeat, goal }, beatsPerBar, plan.own(fromBeat));
    const passage = way && { fromBeat, untilBeat: goal.fromBeat, music: { notes: way }, manner: 'whole' as const };
    if (passage && this.passages.hasRoomFor(passage)) this.passages.add(passage);
  }

  /** Why bars that are filled may not lead into given ones, in one sentence; `undefined` where they do. */
  unfilled(): string | undefined {
    const voice = this.ground.voice();
    if (!voice || canLeadIn(voice)) return undefined;
    return `The pack ${voice.pack} cannot say what leads into given bars: where the music never came to them before, it goes on as it would without them.`;
  }

  /** The controls of a place from which there is given music to be led into: it is the goal. Others are as they were. */
  aim(voice: Voice, { fromBeat, shift }: Place, controls: ComposeControls): ComposeControls {
    const goal = this.goalFrom(fromBeat);
    if (!goal || !canLeadIn(voice)) return controls;
    const notes = goal.notes.map((note) => ({ ...note, beat: note.beat - shift }));
    return { ...controls, goal: { ...goal, notes, fromBeat: goal.fromBeat - shift, untilBeat: goal.untilBeat - shift } };
  }

  /** Composes the bars up to the goal; `undefined` where a place does not end there. */
  compose(voice: Voice, { fromBeat, untilBeat, shift }: Place, controls: ComposeControls, stopped: () => boolean): Promise<Choice> | undefined {
    const { goal } = controls;
    if (!goal || Math.abs(goal.fromBeat + shift - untilBeat) > sameBeat) return undefined;
    const { clock } = this.ground;
    return bestFilling(
      voice.composer,
      { fromBeat: fromBeat - shift, untilBeat: untilBeat - shift, count: this.countFor(goal.untilBeat + shift, fromBeat) },
      { ...controls, goal },
      { now: () => clock.now(), latestMicros: clock.now() + this.leftMicros(fromBeat) },
      stopped,
    );
  }

  private goalFrom(fromBeat: Beats): Goal | undefined {
    const { mode } = this.ground.modeSettings();
    if (mode !== 'continue' && mode !== 'fill') return undefined;
    const ahead = this.forced(fromBeat, fromBeat + longestStretch + sameBeat).filter(({ only }) => only);
    const [next] = [...ahead].sort((a, b) => a.fromBeat - b.fromBeat);
    if (!next || next.fromBeat <= fromBeat + sameBeat || !next.isLedInto) return undefined;
    const untilBeat = Math.min(next.untilBeat, next.fromBeat + judgedBeats);
    const notes = next.notes.filter(({ beat }) => beat >= next.fromBeat && beat < untilBeat);
    return notes.length === 0 ? undefined : { fromBeat: next.fromBeat, untilBeat, notes, beatsPerBar: this.ground.settings().beatsPerBar };
  }

  /** Each is composed, and what follows is read. */
  private countFor(untilBeat: Beats, fromBeat: Beats): number {
    return this.spare.countFor(untilBeat - fromBeat, this.leftMicros(fromBeat), this.ground.controls.fillCandidates);
  }

  private leftMicros(fromBeat: Beats): number {
    const { position, settings } = this.ground;
    if (!position.playing) return Infinity;
    return Math.max(0, fromBeat - position.beat() - settings().commit) * position.beatMicros;
  }
}
