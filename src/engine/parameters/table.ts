import type { Parameter } from './parameter.js';
import { clockParameters } from './table/clock.js';
import { controllerParameters } from './table/controllers.js';
import { deckChoiceParameters } from './table/deck-choice.js';
import { deckConstraintParameters } from './table/deck-constraints.js';
import { deckFiguresParameters } from './table/deck-figures.js';
import { deckFillParameters } from './table/deck-fill.js';
import { deckFormParameters } from './table/deck-form.js';
import { deckLimitsParameters } from './table/deck-limits.js';
import { deckModesParameters } from './table/deck-modes.js';
import { deckLoopsParameters } from './table/deck-loops.js';
import { deckPacksParameters } from './table/deck-packs.js';
import { deckShapingParameters } from './table/deck-shaping.js';
import { deckStatesParameters } from './table/deck-states.js';
import { deckSteeringParameters } from './table/deck-steering.js';
import { deckWaitingParameters } from './table/deck-waiting.js';
import { listeningParameters } from './table/listening.js';
import { playingAheadParameters } from './table/playing-ahead.js';
import { recordingParameters } from './table/recording.js';
import { scenesParameters } from './table/scenes.js';
import { sendingParameters } from './table/sending.js';

/** The one list of everything a performer can read, set or trigger. Every wire, help text and page derives from it. */
export const parameterTable: readonly Parameter[] = [
  ...clockParameters,
  ...playingAheadParameters,
  ...sendingParameters,
  ...listeningParameters,
  ...controllerParameters,
  ...scenesParameters,
  ...recordingParameters,
  ...deckPacksParameters,
  ...deckWaitingParameters,
  ...deckLoopsParameters,
  ...deckFiguresParameters,
  ...deckSteeringParameters,
  ...deckConstraintParameters,
  ...deckChoiceParameters,
  ...deckFormParameters,
  ...deckFillParameters,
  ...deckStatesParameters,
  ...deckModesParameters,
  ...deckShapingParameters,
  ...deckLimitsParameters,
];
