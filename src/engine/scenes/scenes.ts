import { basename } from 'node:path';
import type { ControllerDesk } from '../controllers/controller-desk.js';
import { disposable, type Disposable } from '../disposable.js';
import { boundaryFor } from '../deck/boundary-for.js';
import { ContinuoError } from '../errors.js';
import type { ParameterStore } from '../parameters/parameter-store.js';
import { LiveScene } from './live-scene.js';
import { silentDecks, unsavedDoings } from './scene-notices.js';
import type { SceneDeck, SceneGround } from './scene-ground.js';
import { SceneRecall } from './scene-recall.js';
import { setFileAddress, type Scene, type SetList } from './set-list.js';
import { missingNeeds, type SetNeed } from './set-needs.js';
import { SetShelf } from './set-shelf.js';

export interface ScenesParts extends Omit<SceneGround, 'arrived' | 'write' | 'report'> {
  readonly parameters: ParameterStore;
  /** The names of all packs that there are. */
  readonly packs: () => readonly string[];
  readonly desk: Pick<ControllerDesk, 'lend' | 'onProgram'>;
}

/**
 * The set list as a performer has it at hand: parameters and actions of the table. Thread: main. Blocks: no.
 */
export class Scenes implements Disposable {
  private readonly shelf: SetShelf;
  private readonly live: LiveScene;
  private readonly recalls: SceneRecall;
  /** The scene that came about last, or was saved last. */
  private present: string | undefined;
  /** The scene that was recalled and has not come about. */
  private coming: string | undefined;
  /** Of the set that holds. */
  private held: { readonly file: string; readonly names: readonly string[] } = { file: '', names: [] };
  private readonly programs: Disposable;
  private readonly bars: Disposable;

  constructor(private readonly parts: ScenesParts) {
    const { parameters } = parts;
    const report = (error: ContinuoError): void => parameters.report(error, 'scenes');
    this.live = new LiveScene(parameters, parts.decks);
    this.shelf = new SetShelf(parameters, { changed: (set, file, needs) => this.holds(set, file, needs), refused: report });
    this.recalls = new SceneRecall({
      ...parts,
      report,
      write: (address, value, origin) => parameters.write(address, [value], origin),
      arrived: (scene, atBeat) => {
        const { name, knobs } = scene;
        if (knobs) parts.desk.lend(knobs);
        this.present = this.coming;
        this.coming = undefined;
        parameters.emit({ type: 'scene', number: this.numberOf(this.present), name, atBeat });
        this.tell(silentDecks(scene, parameters));
      },
    });
    parameters.handle(setFileAddress, ([file]) => this.shelf.open(String(file)));
    parameters.handle('recall', ([scene, boundary]) => this.recall(this.find(String(scene)), boundary as string | undefined));
    parameters.handle('next-scene', () => this.step(1));
    parameters.handle('previous-scene', () => this.step(-1));
    parameters.handle('save-scene', ([name]) => this.save(name as string | undefined));
    this.programs = parts.desk.onProgram((channel, program) => this.programChosen(channel, program));
    this.bars = disposable(parameters.onChange((address) => address === 'beats-per-bar' && this.recalls.rebarred()));
  }

  /** Takes the set of a file. Errors: `badSetFile`. */
  async open(file: string): Promise<void> {
    await this.shelf.open(file);
    this.parts.parameters.publish(setFileAddress, file);
  }

  /** Call it often. */
  advance(): void {
    this.recalls.advance();
  }

  /** Resolves with whether a deck that has come is left without a pack by the scenes that are recalled. */
  leavesEmpty(deck: SceneDeck): Promise<boolean> {
    return this.recalls.leavesEmpty(deck);
  }

  dispose(): void {
    this.programs.dispose();
    this.bars.dispose();
    this.recalls.dispose();
    this.shelf.dispose();
  }

