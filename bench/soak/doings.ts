import type { Boundary } from '../../src/engine/parameters/boundaries.js';
import { boundaries } from '../../src/engine/parameters/boundaries.js';
import type { Micros } from '../../src/engine/music/units.js';
import type { Chance } from './chance.js';
import type { SimulatedHost, SimulatedMidiHost } from './hosts.js';
import { decks, type SoakStage } from './stage.js';

/** Something is done every so often, on average. */
const meanPause: Micros = 2_000_000;
const songBeats = 1_000;

interface Doing {
  readonly name: string;
  readonly weight: number;
  do(): void;
}

/** Everything that can befall a stage, at random; counts what was done. */
export class Doings {
  readonly counts = new Map<string, number>();
  private readonly list: readonly Doing[];
  private readonly total: number;
  private due: Micros = 0;

  constructor(
    private readonly stage: SoakStage,
    private readonly chance: Chance,
    private readonly hosts: readonly SimulatedHost[],
    private readonly midiHost: SimulatedMidiHost,
    private readonly packs: () => string,
  ) {
    this.list = [...this.ofThePerformer(), ...this.ofTheHosts(), ...this.ofTheWires()];
    this.total = this.list.reduce((sum, { weight }) => sum + weight, 0);
  }

  get nextDue(): Micros {
    return this.due;
  }

  act(): void {
    const { chance, stage } = this;
    if (this.due > stage.clock.now()) return;
    this.due = stage.clock.now() + chance.wait(meanPause);
    let rest = chance.between(0, this.total);
    const doing = this.list.find(({ weight }) => (rest -= weight) < 0) ?? this.list[0];
    this.counts.set(doing.name, (this.counts.get(doing.name) ?? 0) + 1);
    doing.do();
  }

  private ofThePerformer(): readonly Doing[] {
    const { stage, chance } = this;
    const { chooser, internal, parameters } = stage;
    const write = (address: string, ...values: (string | number | boolean)[]): void => stage.attempt(() => parameters.write(address, values, 'soak'));
    const deck = (): string => `deck/${chance.whole(1, decks)}`;
    const steering: (() => void)[] = [
      () => write(`${deck()}/density`, chance.next()),
      () => write(`${deck()}/temperature`, chance.between(0.5, 1.5)),
      () => write(`${deck()}/seed`, chance.whole(0, 1e6)),
      () => write(`${deck()}/key`, chance.whole(0, 11)),
      () => write(`${deck()}/low-pitch`, chance.whole(0, 60)),
      () => write(`${deck()}/rethink`),
      () => write('beats-per-bar', chance.whole(2, 7)),
      () => write('horizon', chance.whole(2, 16)),
      () => write('commit', chance.pick([0.25, 0.5, 1, 2, 4])),
    ];
    return [
      { name: 'swap', weight: 10, do: () => write(`${deck()}/load`, this.packs(), chance.pick(boundaries) satisfies Boundary) },
      { name: 'steer', weight: 10, do: () => chance.pick(steering)() },
      { name: 'tempo', weight: 6, do: () => void chooser.proposeTempo(chance.proportional(20, 999)) },
      { name: 'start', weight: 4, do: () => chooser.start() },
      { name: 'continue', weight: 6, do: () => chooser.continue() },
      { name: 'stop', weight: 2, do: () => chooser.stop() },
      { name: 'locate', weight: 3, do: () => internal.locate(chance.pick([0, chance.whole(0, songBeats), chance.between(0, songBeats)])) },
      { name: 'tap', weight: 2, do: () => stage.attempt(() => stage.hand.tap()) },
      { name: 'nudge', weight: 3, do: () => stage.attempt(() => stage.hand.nudge(chance.between(-500, 500))) },
      { name: 'panic', weight: 1, do: () => stage.panic() },
      { name: 'choose leader', weight: 1, do: () => chooser.choose(chance.pick(['auto', 'auto', 'auto', ...chooser.names])) },
      { name: 'order leaders', weight: 1, do: () => chooser.prefer([...chooser.names].sort(() => chance.between(-1, 1))) },
    ];
  }

  private ofTheHosts(): readonly Doing[] {
    const { chance, hosts, midiHost } = this;
    const host = (): SimulatedHost => chance.pick(hosts);
    return [
      { name: 'host appears', weight: 3, do: () => host().appear(chance.proportional(20, 600)) },
      { name: 'host vanishes', weight: 1, do: () => host().vanish() },
      { name: 'host tempo', weight: 5, do: () => host().tempo(chance.proportional(20, 999)) },
      { name: 'host starts', weight: 3, do: () => host().play('start') },
      { name: 'host continues', weight: 4, do: () => host().play('continue') },
      { name: 'host stops', weight: 2, do: () => host().play('stop') },
      { name: 'host locates', weight: 3, do: () => host().locate(chance.whole(0, 4 * songBeats) / 4) },
      { name: 'cable touched', weight: 3, do: () => midiHost.touchCable(chance.proportional(20_000, 12_000_000)) },
    ];
  }

  private ofTheWires(): readonly Doing[] {
    const { stage, chance } = this;
    return [
      { name: 'unplug', weight: 1, do: () => stage.attempt(() => stage.unplug(chance.pick(['plain', 'early', 'clock']))) },
      { name: 'plug', weight: 5, do: () => stage.attempt(() => stage.plug(chance.pick(['plain', 'early', 'clock']))) },
      { name: 'offset', weight: 1, do: () => stage.setOffset(chance.pick(['plain', 'early', 'clock']), chance.between(-100_000, 100_000)) },
      { name: 'route', weight: 2, do: () => stage.sender.route(chance.whole(1, decks), chance.pick(['all' as const, 'all' as const, ['plain'], ['early', 'clock'], []])) },
      { name: 'output fails', weight: 1, do: () => this.fail(chance.pick([...stage.outputs.values()])) },
    ];
  }

  private fail(output: { unplugged: boolean }): void {
    output.unplugged = true;
    this.stage.alarms.alarm(this.chance.wait(1_000_000), () => (output.unplugged = false));
  }
}
