import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import type { MusicConstraint, Range } from '../../../engine/music/constraint.js';
import { drumChannel } from '../../../engine/music/note.js';
import type { SkytntState } from './grammar-state.js';
import { stepsPerBeat } from './row-event.js';
import type { ParameterBlock } from './vocabulary.js';

/** More rows than this at one time are taken for a model that is stuck. */
const maximumRowsAtOneTime = 128;
const lastTime = 127 * stepsPerBeat + stepsPerBeat - 1;
/** Controllers above are channel mode messages: all notes off, local control … */
const lastMusicalController = 119;

/** Whether the longest rest allowed is used up. */
export function onlyNotesMayCome(state: SkytntState, constraint: MusicConstraint): boolean {
  return constraint.maximumRestBeats !== undefined && state.restSteps >= restSteps(constraint.maximumRestBeats);
}

/** Writes the ids of one parameter that a constraint leaves. */
export function allowParameter(
  block: ParameterBlock,
  state: SkytntState,
  constraint: MusicConstraint,
  allowed: AllowedTokens,
): void {
  switch (block.name) {
    case 'time1': {
      const { earliest, latest } = timeWindow(state, constraint);
      return addValues(block, Math.floor(earliest / stepsPerBeat), Math.floor(latest / stepsPerBeat), allowed);
    }
    case 'time2': {
      const { earliest, latest } = timeWindow(state, constraint);
      const beatStart = state.time1 * stepsPerBeat;
      return addValues(block, Math.max(0, earliest - beatStart), Math.min(15, latest - beatStart), allowed);
    }
    case 'channel':
      return allowChannels(block, constraint.channels, allowed);
    case 'pitch':
      return state.channel === drumChannel ? addAll(block, allowed) : allowPitches(block, constraint, allowed);
    case 'velocity':
      return addRange(block, 1, constraint.velocityRange, 1, allowed);
    case 'duration':
      return addRange(block, 1, constraint.durationRange, stepsPerBeat, allowed);
    case 'controller':
      return addValues(block, 0, lastMusicalController, allowed);
    default:
      return addAll(block, allowed);
  }
}

/** Steps from the start of the present beat between which the row may happen. */
function timeWindow(
  { step, restSteps: rest, rowsHere }: SkytntState,
  { maximumRestBeats }: MusicConstraint,
): { earliest: number; latest: number } {
  const earliest = rowsHere >= maximumRowsAtOneTime ? step + 1 : step;
  const latest = maximumRestBeats === undefined ? lastTime : step + restSteps(maximumRestBeats) - rest;
  return { earliest, latest: Math.max(earliest, Math.min(lastTime, latest)) };
}

/** A rest shorter than the grid would stop time. */
function restSteps(beats: number): number {
  return Math.max(1, Math.floor(beats * stepsPerBeat));
}

function allowChannels(block: ParameterBlock, channels: readonly number[] | undefined, allowed: AllowedTokens): void {
  for (const channel of new Set(channels)) {
    if (Number.isInteger(channel) && channel >= 0 && channel < block.size) allowed.add(block.first + channel);
  }
  if (allowed.count === 0) addAll(block, allowed);
}

function allowPitches(block: ParameterBlock, { pitchRange, scale }: MusicConstraint, allowed: AllowedTokens): void {
  const { low, high } = gridRange(block, 0, pitchRange, 1);
  if (scale !== undefined && scale.pitchClasses.length > 0) {
    for (let pitch = low; pitch <= high; pitch += 1) {
      const inScale = scale.pitchClasses.includes(pitch % 12);
      if (inScale || !scale.strict) allowed.add(block.first + pitch, inScale ? 0 : -scale.bias);
    }
  }
  if (allowed.count === 0) addValues(block, low, high, allowed);
}

function addRange(
  block: ParameterBlock,
  lowest: number,
  range: Range | undefined,
  unitsInOne: number,
  allowed: AllowedTokens,
): void {
  const { low, high } = gridRange(block, lowest, range, unitsInOne);
  addValues(block, low, high, allowed);
}

/** The values of a block inside a range; the nearest one where the range falls between two; all where it misses them. */
function gridRange(block: ParameterBlock, lowest: number, range: Range | undefined, unitsInOne: number): Range {
  const highest = block.size - 1;
  const whole = { low: lowest, high: highest };
  if (range === undefined || !(range.low <= range.high)) return whole;
  let low = Math.ceil(range.low * unitsInOne);
  let high = Math.floor(range.high * unitsInOne);
  if (low > high) low = high = Math.max(lowest, Math.round(range.low * unitsInOne));
  low = Math.max(lowest, low);
  high = Math.min(highest, high);
  return low <= high ? { low, high } : whole;
}

function addAll(block: ParameterBlock, allowed: AllowedTokens): void {
  addValues(block, 0, block.size - 1, allowed);
}

function addValues(block: ParameterBlock, low: number, high: number, allowed: AllowedTokens): void {
  allowed.addRange(block.first + low, block.first + high);
}
