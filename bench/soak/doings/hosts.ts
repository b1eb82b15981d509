import type { SimulatedHost, SimulatedMidiHost } from '../hosts.js';
import type { Doing, Hands } from './doing.js';

const songBeats = 1_000;

/** What other people's sequencers do. */
export function hostDoings({ chance }: Hands, hosts: readonly SimulatedHost[], midiHost: SimulatedMidiHost): readonly Doing[] {
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
