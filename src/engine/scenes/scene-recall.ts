import type { Beats } from '../music/units.js';
import type { Score } from '../music/score.js';
import { nextBoundary } from '../deck/boundary.js';
import type { DeckSettings, Position } from '../deck/deck-dependencies.js';
import type { Disposable } from '../disposable.js';
import type { Entry } from '../deck/entry.js';
import { ContinuoError, type ErrorName } from '../errors.js';
import type { Boundary } from '../parameters/boundaries.js';
import type { ParameterValue } from '../parameters/parameter.js';
import type { DeckScene, Scene, SceneValues } from './set-list.js';

/** The origin of what a scene sets. */
export const sceneOrigin = 'scene';

/** How long before its beat a value is set that is heard from the next note on: what begins on the beat is not queued for good yet. */
const justBefore = { micros: 25_000 };
/** A pack that waits takes over with this much notice. */
const noticeBeats: Beats = 1;
/** A scene is looked for often: one that is further from its beat came about elsewhere, as the host jumped or stopped. */
const latestBeats: Beats = 1;

/** A deck as a scene needs it. */
export interface SceneDeck {
  readonly number: number;
  readonly pack: string;
  /** Packs that are loaded and can begin at once. */
  readonly succession: { readonly waiting: { cue(pack: string): Promise<void> }; readonly freeze: { readonly isOn: boolean } };
  load(pack: string, boundary: Boundary, entry: Entry): Promise<void>;
}

export interface SceneRecallParts {
  readonly decks: () => readonly SceneDeck[];
  readonly position: Position;
  settings(): DeckSettings;
  /** Whether a parameter of a deck says how it composes: what it says is heard `commit` beats later. */
  steers(name: string): boolean;
  write(address: string, value: ParameterValue, origin: string): Promise<void>;
  readPrompt(file: string): Promise<Score>;
  report(error: ContinuoError): void;
  /** The scene holds from a beat on, which is its boundary, or the present where the host jumped or stopped. */
  arrived(scene: Scene, atBeat: Beats): void;
}

/** A thing to do when the music is at a beat. */
interface Due {
  readonly beat: Beats;
  run(): void;
}

/** What of a deck is ready for the scene. */
interface ReadyDeck {
  readonly deck: SceneDeck;
  readonly said: DeckScene;
  /** Only where the deck begins anew. */
  readonly begins?: { readonly pack: string; readonly premise?: Score };
}

/**
 * Brings a scene about on one beat: packs are made ready first, then all decks change at the same boundary. What cannot be had
 * is told and the rest of the scene comes about. A later scene takes the place of one that waits. Thread: main. Blocks: no.
 */
export class SceneRecall implements Disposable {
  private dues: Due[] = [];
  /** Counts recalls: one that is not the last any more does nothing further. */
  private recalls = 0;
  /** The scene that makes decks at this moment. */
  private making: Scene | undefined;
  private disposed = false;

  constructor(private readonly parts: SceneRecallParts) {}

  /** Resolves when every deck has what it plays next queued. */
  async recall(scene: Scene, boundary: Boundary): Promise<void> {
    this.recalls += 1;
    const own = this.recalls;
    this.dues = [];
    await this.makeDecks(scene);
    const ready = await Promise.all(
      this.parts.decks().flatMap((deck) => {
        const said = scene.decks.get(deck.number);
        return said ? [this.prepare(deck, said)] : [];
      }),
    );
    if (own !== this.recalls) return;
    const { position, settings } = this.parts;
    const { commit, beatsPerBar } = settings();
    const now = position.beat();
    const atBeat = position.playing ? nextBoundary(now + Math.max(noticeBeats, boundary === 'now' ? 0 : commit), boundary, beatsPerBar) : now;
    const swaps = ready.map((each) => this.enter(each, boundary, atBeat, own));
    for (const { deck, said, begins } of ready) {
      if (!begins) this.plan(atBeat - commit, () => this.writeDeck(deck, said, (name) => this.parts.steers(name)));
      this.plan(this.shortlyBefore(atBeat), () => this.writeDeck(deck, said, (name) => !this.parts.steers(name)));
    }
    this.plan(this.shortlyBefore(atBeat), () => this.writeAll('', scene.values));
    this.plan(atBeat, () => this.parts.arrived(scene, this.placeOf(atBeat)));
    this.advance();
    await Promise.all(swaps);
  }

