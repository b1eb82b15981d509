import { sameBeat, type Beats } from '../music/units.js';
import type { DeckSettings, Position } from './deck-dependencies.js';
import type { PlayModes } from './modes/play-modes.js';
import type { MusicAhead } from './music-ahead.js';
import { ticksPerBeat, type Pace } from './real-time-law.js';
import type { SpeedWatch } from './speed-watch.js';
import type { Steering } from './steering/steering.js';
import type { Wishes } from './wishes.js';

/** What is waited for may reach so far beyond what is to be composed ahead. */
const shortestAnswer: Beats = 1;
/** Where nothing is wished for. */
const longestPortion: Beats = 1;

/** What portions are measured by. */
export interface PortionGround {
  readonly position: Position;
  readonly ahead: Pick<MusicAhead, 'reach' | 'writtenUntil'>;
  readonly steering: Pick<Steering, 'horizonFrom' | 'portionFrom'>;
  readonly modes: Pick<PlayModes, 'limit' | 'reach'>;
  readonly wishes: Pick<Wishes, 'areAsked' | 'areDue'>;
  /** How fast the voice is that plays. */
  speed(): SpeedWatch;
  settings(): DeckSettings;
}

/** How much of a deck's music is composed at a time, and when: by what its voice keeps up with. Thread: main. Blocks: no. */
export class Portions {
  constructor(private readonly ground: PortionGround) {}

  /** How the voice is to be asked at the present tempo. */
  get pace(): Pace {
    return this.ground.speed().pace(this.ground.position.beatMicros);
  }

  /** Whether a wish is to be passed on now. */
  hasDueWishes(now: Beats): boolean {
    const { position, wishes } = this.ground;
    return wishes.areDue(now, position.playing ? this.pace.intervalTicks / ticksPerBeat : 0);
  }

  /** What is committed stands when something is wished for, and so does what an answer cannot be in time for. */
  answerFrom(wishBeat: Beats, now: Beats): Beats {
    const { position, settings, speed } = this.ground;
    return Math.max(wishBeat + settings().commit, now + speed().answerBeats(position.beatMicros));
  }

  /** Up to where to compose next; `undefined`: enough is composed. */
  next(now: Beats): Beats | undefined {
    const { ahead, modes, steering, wishes } = this.ground;
    const limit = modes.limit(ahead.reach(steering.horizonFrom(ahead.writtenUntil)), this.leastHorizon(now));
    const wanted = modes.reach(this.wanted(now, limit - now));
    const most = wishes.areAsked ? Math.min(Math.max(limit, ahead.writtenUntil + shortestAnswer), modes.limit(Infinity)) : limit;
    const until = wishes.areAsked ? Math.min(wanted, most) : wanted;
    return until > ahead.writtenUntil + sameBeat && until <= most ? until : undefined;
  }

  /** With less a portion would be asked for too late. While the host stands, it may start where the rest of the bar is passed over. */
  private leastHorizon(now: Beats): Beats {
    const { position, settings } = this.ground;
    return this.answerFrom(now, now) - now + longestPortion + (position.playing ? 0 : settings().beatsPerBar);
  }

  /** An answer is as long as the law wants it; without a change it goes on beat by beat. What cannot be heard any more is passed over. */
  private wanted(now: Beats, horizon: Beats): Beats {
    const { ahead, steering, wishes } = this.ground;
    const { writtenUntil } = ahead;
    if (wishes.areAsked) return writtenUntil + this.pace.lengthTicks / ticksPerBeat;
    return steering.portionFrom(writtenUntil < now ? this.answerFrom(now, now) : writtenUntil, horizon);
  }
}
