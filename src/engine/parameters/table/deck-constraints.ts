import { pitchClassNames } from '../../music/pitch-name.js';
import { gridNames } from '../../music/rhythm-grid.js';
import { scaleNames } from '../../music/scale.js';
import type { Parameter } from '../parameter.js';
import { value } from './entry.js';

/** From here on a wish is a rule. */
export const strictStrength = 10;

/** What the music of a deck may be; see `keeps` for what its pack can heed. */
export const deckConstraintParameters: readonly Parameter[] = [
  value({
    name: 'keeps', scope: 'deck', type: 'text', default: '', unit: 'parameters', readOnly: true,
    description: 'Which of the wishes of this deck (`low-pitch`, `scale` …) the pack that plays can keep.',
  }),
  value({
    name: 'low-velocity', scope: 'deck', type: 'integer', minimum: 1, maximum: 127, default: 1, unit: 'MIDI velocity',
    description: 'Softest note.',
  }),
  value({
    name: 'high-velocity', scope: 'deck', type: 'integer', minimum: 1, maximum: 127, default: 127, unit: 'MIDI velocity',
    description: 'Loudest note.',
  }),
  value({
    name: 'shortest-note', scope: 'deck', type: 'float', minimum: 0, maximum: 16, default: 0, unit: 'beats',
    description: 'Shortest note; 0 sets no limit.',
  }),
  value({
    name: 'longest-note', scope: 'deck', type: 'float', minimum: 0, maximum: 64, default: 0, unit: 'beats',
    description: 'Longest note; 0 sets no limit.',
  }),
  value({
    name: 'polyphony', scope: 'deck', controller: 30, type: 'integer', minimum: 0, maximum: 32, default: 0, unit: 'notes',
    description: 'Most notes that may sound at once, drums excepted; 0 sets no limit.',
  }),
  value({
    name: 'fewest-onsets', scope: 'deck', type: 'integer', minimum: 0, maximum: 16, default: 0, unit: 'notes a beat',
    description: 'Every beat has at least so many notes.',
  }),
  value({
    name: 'most-onsets', scope: 'deck', type: 'integer', minimum: 0, maximum: 32, default: 0, unit: 'notes a beat',
    description: 'No beat has more notes; 0 sets no limit.',
  }),
  value({
    name: 'longest-rest', scope: 'deck', type: 'float', minimum: 0, maximum: 64, default: 0, unit: 'beats',
    description: "Longest time from one note to the next; 0 is the pack's own idea.",
  }),
  value({
    name: 'only-channels', scope: 'deck', type: 'text', default: '', unit: 'MIDI channels',
    description: "Channels 1 to 16 the pack may write for, with spaces between (`1 10`); empty is the pack's own idea.",
  }),
  value({
    name: 'only-programs', scope: 'deck', type: 'text', default: '', unit: 'MIDI programs',
    description: "General MIDI programs 0 to 127 the pack may choose, with spaces between; empty is the pack's own idea.",
  }),
  value({
    name: 'scale', scope: 'deck', type: 'choice', choices: scaleNames, default: 'chromatic', unit: '',
    description: 'Scale of the music, on `scale-root`. Packs that transpose play in the key nearest to it, whatever `key` says.',
  }),
  value({
    name: 'scale-root', scope: 'deck', type: 'choice', choices: pitchClassNames, default: 'C', unit: '',
    description: 'Root of the scale.',
  }),
  value({
    name: 'scale-strength', scope: 'deck', controller: 31, type: 'float', minimum: 0, maximum: strictStrength, default: strictStrength, unit: '',
    description: `How strongly the scale is kept: ${strictStrength} allows nothing else, n makes the rest e^n times less likely, 0 leaves it alone.`,
  }),
  value({
    name: 'chord', scope: 'deck', type: 'text', default: '', unit: '',
    description: 'Chord of the moment, by name (`Cm7`, `F#maj7/A#`), notes (`C Eb G`) or pitch classes (`0 3 7`); empty is none.',
  }),
  value({
    name: 'chord-strength', scope: 'deck', type: 'float', minimum: 0, maximum: strictStrength, default: 3, unit: '',
    description: 'How strongly the chord is kept, as `scale-strength`.',
  }),
  value({
    name: 'grid', scope: 'deck', type: 'choice', choices: gridNames, default: 'off', unit: 'note value',
    description: 'Notes begin on this grid only: each moves to its nearest line, in what is planned and remembered too; `t` is triplets.',
  }),
];
