import type { ParameterValue, ValueParameter } from '../../../src/engine/parameters/parameter.js';
import type { Chance } from '../chance.js';
import type { SoakStage } from '../stage.js';
import type { Doing, Hands } from './doing.js';

/** Not turned at random: they have doings of their own, or have nothing to do with music. */
const notTurned = new Set(['decks', 'cue-memory', 'outputs', 'play-mode', 'provider', 'set-file', 'sync', 'sync-order', 'pick-up', 'bpm', 'scene-channel']);
/** What a text may say, right and wrong. */
const texts: Readonly<Record<string, readonly string[]>> = {
  chord: ['', 'Cm7', 'F#maj7/A#', 'C Eb G', '0 3 7', 'no chord'],
  'only-channels': ['', '', '1 2', '10', '1 10', '17'],
  'only-programs': ['', '', '0 1 2', '40', '128'],
  style: ['', 'jazz'],
};
/** How often a knob goes back to where it was: where all are turned, little plays. */
const backShare = 0.75;
const forcedNotes = ['C4:1 E4+G4:0.5 r:0.5', 'C4:0.25 C4:0.25 C4:0.25 C4:0.25', 'E3+G3+B3:8', 'C4:1 nonsense', '[{"beat":0,"pitch":60,"duration":3},{"beat":1,"pitch":60,"duration":3}]'];
const plans = ["A A' B A", 'A B *', "A A''", '', 'A', 'Ä 1'];

/** What is wished of the music: every knob of the table, notes that are given, bars and sections that come again. */
export function musicDoings(hands: Hands): readonly Doing[] {
  const { stage, chance } = hands;
  const on = (word: string, ...values: ParameterValue[]): void => hands.write(`${hands.deck()}/${word}`, ...values);
  const turn = (addresses: readonly string[]): void => {
    const address = chance.pick(addresses);
    const entry = stage.parameters.entry(address) as ValueParameter;
    hands.write(address, chance.happens(backShare) ? entry.default : anyValue(entry, chance));
  };
  const beat = (): number => stage.ensemble.session.beat();
  return [
    { name: 'turn a knob', weight: 16, do: () => turn(knobsBelow(`${hands.deck()}/`, stage)) },
    { name: 'turn a knob of all decks', weight: 2, do: () => turn(knobsBelow('', stage)) },
    { name: 'all knobs back', weight: 3, do: () => restore(hands, `${hands.deck()}/`) },
    { name: 'rethink', weight: 1, do: () => on('rethink') },
    { name: 'force', weight: 2, do: () => on('force', chance.pick(forcedNotes), ...(chance.happens(0.5) ? [beat() + chance.between(-2, 20)] : [])) },
    { name: 'copy bar', weight: 2, do: () => on('copy-bar', chance.whole(-1, 4), chance.whole(0, 4)) },
    { name: 'recall bar', weight: 1, do: () => on('recall-bar', Math.floor(beat() / 4) + 1 - chance.whole(0, 20), chance.whole(1, 4)) },
    { name: 'forget forced', weight: 1, do: () => on('forget-forced') },
    { name: 'plan', weight: 2, do: () => on('plan', chance.pick(plans), chance.pick([1, 2, 4, 8])) },
  ];
}

/** Addresses of values that can be set, of one deck or, where `prefix` is empty, of the engine. */
function knobsBelow(prefix: string, { parameters }: SoakStage): readonly string[] {
  return parameters.addresses().filter((address) => {
    const name = address.slice(prefix.length);
    const entry = address.startsWith(prefix) && !name.includes('/') ? parameters.entry(address) : undefined;
    return entry?.kind === 'value' && entry.readOnly !== true && !notTurned.has(name);
  });
}

function restore(hands: Hands, prefix: string): void {
  for (const address of knobsBelow(prefix, hands.stage)) hands.write(address, (hands.stage.parameters.entry(address) as ValueParameter).default);
}

function anyValue({ name, type, minimum = 0, maximum = 127, choices, default: usual }: ValueParameter, chance: Chance): ParameterValue {
  switch (type) {
    case 'boolean':
      return chance.happens(0.5);
    case 'choice':
      return chance.pick(choices ?? []);
    case 'text':
      return chance.pick(texts[name] ?? [String(usual)]);
    case 'integer':
      return chance.whole(minimum, maximum);
    case 'float':
      return chance.between(minimum, maximum);
  }
}