  /** Said each time: who edits the file sees that it is good. */
  private holds({ scenes }: SetList, file: string, needs: readonly SetNeed[]): void {
    const names = scenes.map(({ name }) => name);
    const nameNow = (name: string | undefined): string | undefined => (this.held.file === file ? sameScene(name, this.held.names, names) : undefined);
    this.present = nameNow(this.present);
    this.coming = nameNow(this.coming);
    this.held = { file, names };
    this.tell([`The set ${basename(file)} holds: ${names.join(', ')}.`, ...missingNeeds(needs, basename(file), this.parts.packs())]);
    this.show();
  }

  /** Program 0 recalls the first scene. */
  private programChosen(channel: number, program: number): void {
    const { parameters } = this.parts;
    if (channel !== parameters.number('scene-channel') - 1) return;
    this.recallPlace(program + 1).catch((cause: unknown) => parameters.report(ContinuoError.from(cause, 'badValue'), 'scenes'));
  }

  private async recallPlace(number: number): Promise<void> {
    await this.recall(this.inPlace(String(number)));
  }

  private async recall(scene: Scene, boundary?: string): Promise<void> {
    const at = boundaryFor(boundary ?? scene.at, this.parts.parameters);
    this.coming = scene.name;
    this.show();
    await this.recalls.recall(scene, at);
  }

  private async step(by: 1 | -1): Promise<void> {
    const { scenes } = this.shelf.set;
    const number = this.numberOf(this.wanted);
    const next = scenes[number - 1 + by];
    if (!next) throw new ContinuoError('badValue', `There is no scene ${by > 0 ? 'after' : 'before'} ${number === 0 ? 'the first' : scenes[number - 1].name}.`);
    await this.recall(next);
  }

  private async save(asked?: string): Promise<void> {
    if (asked === undefined && this.coming !== undefined) {
      throw new ContinuoError('badValue', `Scene ${this.coming} is on its way and what plays is not it yet: save when it has come, or say which scene is meant.`);
    }
    const name = asked ?? this.present;
    if (name === undefined || name === '') throw new ContinuoError('badValue', 'No scene has been recalled: say what the new one is called.');
    const { scenes } = this.shelf.set;
    const scene = this.live.read(name, scenes.find((each) => each.name === name), scenes);
    await this.shelf.save(scene);
    this.tell(unsavedDoings(scene, this.parts.parameters));
    this.present = name;
    this.show();
  }

  /** The scene that was asked for last, whether it has come about or not. */
  private get wanted(): string | undefined {
    return this.coming ?? this.present;
  }

  private tell(sentences: readonly string[]): void {
    for (const sentence of sentences) this.parts.parameters.emit({ type: 'notice', sentence });
  }

  /** By its name, else by its number. Errors: `badValue`. */
  private find(asked: string): Scene {
    return this.shelf.set.scenes.find(({ name }) => name === asked) ?? this.inPlace(asked);
  }

  /** By its number alone. Errors: `badValue`. */
  private inPlace(asked: string): Scene {
    const { scenes } = this.shelf.set;
    const scene = scenes[Number(asked) - 1];
    if (scene) return scene;
    throw new ContinuoError('badValue', `There is no scene ${asked}; there are ${scenes.map(({ name }, index) => `${index + 1} ${name}`).join(', ')}.`);
  }

  /** From 1; 0 where the set does not have it. */
  private numberOf(name: string | undefined): number {
    return this.shelf.set.scenes.findIndex((scene) => scene.name === name) + 1;
  }

  private show(): void {
    const { parameters } = this.parts;
    const number = this.numberOf(this.wanted);
    parameters.publish('scenes', this.shelf.set.scenes.map(({ name }) => name).join(', '));
    parameters.publish('scene', number);
    parameters.publish('scene-name', number === 0 ? '' : this.shelf.set.scenes[number - 1].name);
  }
}

/** What a scene is called after the set was edited: where it is gone and nothing came or went but names, its place has its new one. */
function sameScene(name: string | undefined, before: readonly string[], now: readonly string[]): string | undefined {
  if (name === undefined || now.includes(name) || now.length !== before.length) return name;
  const inItsPlace = now[before.indexOf(name)];
  return inItsPlace === undefined || before.includes(inItsPlace) ? name : inItsPlace;
}
