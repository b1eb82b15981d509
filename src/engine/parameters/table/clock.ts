import { maximumBpm, minimumBpm } from '../../music/units.js';
import type { Parameter } from '../parameter.js';
import { action, value } from './entry.js';

/** The clock, and who leads it. */
export const clockParameters: readonly Parameter[] = [
  value({
    name: 'bpm', scope: 'engine', controller: 14, type: 'float', minimum: minimumBpm, maximum: maximumBpm, default: 120, unit: 'beats per minute',
    description: 'Tempo. Setting it asks the leading clock; a host that leads keeps its own.',
  }),
  value({
    name: 'beats-per-bar', scope: 'engine', type: 'integer', minimum: 1, maximum: 16, default: 4, unit: 'beats',
    description: 'Quarter notes in a bar: where bars begin for swaps and starts, and in music of packs that can say.',
  }),
  value({
    name: 'sync', scope: 'engine', type: 'text', default: 'auto', unit: 'source',
    description: 'Who leads the clock: `auto`, or the name of one source.',
  }),
  value({
    name: 'leader', scope: 'engine', type: 'text', default: '', unit: 'source', readOnly: true,
    description: 'The source that leads the clock at this moment.',
  }),
  value({
    name: 'sync-order', scope: 'engine', type: 'text', default: '', unit: 'sources',
    description: 'Where `sync` is `auto`: the sources from the most to the least wanted, with commas between; those not named come after them, `internal` last.',
  }),
  value({
    name: 'sync-heard', scope: 'engine', type: 'text', default: 'internal', unit: 'sources', readOnly: true,
    description: 'The sources that are heard at this moment, the most wanted first.',
  }),
  value({
    name: 'playing', scope: 'engine', type: 'boolean', default: false, unit: '', readOnly: true,
    description: 'Whether the transport runs.',
  }),
  action({ name: 'start', scope: 'engine', controller: 110, arguments: [], description: 'Starts from the beginning, where the internal clock leads.' }),
  action({ name: 'continue', scope: 'engine', controller: 111, arguments: [], description: 'Goes on from where it stopped, where the internal clock leads.' }),
  action({ name: 'stop', scope: 'engine', controller: 112, arguments: [], description: 'Stops and ends every note, where the internal clock leads.' }),
  action({
    name: 'tap', scope: 'engine', controller: 113, arguments: [],
    description: 'Tap the beat: from the second tap on it sets the tempo (the median of the last five intervals; 2 s of pause begin anew), and the beat comes to fall on the taps.',
  }),
  action({
    name: 'nudge', scope: 'engine', arguments: [{ name: 'milliseconds', type: 'float' }],
    description: 'Moves the beat, positive to earlier, by playing 5 % faster or slower for a while; where the internal clock leads.',
  }),
];