  /** Whether a deck that comes at this moment has its first pack from a scene, on the scene's beat. */
  brings(deck: number): boolean {
    return this.making?.decks.get(deck)?.pack !== undefined;
  }

  /** Called as time goes on. */
  advance(): void {
    const { position } = this.parts;
    const now = position.beat();
    const isDue = ({ beat }: Due): boolean => !position.playing || beat <= now;
    const due = this.dues.filter(isDue);
    if (due.length === 0) return;
    this.dues = this.dues.filter((each) => !isDue(each));
    for (const { run } of due) run();
  }

  /** What waits comes about no more, and whatever it meets with as the decks are closed is no fault. */
  dispose(): void {
    this.disposed = true;
    this.recalls += 1;
    this.dues = [];
  }

  private report(cause: unknown, fallback: ErrorName): void {
    if (!this.disposed) this.parts.report(ContinuoError.from(cause, fallback));
  }

  private placeOf(atBeat: Beats): Beats {
    const now = this.parts.position.beat();
    return Math.abs(now - atBeat) < latestBeats ? atBeat : now;
  }

  private plan(beat: Beats, run: () => void): void {
    this.dues.push({ beat, run });
  }

  private shortlyBefore(beat: Beats): Beats {
    return beat - justBefore.micros / this.parts.position.beatMicros;
  }

  /** A scene may speak of decks that are not there yet. */
  private async makeDecks(scene: Scene): Promise<void> {
    const count = Math.max(0, ...scene.decks.keys());
    if (count <= this.parts.decks().length) return;
    this.making = scene;
    await this.parts.write('decks', count, sceneOrigin).catch((cause: unknown) => this.report(cause, 'badValue'));
    if (this.making === scene) this.making = undefined;
  }

  /** Has the pack and the prompt at hand, where the deck is to begin anew with them. */
  private async prepare(deck: SceneDeck, said: DeckScene): Promise<ReadyDeck> {
    const pack = said.pack ?? deck.pack;
    if (pack === '') return { deck, said };
    if (pack === deck.pack && said.prompt === undefined) {
      // What is frozen would hear nothing of the scene; its pack waits already.
      return said.pack !== undefined && deck.succession.freeze.isOn ? { deck, said, begins: { pack } } : { deck, said };
    }
    try {
      const premise = said.prompt === undefined ? undefined : await this.parts.readPrompt(said.prompt);
      await this.cue(deck, pack);
      return { deck, said, begins: { pack, premise } };
    } catch (cause) {
      this.report(cause, 'swapFailed');
      return { deck, said };
    }
  }

  /** Where there is no room for a pack to wait it is loaded on the way. */
  private async cue(deck: SceneDeck, pack: string): Promise<void> {
    try {
      await deck.succession.waiting.cue(pack);
    } catch (cause) {
      if (ContinuoError.from(cause, 'swapFailed').errorName !== 'deviceUnavailable') throw cause;
    }
  }

  private async enter({ deck, said, begins }: ReadyDeck, boundary: Boundary, atBeat: Beats, own: number): Promise<void> {
    if (!begins) return;
    const steering = new Map([...said.values].filter(([name]) => this.parts.steers(name)));
    try {
      await deck.load(begins.pack, boundary, { atBeat, values: steering, premise: begins.premise });
    } catch (cause) {
      this.report(cause, 'swapFailed');
    }
    // What plays instead of a pack that cannot be had is steered all the same.
    if (own === this.recalls) this.writeAll(`deck/${deck.number}/`, steering);
  }

  private writeDeck({ number }: SceneDeck, { values }: DeckScene, wanted: (name: string) => boolean): void {
    this.writeAll(`deck/${number}/`, new Map([...values].filter(([name]) => wanted(name))));
  }

  /** Each by itself: one that is refused (a host leads the tempo) keeps no other from being set. */
  private writeAll(prefix: string, values: SceneValues): void {
    for (const [name, value] of values) {
      this.parts.write(prefix + name, value, sceneOrigin).catch((cause: unknown) => this.report(cause, 'badValue'));
    }
  }
}
