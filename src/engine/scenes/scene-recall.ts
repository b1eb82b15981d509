import type { Disposable } from '../disposable.js';
import type { Beats } from '../music/units.js';
import type { Boundary } from '../parameters/boundaries.js';
import { SceneCourse } from './scene-course.js';
import { SceneCues } from './scene-cues.js';
import type { SceneDeck, SceneGround } from './scene-ground.js';
import type { Scene } from './set-list.js';

/**
 * Brings scenes about, each on one beat. What cannot be had is told and the rest of the scene comes about. A later scene takes
 * the place of one that waits. Thread: main. Blocks: no.
 */
export class SceneRecall implements Disposable {
  /** Of the scene that was recalled last. */
  private course: SceneCourse | undefined;
  private readonly cues = new SceneCues();
  /** Resolves once nothing of what was recalled is still on its way. */
  private ended: Promise<unknown> = Promise.resolve();
  private readonly waiting: (() => void)[] = [];
  private disposed = false;
  private readonly jumps: Disposable;

  constructor(private readonly ground: SceneGround) {
    this.jumps = ground.position.onRelocated((fromBeat, toBeat) => this.relocated(fromBeat, toBeat));
  }

  /** Resolves when every deck has what it plays next queued, or another scene has taken this one's place. */
  async recall(scene: Scene, boundary: Boundary): Promise<void> {
    this.course?.cancel();
    const course = new SceneCourse(scene, boundary, {
      ...this.ground,
      cues: this.cues,
      report: (error) => this.disposed || this.ground.report(error),
      decided: () => this.decided(),
    });
    this.course = course;
    this.decided();
    this.cues.keepFor(scene);
    // Voices that were on their way come back to where they waited.
    void this.ended.then(() => this.course === course && this.cues.keepOnlyFor(scene));
    const run = course.run();
    this.ended = Promise.allSettled([this.ended, run]);
    await run;
  }

  /** Resolves with whether a deck that has come is left without a pack by the scenes that are recalled. */
  async leavesEmpty(deck: SceneDeck): Promise<boolean> {
    while (this.course?.mayBring(deck.number)) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return !this.disposed && deck.state === 'empty' && this.ground.decks().includes(deck);
  }

  /** Called as time goes on. */
  advance(): void {
    this.course?.advance();
  }

  /** The host's bars are others from now on. */
  rebarred(): void {
    this.course?.rebarred();
  }

  /** What waits comes about no more, and whatever it meets with as the decks are closed is no fault. */
  dispose(): void {
    this.disposed = true;
    this.jumps.dispose();
    this.course?.cancel();
    this.decided();
  }

  private relocated(fromBeat: Beats, toBeat: Beats): void {
    this.course?.relocated(fromBeat, toBeat);
  }

  private decided(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
