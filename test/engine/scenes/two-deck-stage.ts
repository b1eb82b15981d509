import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadConfiguration } from '../../../src/engine/configuration.js';
import { engineContainer } from '../../../src/engine/create-engine.js';
import { ControllerDesk } from '../../../src/engine/controllers/controller-desk.js';
import { ControllerFile } from '../../../src/engine/controllers/controller-file.js';
import { bindDeckCount } from '../../../src/engine/deck-count.js';
import { steers } from '../../../src/engine/deck/deck-controls.js';
import { Ensemble } from '../../../src/engine/ensemble.js';
import type { EngineEvent } from '../../../src/engine/events.js';
import { promptFrom } from '../../../src/engine/midi-file/prompt-file.js';
import type { Beats } from '../../../src/engine/music/units.js';
import { PackShelf } from '../../../src/engine/packs/pack-shelf.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { repositoryRoot } from '../../../src/engine/paths.js';
import { TakeRecorder } from '../../../src/engine/rendering/take-recorder.js';
import { Scenes } from '../../../src/engine/scenes/scenes.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { timeAt, type Timeline } from '../../../src/engine/time/timeline.js';
import { PackVoices } from '../../../src/engine/voices.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';
import { KnobBox } from '../controllers/knob-box.js';

/** Finer than what a scene sets before its beat. */
const stepMicros = 5_000;

/** Two decks with real packs and a set file, on a virtual clock. */
export class TwoDeckStage {
  readonly parameters = new ParameterStore();
  readonly recorder = new TakeRecorder();
  readonly events: (EngineEvent & { readonly heardAt: Beats })[] = [];
  readonly ensemble: Ensemble;
  readonly scenes: Scenes;
  readonly box = new KnobBox();
  /** A prompt is read after this. */
  promptsAfter: Promise<unknown> = Promise.resolve();
  private timeline: Timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
  private readonly clock = new VirtualClock();
  private readonly sender = new LocalSender(this.clock, { timeline: this.timeline });

  private constructor(
    voices: PackVoices,
    packs: readonly string[],
    readonly file: string,
  ) {
    const { clock, sender, parameters, timeline } = this;
    this.ensemble = new Ensemble({ clock, sender, voices, parameters, timeline }, 2);
    const { ensemble } = this;
    const { session } = ensemble;
    const desk = new ControllerDesk(parameters, new ControllerFile(join(dirname(file), 'knobs.json')));
    desk.register(this.box);
    this.scenes = new Scenes({ parameters, desk, packs: () => packs, decks: () => ensemble.decks, position: session, settings: () => ensemble.settings(), steers, readPrompt: (prompt) => this.promptsAfter.then(() => promptFrom(prompt)) });
    bindDeckCount({ ensemble, parameters, configuration: loadConfiguration() }, () => Promise.resolve());
    parameters.onEvent((event) => this.events.push({ ...event, heardAt: session.beat() }));
  }

  /** Both decks play perlin from beat 0. */
  static async begin(context: TestContext, set: string): Promise<TwoDeckStage> {
    const folder = await mkdtemp(join(tmpdir(), 'continuo-scenes-'));
    const file = join(folder, 'set.yaml');
    await writeFile(file, set);
    const container = engineContainer({ ...loadConfiguration(), packFolders: [join(repositoryRoot, 'test', 'fixtures', 'packs')] }, builtInPlugins);
    const shelf = container.get(PackShelf);
    await shelf.read();
    const stage = new TwoDeckStage(container.get(PackVoices), shelf.list().map(({ name }) => name), file);
    context.after(async () => {
      stage.scenes.dispose();
      await stage.ensemble.dispose();
      await stage.sender.close();
      await rm(folder, { recursive: true });
    });
    await stage.scenes.open(file);
    await stage.sender.attach({ name: 'stage', leadMicros: 0, offsetMicros: 0, sendsClock: false }, stage.recorder);
    for (const deck of stage.ensemble.decks) {
      await deck.load('perlin', 'now');
      await deck.settled();
    }
    stage.ensemble.transport({ type: 'start', beat: 0, micros: 0 });
    return stage;
  }

  /** Lets the music run to `beat`; time waits for the decks, not for packs that are loaded. */
  async playUntil(beat: Beats): Promise<void> {
    const end = timeAt(this.timeline, beat);
    while (this.clock.now() < end) {
      for (const deck of this.ensemble.decks) await deck.settled();
      this.sender.advanceTo(Math.min(end, this.clock.now() + stepMicros));
      this.ensemble.advance();
      this.scenes.advance();
    }
  }

  /** The host jumps, and plays on. */
  locate(beat: Beats): void {
    this.timeline = { ...this.timeline, beatOrigin: beat, timeOrigin: this.clock.now() };
    this.ensemble.follow(this.timeline);
  }

  /** Recalls a scene while the music plays on; packs that it needs are cued before, as loading them takes no beats here. */
  async recall(address: string, values: readonly string[], needs: Readonly<Record<number, string>> = {}): Promise<void> {
    for (const [deck, pack] of Object.entries(needs)) await this.parameters.write(`deck/${deck}/cue`, [pack], 'test');
    await this.playDuring(this.parameters.write(address, values, 'test'));
  }

  /** Does something that takes its time, while the music plays on. */
  private async playDuring(action: Promise<void>): Promise<void> {
    let pending = true;
    const done = action.finally(() => {
      pending = false;
    });
    while (pending) {
      await this.playUntil(this.ensemble.session.beat() + 0.25);
      await new Promise(setImmediate);
    }
    await done;
  }

  /** The beats at which scenes came about. */
  get arrivals(): readonly Beats[] {
    return this.events.flatMap((event) => (event.type === 'scene' ? [event.atBeat] : []));
  }

  /** Where a pack took over. */
  swapBeat(pack: string): Beats {
    const swap = this.events.find((event) => event.type === 'swap' && event.stage === 'ready' && event.pack === pack);
    return swap?.type === 'swap' ? (swap.atBeat ?? NaN) : NaN;
  }

  get notices(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'notice' ? [event.sentence] : []));
  }

  get faults(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'error' ? [event.sentence] : []));
  }
}
