import type { Micros } from '../../src/engine/music/units.js';
import type { Chance } from './chance.js';
import { type Doing, Hands } from './doings/doing.js';
import { hostDoings } from './doings/hosts.js';
import { musicDoings } from './doings/music.js';
import { playingDoings } from './doings/playing.js';
import { transportDoings } from './doings/transport.js';
import { voiceDoings } from './doings/voices.js';
import { wireDoings } from './doings/wires.js';
import type { SimulatedHost, SimulatedMidiHost } from './hosts.js';
import type { SimulatedPlayer } from './player.js';
import type { SoakStage } from './stage.js';

/** Who is there besides the stage. */
export interface People {
  readonly hosts: readonly SimulatedHost[];
  readonly midiHost: SimulatedMidiHost;
  readonly player: SimulatedPlayer;
  /** Names a pack. */
  pack(): string;
  /** Something is done every so often, on average. */
  readonly meanPause: Micros;
}

/** Everything that can befall a stage, at random; counts what was done. */
export class Doings {
  readonly counts = new Map<string, number>();
  private readonly list: readonly Doing[];
  private readonly total: number;
  private readonly meanPause: Micros;
  private due: Micros = 0;

  constructor(
    private readonly stage: SoakStage,
    private readonly chance: Chance,
    { hosts, midiHost, player, pack, meanPause }: People,
  ) {
    this.meanPause = meanPause;
    const hands = new Hands(stage, chance, pack);
    this.list = [
      ...transportDoings(hands), ...hostDoings(hands, hosts, midiHost), ...wireDoings(hands), ...voiceDoings(hands), ...musicDoings(hands),
      ...playingDoings(hands, player),
    ];
    this.total = this.list.reduce((sum, { weight }) => sum + weight, 0);
  }

  get nextDue(): Micros {
    return this.due;
  }

  act(): void {
    const { chance, stage } = this;
    if (this.due > stage.clock.now()) return;
    this.due = stage.clock.now() + chance.wait(this.meanPause);
    let rest = chance.between(0, this.total);
    const doing = this.list.find(({ weight }) => (rest -= weight) < 0) ?? this.list[0];
    this.counts.set(doing.name, (this.counts.get(doing.name) ?? 0) + 1);
    doing.do();
  }
}
