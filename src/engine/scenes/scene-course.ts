import { nextBoundary, samePlaceInBar } from '../deck/boundary.js';
import type { Entry } from '../deck/entry.js';
import type { PlayMode } from '../deck/modes/play-mode.js';
import { ContinuoError } from '../errors.js';
import type { Beats } from '../music/units.js';
import type { Boundary } from '../parameters/boundaries.js';
import type { ParameterValue } from '../parameters/parameter.js';
import { Dues } from './dues.js';
import { Meeting } from './meeting.js';
import { prepareDeck, type ReadyDeck } from './prepare-deck.js';
import type { SceneCues } from './scene-cues.js';
import type { SceneDeck, SceneGround } from './scene-ground.js';
import type { Scene, SceneValues } from './set-list.js';

/** The origin of what a scene sets. */
export const sceneOrigin = 'scene';

/** How long before its beat a value is set that is heard from the next note on: what begins on the beat is not queued for good yet. */
const justBefore = { micros: 25_000 };
const modeName = 'play-mode';
/** The notice of a scene, where nothing of it needs more. */
const noticeBeats: Beats = 1;
/** A scene is looked for often: one that is further from its beat came about elsewhere, as the host jumped or stopped. */
const latestBeats: Beats = 1;

/** What a course tells beside what it does. */
export interface SceneCourseGround extends SceneGround {
  readonly cues: SceneCues;
  /** It is known of one more deck whether the scene brings it a pack. */
  decided(): void;
}

/**
 * The way of one scene, from its recall to its beat: packs are made ready first, then all decks change at the same boundary,
 * which is far enough ahead for each of them.
 * Where the host jumps before anything of it has come about, that is the next boundary from there; what has begun moves with
 * the music. Thread: main. Blocks: no.
 */
export class SceneCourse {
  private stage: 'preparing' | 'coming' | 'arrived' | 'cancelled' = 'preparing';
  private atBeat: Beats = 0;
  private readonly dues = new Dues();
  /** Something of it has come about. */
  private hasBegun = false;
  /** The decks that the scene may still bring a pack. */
  private bringing: Set<number>;
  /** Of the newcomers to the decks, before the beat is chosen. */
  private meeting = new Meeting([]);

  constructor(
    private readonly scene: Scene,
    private readonly boundary: Boundary,
    private readonly ground: SceneCourseGround,
  ) {
    this.bringing = new Set([...scene.decks].flatMap(([number, { pack }]) => (pack === undefined ? [] : [number])));
  }

  /** Resolves when every deck has what it plays next queued. */
  async run(): Promise<void> {
    const { scene, ground } = this;
    await this.makeDecks();
    if (this.isCancelled) return;
    const cue = async (deck: SceneDeck, pack: string): Promise<void> => {
      if (!this.isCancelled) await ground.cues.cue(deck, pack);
    };
    const prepared = await Promise.all(
      ground.decks().flatMap((deck) => {
        const said = scene.decks.get(deck.number);
        const report = (error: ContinuoError): void => this.failed(error, deck);
        return said ? [prepareDeck(deck, said, { ...ground, report, cue })] : [];
      }),
    );
    if (this.isCancelled) return;
    const ready = prepared.filter(({ deck }) => this.isThere(deck));
    this.bringing = new Set(ready.flatMap(({ deck, begins }) => (begins ? [deck.number] : [])));
    ground.decided();
    this.meeting = new Meeting([...this.bringing]);
    const setOut = this.meeting.complete.then(() => this.setOut());
    const swaps = ready.map((each) => this.enter(each, setOut));
    this.planValues(this.shortly, scene.values);
    this.dues.plan(() => 0, () => this.arrive());
    await Promise.all([setOut, ...swaps]);
  }

  /** Whether a deck may still have a pack from the scene. */
  mayBring(deck: number): boolean {
    return !this.isCancelled && this.bringing.has(deck);
  }

  /** Called as time goes on. */
  advance(): void {
    if (this.stage === 'preparing') return;
    const { position } = this.ground;
    this.dues.runAt(position.playing ? this.atBeat - position.beat() : -Infinity);
  }

  /** The host jumped. */
  relocated(fromBeat: Beats, toBeat: Beats): void {
    if (this.hasBegun) this.atBeat += toBeat - samePlaceInBar(fromBeat, toBeat, this.ground.settings().beatsPerBar);
    else this.chooseBeat();
  }

  /** The host's bars are others from now on. */
  rebarred(): void {
    if (!this.hasBegun) this.chooseBeat();
  }

  /** What has not come about by now does no more. */
  cancel(): void {
    this.stage = 'cancelled';
    this.dues.clear();
    this.meeting.breakUp();
  }

  /** Every pack is there. */
  private setOut(): void {
    if (this.isCancelled) return;
    this.stage = 'coming';
    this.chooseBeat();
    this.advance();
  }

  private chooseBeat(): void {
    const { position, settings } = this.ground;
    const { commit, beatsPerBar } = settings();
    const now = position.beat();
    const packNotice = this.meeting.leadBeats + this.shortly();
    const notice = Math.max(noticeBeats, packNotice, ...(this.boundary === 'now' ? [] : [commit, ...this.modeNotices()]));
    this.atBeat = position.playing ? nextBoundary(now + notice, this.boundary, beatsPerBar) : now;
  }

