import type { Doing, Hands } from './doing.js';

/** What a performer does to the clock and the transport. */
export function transportDoings({ stage, chance }: Hands): readonly Doing[] {
  const { chooser } = stage;
  return [
    { name: 'tempo', weight: 6, do: () => void chooser.proposeTempo(chance.proportional(20, 999)) },
    { name: 'start', weight: 4, do: () => chooser.start() },
    { name: 'continue', weight: 10, do: () => chooser.continue() },
    { name: 'stop', weight: 2, do: () => chooser.stop() },
    { name: 'tap', weight: 2, do: () => stage.attempt(() => stage.hand.tap()) },
    { name: 'nudge', weight: 3, do: () => stage.attempt(() => stage.hand.nudge(chance.between(-500, 500))) },
    { name: 'panic', weight: 1, do: () => stage.attempt(() => stage.parameters.write('panic', [], 'soak')) },
    { name: 'choose leader', weight: 1, do: () => chooser.choose(chance.pick(['auto', 'auto', 'auto', ...chooser.names])) },
    { name: 'order leaders', weight: 1, do: () => chooser.prefer([...chooser.names].sort(() => chance.between(-1, 1))) },
  ];
}
