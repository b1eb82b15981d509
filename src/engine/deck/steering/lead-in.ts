import { foresees } from '../../contracts/constraint-capabilities.js';
import type { ComposeControls } from '../../contracts/composer.js';
import { sameBeat, type Beats } from '../../music/units.js';
import type { Voice } from '../voice.js';
import { bestFilling, type Following } from './best-filling.js';
import type { Choice } from './best-of.js';
import type { ForcedMusic } from './passage.js';
import type { SpareTime } from './spare-time.js';
import type { Place, SteeringGround } from './steering.js';

/** What is further away from given music than this is composed as it comes. */
export const longestStretch: Beats = 16;
/** So much of the given music is asked after. */
const judgedBeats: Beats = 8;

/** Given music that lies ahead. */
interface Goal extends Following {
  readonly fromBeat: Beats;
}

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
    private readonly forced: (fromBeat: Beats, untilBeat: Beats) => readonly ForcedMusic[],
  ) {}

  /** Where given music begins that can be led into from `fromBeat` on, and there is time to; `undefined` where not. */
  reachFrom(fromBeat: Beats): Beats | undefined {
    const voice = this.ground.voice();
    const goal = voice && this.goalFrom(voice, fromBeat);
    return goal && this.countFor(goal, fromBeat) > 1 ? goal.fromBeat : undefined;
  }

  /** Composes the bars up to given ones; `undefined` where a place ends at none, or the voice cannot lead into them. */
  compose(voice: Voice, { fromBeat, untilBeat, shift }: Place, controls: ComposeControls, stopped: () => boolean): Promise<Choice> | undefined {
    const goal = this.goalFrom(voice, fromBeat);
    if (!goal || Math.abs(goal.fromBeat - untilBeat) > sameBeat) return undefined;
    const { clock } = this.ground;
    return bestFilling(
      voice.composer,
      { fromBeat: fromBeat - shift, untilBeat: untilBeat - shift, count: this.countFor(goal, fromBeat) },
      controls,
      { notes: goal.notes.map((note) => ({ ...note, beat: note.beat - shift })), untilBeat: goal.untilBeat - shift },
      { now: () => clock.now(), latestMicros: clock.now() + this.leftMicros(fromBeat) },
      stopped,
    );
  }

  private goalFrom(voice: Voice, fromBeat: Beats): Goal | undefined {
    const { mode } = this.ground.modeSettings();
    if (!canLeadIn(voice) || (mode !== 'continue' && mode !== 'fill')) return undefined;
    const ahead = this.forced(fromBeat, fromBeat + longestStretch + sameBeat).filter(({ only }) => only);
    const [next] = [...ahead].sort((a, b) => a.fromBeat - b.fromBeat);
    if (!next || next.fromBeat <= fromBeat + sameBeat || !next.isLedInto) return undefined;
    const untilBeat = Math.min(next.untilBeat, next.fromBeat + judgedBeats);
    const notes = next.notes.filter(({ beat }) => beat >= next.fromBeat && beat < untilBeat);
    return notes.length === 0 ? undefined : { fromBeat: next.fromBeat, untilBeat, notes };
  }

  /** Each is composed, and what follows is read. */
  private countFor(goal: Goal, fromBeat: Beats): number {
    return this.spare.countFor(goal.untilBeat - fromBeat, this.leftMicros(fromBeat), this.ground.controls.fillCandidates);
  }

  private leftMicros(fromBeat: Beats): number {
    const { position, settings } = this.ground;
    if (!position.playing) return Infinity;
    return Math.max(0, fromBeat - position.beat() - settings().commit) * position.beatMicros;
  }
}
