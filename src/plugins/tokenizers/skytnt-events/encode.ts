import { ContinuoError } from '../../../engine/errors.js';
import type { TickScore } from '../../../engine/music/tick-score.js';
import { collectEvents, type Collected } from './collect.js';
import { settleKeySignatures } from './key-signature.js';
import type { SkytntOptions } from './options.js';
import { OrderedEvents } from './ordered-events.js';
import { remapTracksAndChannels } from './remap.js';
import type { RowEvent } from './row-event.js';
import { RowWriter } from './rows.js';
import { gatherSetup } from './setup.js';
import type { SkytntVocabulary } from './vocabulary.js';

/**
 * A score as rows of eight ids, as the reference writes it. What the format cannot say is left out: tracks past 128,
 * notes of 128 beats and longer, and all that follows a rest of 128 beats.
 * @throws ContinuoError badMidiFile when the score has no time base.
 */
export function encodeScore(score: TickScore, vocabulary: SkytntVocabulary, options: SkytntOptions): Int32Array {
  if (!(score.ticksPerBeat >= 1)) {
    throw new ContinuoError('badMidiFile', `A score with ${score.ticksPerBeat} ticks a beat has no time; give it 1 or more.`);
  }
  const collected = collectEvents(score, vocabulary, options);
  const emptyChannels = options.remap_track_channel
    ? remapTracksAndChannels(collected, options.remove_empty_channels)
    : new Set(collected.channels.filter((channel) => !collected.channelsWithNotes.has(channel)));
  if (options.add_default_instr) addDefaultPrograms(collected);
  if (vocabulary.shapeOf('key') !== undefined) settleKeySignatures(collected, options.remap_track_channel);
  const isSilent = (event: RowEvent): boolean =>
    options.remove_empty_channels &&
    (event.kind === 'program' || event.kind === 'control') &&
    emptyChannels.has(event.values[0]);
  return toRows(collected, isSilent, vocabulary, options.add_bos_eos);
}

function addDefaultPrograms({ marks, channels, channelsWithProgram, firstTrackOfChannel }: Collected): void {
  for (const channel of channels) {
    const track = firstTrackOfChannel.get(channel);
    if (track === undefined || channelsWithProgram.has(channel)) continue;
    marks.push({ kind: 'program', beat: 0, step: 0, track, values: [channel, 0] });
  }
}

function toRows(
  { marks, notes }: Collected,
  isSilent: (event: RowEvent) => boolean,
  vocabulary: SkytntVocabulary,
  withEnds: boolean,
): Int32Array {
  const events = new OrderedEvents(marks, notes);
  const { setup, rest } = gatherSetup(events.length, (index) => events.at(index), vocabulary.version);
  const rows = new RowWriter(vocabulary, setup.length + events.length - rest + 2);
  let lastBeat = 0;
  const append = (event: RowEvent): void => {
    if (!isSilent(event) && rows.append(event, event.beat - lastBeat)) lastBeat = event.beat;
  };
  if (withEnds) rows.appendIds(vocabulary.start);
  setup.forEach(append);
  for (let index = rest; index < events.length; index += 1) append(events.at(index));
  if (withEnds) rows.appendIds([vocabulary.end]);
  return rows.finish();
}
