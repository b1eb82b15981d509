import type { Doing, Hands } from './doing.js';

const names = ['plain', 'early', 'clock'];

/** What happens to cables, devices and their settings. */
export function wireDoings(hands: Hands): readonly Doing[] {
  const { stage, chance } = hands;
  const fail = (output: { unplugged: boolean }): void => {
    output.unplugged = true;
    stage.alarms.alarm(chance.wait(1_000_000), () => (output.unplugged = false));
  };
  return [
    { name: 'unplug', weight: 1, do: () => stage.attempt(() => stage.unplug(chance.pick(names))) },
    { name: 'plug', weight: 5, do: () => stage.attempt(() => stage.plug(chance.pick(names))) },
    { name: 'offset', weight: 1, do: () => stage.setOffset(chance.pick(names), chance.between(-100_000, 100_000)) },
    { name: 'route', weight: 2, do: () => hands.write(`${hands.deck()}/outputs`, chance.pick(['all', 'all', 'plain', 'early, clock', ''])) },
    { name: 'output fails', weight: 1, do: () => fail(chance.pick([...stage.outputs.values()])) },
  ];
}