  /** How long before the beat its modes must be set. */
  private modeNotices(): readonly Beats[] {
    return this.ground.decks().flatMap(({ number, modes }) => {
      const mode = modeOf(this.scene.decks.get(number)?.values);
      return mode === undefined ? [] : [modes.noticeFor(mode)];
    });
  }

  private readonly shortly = (): Beats => justBefore.micros / this.ground.position.beatMicros;

  private readonly committed = (): Beats => this.ground.settings().commit;

  private planValues(lead: () => Beats, values: SceneValues, deck?: SceneDeck): void {
    if (values.size > 0) this.dues.plan(lead, () => this.writeAll(values, deck));
  }

  private arrive(): void {
    this.stage = 'arrived';
    const now = this.ground.position.beat();
    this.ground.arrived(this.scene, Math.abs(now - this.atBeat) < latestBeats ? this.atBeat : now);
  }

  /** A scene may speak of decks that are not there yet. */
  private async makeDecks(): Promise<void> {
    const count = Math.max(0, ...this.scene.decks.keys());
    if (count > this.ground.decks().length) await this.write('decks', count);
  }

  /**
   * What says how a deck composes is set as the newcomer takes over; without one, or in vain, so long before the beat as it takes
   * effect later, and so is its mode.
   */
  private async enter({ deck, said, begins }: ReadyDeck, setOut: Promise<void>): Promise<void> {
    const { steering, mode, others } = this.parted(said.values);
    this.planValues(this.shortly, others, deck);
    const changeMode = once(() => this.changeMode(deck, mode));
    if (mode !== undefined) this.dues.plan(() => deck.modes.noticeFor(mode), changeMode);
    if (!begins) return this.planValues(this.committed, steering, deck);
    const steer = once(() => this.writeAll(steering, deck));
    const loaded = this.load({ deck, said, begins }, {
      values: steering,
      meet: (leadBeats) => {
        this.meeting.come(deck.number, leadBeats);
        return setOut;
      },
      abandoned: () => this.meeting.leave(deck.number),
      tookOver: () => {
        this.hasBegun = true;
        this.ground.cues.tookOver(deck);
        steer();
        // It has all the time there is to begin on its beat.
        if (deck.modes.isSilent) changeMode();
      },
    });
    // What plays instead of a pack that does not come is steered all the same.
    this.dues.plan(this.committed, () => void loaded.then(() => this.isCancelled || steer()));
    await loaded;
  }

  private parted(values: SceneValues): { readonly steering: SceneValues; readonly mode?: PlayMode; readonly others: SceneValues } {
    const those = (wanted: (name: string) => boolean): SceneValues => new Map([...values].filter(([name]) => wanted(name)));
    const { steers } = this.ground;
    return { steering: those(steers), mode: modeOf(values), others: those((name) => !steers(name) && name !== modeName) };
  }

  private changeMode(deck: SceneDeck, mode: PlayMode | undefined): void {
    if (mode === undefined || !this.isThere(deck)) return;
    deck.modes.notBefore(mode, this.ground.position.playing ? this.atBeat : -Infinity);
    this.writeAll(new Map([[modeName, mode]]), deck);
  }

  private async load({ deck, begins }: Required<ReadyDeck>, entry: Entry): Promise<void> {
    const { pack, premise } = begins;
    const atBeat = (): Beats | undefined => (this.stage === 'coming' ? this.atBeat : undefined);
    try {
      await deck.load(pack, this.boundary, { ...entry, atBeat, premise, isWanted: () => !this.isCancelled });
    } catch (cause) {
      this.failed(ContinuoError.from(cause, 'swapFailed'), deck);
    }
    this.meeting.leave(deck.number);
    this.bringing.delete(deck.number);
    this.ground.decided();
  }

  /** Each by itself: one that is refused (a host leads the tempo) keeps no other from being set. */
  private writeAll(values: SceneValues, deck?: SceneDeck): void {
    if (deck && !this.isThere(deck)) return;
    this.hasBegun = true;
    const prefix = deck ? `deck/${deck.number}/` : '';
    for (const [name, value] of values) void this.write(prefix + name, value, deck);
  }

  private async write(address: string, value: ParameterValue, deck?: SceneDeck): Promise<void> {
    await this.ground.write(address, value, sceneOrigin).catch((cause: unknown) => this.report(ContinuoError.from(cause, 'badValue'), deck));
  }

  /** A pack does not come; where nobody wants it any more that is no fault. */
  private failed(error: ContinuoError, deck: SceneDeck): void {
    if (!this.isCancelled) this.report(error, deck);
  }

  /** What a deck does not take that has gone is no fault. */
  private report(error: ContinuoError, deck?: SceneDeck): void {
    if (!deck || this.isThere(deck)) this.ground.report(error);
  }

  private get isCancelled(): boolean {
    return this.stage === 'cancelled';
  }

  /** A deck that was taken away is none, whoever has its number by then. */
  private isThere(deck: SceneDeck): boolean {
    return this.ground.decks().includes(deck);
  }
}

function modeOf(values?: SceneValues): PlayMode | undefined {
  return values?.get(modeName) as PlayMode | undefined;
}

/** The action, which is done the first time alone. */
function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
