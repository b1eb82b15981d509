import { steeringModes } from '../contracts/model-steering.js';
import { providerChoices } from '../generation/onnx/providers.js';
import { maximumBpm, minimumBpm } from '../music/units.js';
import type { ActionParameter, Parameter, ValueParameter } from './parameter.js';

/** Where a swap or a change of scene may take effect. */
export const boundaries = ['now', 'beat', 'bar', '2-bars', '4-bars', '8-bars'] as const;
export type Boundary = (typeof boundaries)[number];

function value(entry: Omit<ValueParameter, 'kind'>): ValueParameter {
  return { kind: 'value', ...entry };
}

function action(entry: Omit<ActionParameter, 'kind'>): ActionParameter {
  return { kind: 'action', ...entry };
}

const engineParameters: readonly Parameter[] = [
  value({
    name: 'bpm', scope: 'engine', type: 'float', minimum: minimumBpm, maximum: maximumBpm, default: 120, unit: 'beats per minute',
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
  value({
    name: 'horizon', scope: 'engine', type: 'float', minimum: 1, maximum: 64, default: 8, unit: 'beats',
    description: 'How far ahead every deck composes.',
  }),
  value({
    name: 'commit', scope: 'engine', type: 'float', minimum: 0.25, maximum: 16, default: 1, unit: 'beats',
    description: 'How much of what is composed stands, whatever is changed; more where the answers of a pack take longer.',
  }),
  value({
    name: 'swap-at', scope: 'engine', type: 'choice', choices: boundaries, default: 'bar', unit: '',
    description: 'The boundary at which a loaded pack takes over.',
  }),
  value({
    name: 'provider', scope: 'engine', type: 'choice', choices: providerChoices, default: 'auto', unit: '',
    description: 'What packs that are loaded from now on compute on; `auto` takes a device where one works.',
  }),
  value({
    name: 'sent', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'events', readOnly: true,
    description: 'Events sent on all outputs.',
  }),
  value({
    name: 'late', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes sent 1 to 100 ms late.',
  }),
  value({
    name: 'dropped', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes not sent because they were over 100 ms late or a queue was full.',
  }),
  value({
    name: 'sounding', scope: 'engine', type: 'integer', minimum: 0, default: 0, unit: 'notes', readOnly: true,
    description: 'Notes that sound now, counted once for every output.',
  }),
  action({ name: 'start', scope: 'engine', arguments: [], description: 'Starts from the beginning, where the internal clock leads.' }),
  action({ name: 'continue', scope: 'engine', arguments: [], description: 'Goes on from where it stopped, where the internal clock leads.' }),
  action({ name: 'stop', scope: 'engine', arguments: [], description: 'Stops and ends every note, where the internal clock leads.' }),
  action({
    name: 'tap', scope: 'engine', arguments: [],
    description: 'Tap the beat: from the second tap on it sets the tempo (the median of the last five intervals; 2 s of pause begin anew), and the beat comes to fall on the taps.',
  }),
  action({
    name: 'nudge', scope: 'engine', arguments: [{ name: 'milliseconds', type: 'float' }],
    description: 'Moves the beat, positive to earlier, by playing 5 % faster or slower for a while; where the internal clock leads.',
  }),
  action({
    name: 'offset', scope: 'engine', arguments: [{ name: 'output', type: 'text' }, { name: 'milliseconds', type: 'float' }],
    description: 'Moves everything an output sends, notes and clock, until the end of the set; signed, positive plays later (its `offsetMilliseconds`).',
  }),
  action({ name: 'panic', scope: 'engine', arguments: [], description: 'Ends every note on every output at once and clears the queues.' }),
];

const deckParameters: readonly Parameter[] = [
  value({
    name: 'pack', scope: 'deck', type: 'text', default: '', unit: 'pack', readOnly: true,
    description: 'The pack that plays.',
  }),
  value({
    name: 'state', scope: 'deck', type: 'choice', choices: ['empty', 'loading', 'playing', 'resting', 'failed'], default: 'empty',
    unit: '', readOnly: true, description: 'What the deck is doing.',
  }),
  value({
    name: 'speed', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'times real time', readOnly: true,
    description: 'How fast the deck composes against the present tempo; below 1 it must rest.',
  }),
  value({
    name: 'underruns', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'times', readOnly: true,
    description: 'Times the deck had to rest because nothing was composed in time.',
  }),
  value({
    name: 'in-time', scope: 'deck', type: 'float', minimum: 0, maximum: 1, default: 1, unit: 'share', readOnly: true,
    description: 'Share of the last 1024 sixteenths that had music when they were due (ISR).',
  }),
  value({
    name: 'staleness', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'sixteenths', readOnly: true,
    description: 'How much older than your last change the music was on average, over those of them that had music.',
  }),
  value({
    name: 'in-time-weighted', scope: 'deck', type: 'float', minimum: 0, maximum: 1, default: 1, unit: 'share', readOnly: true,
    description: 'Both in one: a sixteenth without music counts 0, one that is stale by n counts 1 - n / 32 (ISRw).',
  }),
  value({
    name: 'missed', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'sixteenths', readOnly: true,
    description: 'Sixteenths without music, since the deck first played.',
  }),
  value({
    name: 'answer-time', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'milliseconds', readOnly: true,
    description: 'How long 95 of 100 answers to a change take at most (RT95), measured as the pack loads and while it plays.',
  }),
  value({
    name: 'request-interval', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'sixteenths', readOnly: true,
    description: 'Changes are passed on to the pack at most once in so many sixteenths, as its answers allow (I).',
  }),
  value({
    name: 'request-length', scope: 'deck', type: 'integer', minimum: 1, default: 1, unit: 'sixteenths', readOnly: true,
    description: 'How much the pack is asked to answer a change with (GL).',
  }),
  value({
    name: 'losses', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'times', readOnly: true,
    description: 'Times the GPU or the server that the deck computes on was lost and something else went on.',
  }),
  value({
    name: 'round-trip', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'milliseconds', readOnly: true,
    description: 'Where the pack computes on a server: how long half of its last answers took at most.',
  }),
  value({
    name: 'slow-round-trip', scope: 'deck', type: 'float', minimum: 0, default: 0, unit: 'milliseconds', readOnly: true,
    description: 'Where the pack computes on a server: how long 95 of 100 of its last answers took at most.',
  }),
  value({
    name: 'reconnects', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'times', readOnly: true,
    description: 'Times the server of the pack that plays had to be asked again.',
  }),
  value({
    name: 'timeouts', scope: 'deck', type: 'integer', minimum: 0, default: 0, unit: 'times', readOnly: true,
    description: 'Times the server of the pack that plays took longer than it should and was asked whether it lives.',
  }),
  value({
    name: 'states', scope: 'deck', type: 'text', default: '', unit: 'names', readOnly: true,
    description: 'The states that are kept, with commas between them.',
  }),
  value({
    name: 'temperature', scope: 'deck', type: 'float', minimum: 0, maximum: 2, default: 1, unit: '',
    description: 'Daring of the choice; 0 always takes the likeliest.',
  }),
  value({
    name: 'top-p', scope: 'deck', type: 'float', minimum: 0, maximum: 1, default: 0.98, unit: '',
    description: 'Chooses among the likeliest that make up this share.',
  }),
  value({
    name: 'top-k', scope: 'deck', type: 'integer', minimum: 0, maximum: 4096, default: 0, unit: 'tokens',
    description: 'Chooses among this many at most; 0 is off.',
  }),
  value({
    name: 'min-p', scope: 'deck', type: 'float', minimum: 0, maximum: 1, default: 0, unit: '',
    description: 'Leaves out what is less likely than this share of the likeliest; 0 is off.',
  }),
  value({
    name: 'repetition', scope: 'deck', type: 'float', minimum: -10, maximum: 10, default: 0, unit: '',
    description: 'Above 0 passages come back more often than the model thinks, below 0 less; 0 leaves it alone.',
  }),
  value({
    name: 'seed', scope: 'deck', type: 'integer', minimum: 0, maximum: 2147483647, default: 1, unit: '',
    description: 'Seed of the take: the same seed and the same doings give the same notes.',
  }),
  value({
    name: 'key', scope: 'deck', type: 'integer', minimum: 0, maximum: 11, default: 0, unit: 'semitones above C',
    description: 'Key of the music, where the pack can transpose.',
  }),
  value({
    name: 'density', scope: 'deck', type: 'float', minimum: 0, maximum: 1, default: 0.5, unit: '',
    description: 'How many notes, where the pack can say; 0.5 is its own idea.',
  }),
  value({
    name: 'mode', scope: 'deck', type: 'choice', choices: steeringModes, default: 'any', unit: '',
    description: 'Major or minor, where the pack can say; `any` leaves it to the music.',
  }),
  value({
    name: 'style', scope: 'deck', type: 'text', default: '', unit: 'style',
    description: 'One of the styles of the pack, where it has some; empty is its own idea.',
  }),
  value({
    name: 'low-pitch', scope: 'deck', type: 'integer', minimum: 0, maximum: 127, default: 0, unit: 'MIDI pitch',
    description: 'Lowest pitch, drums excepted.',
  }),
  value({
    name: 'high-pitch', scope: 'deck', type: 'integer', minimum: 0, maximum: 127, default: 127, unit: 'MIDI pitch',
    description: 'Highest pitch, drums excepted.',
  }),
  value({
    name: 'host-tempo', scope: 'deck', type: 'boolean', default: true, unit: '',
    description: 'Whether the music is written for the tempo it plays in, where the pack can say; else for any it likes. It keeps to the beats either way.',
  }),
  value({
    name: 'host-meter', scope: 'deck', type: 'boolean', default: true, unit: '',
    description: 'Whether the music is written in the bars of the host (`beats-per-bar`), where the pack can say; else in any it likes.',
  }),
  action({
    name: 'load', scope: 'deck',
    arguments: [{ name: 'pack', type: 'text' }, { name: 'boundary', type: 'text', optional: true }],
    description: 'Loads a pack and lets it take over at the next boundary (default: `swap-at`).',
  }),
  action({
    name: 'keep-state', scope: 'deck', arguments: [{ name: 'name', type: 'text' }],
    description: 'Keeps what the model remembered where the music that is heard now came from, if its pack has such a memory.',
  }),
  action({
    name: 'recall-state', scope: 'deck',
    arguments: [{ name: 'name', type: 'text' }, { name: 'amount', type: 'float', optional: true }],
    description: 'Goes on from a kept state at the next bar that is not committed; `amount` 0…1 (default 1) is how far from the present state to it.',
  }),
  action({
    name: 'forget-state', scope: 'deck', arguments: [{ name: 'name', type: 'text' }],
    description: 'Forgets a kept state.',
  }),
  action({
    name: 'rethink', scope: 'deck', arguments: [],
    description: 'Throws away what is composed but not committed, and composes it again with the next seed.',
  }),
];

/** The one list of everything a performer can read, set or trigger. Every wire, help text and page derives from it. */
export const parameterTable: readonly Parameter[] = [...engineParameters, ...deckParameters];
