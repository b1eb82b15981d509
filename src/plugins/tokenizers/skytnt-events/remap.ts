import { drumChannel } from '../../../engine/music/note.js';
import { addOnce, type Collected } from './collect.js';
import type { RowEvent } from './row-event.js';

/** Row value of a key signature without sharps or flats. */
export const noSharps = 7;
/** Where events of a removed track wait to be taken out. */
const removedTrack = -1;

/**
 * Renumbers channels 0..8, 10..15 in order of appearance (drums stay on 9) and gives every pair of channel and source
 * track a track of its own, counted from 1; tempo and meter go to track 0. Changes `collected` in place.
 * @returns the new numbers of the channels without notes.
 */
export function remapTracksAndChannels(collected: Collected, removeEmptyChannels: boolean): Set<number> {
  const empty = new Set(collected.channels.filter((channel) => !collected.channelsWithNotes.has(channel)));
  const newChannels = numberChannels(collected, removeEmptyChannels, empty);
  numberTracks(collected, newChannels, (channel) => removeEmptyChannels && empty.has(channel));
  moveEvents(collected, newChannels);
  collected.channels = [...newChannels.values()];
  collected.channelsOfTrack = listChannelsOfTracks(collected, newChannels);
  return new Set([...empty].map((channel) => newChannels.get(channel) as number));
}

function numberChannels(collected: Collected, emptyLast: boolean, empty: ReadonlySet<number>): Map<number, number> {
  const ordered = emptyLast
    ? [...collected.channels].sort((a, b) => Number(empty.has(a)) - Number(empty.has(b)))
    : collected.channels;
  const numbers = new Map<number, number>();
  if (ordered.includes(drumChannel)) numbers.set(drumChannel, drumChannel);
  let next = 0;
  for (const channel of ordered) {
    if (channel === drumChannel) continue;
    numbers.set(channel, next);
    next += next + 1 === drumChannel ? 2 : 1;
  }
  return numbers;
}

function numberTracks(
  { tracksOfChannel, noteTracksOfChannel }: Collected,
  newChannels: ReadonlyMap<number, number>,
  isRemoved: (channel: number) => boolean,
): void {
  let count = 0;
  for (const [channel] of [...newChannels].sort((a, b) => a[1] - b[1])) {
    if (isRemoved(channel)) continue;
    const noteTracks = noteTracksOfChannel[channel];
    for (const track of tracksOfChannel[channel].keys()) {
      if (noteTracks.length > 0 && !noteTracks.includes(track)) continue;
      count += 1;
      tracksOfChannel[channel].set(track, count);
    }
  }
}

function moveEvents(collected: Collected, newChannels: ReadonlyMap<number, number>): void {
  const copies: RowEvent[] = [];
  collected.keys = [];
  collected.channelsWithProgram = new Set();
  collected.firstTrackOfChannel = new Map();

  for (let index = 0; index < collected.notes.length; index += 1) moveNote(index, collected, newChannels);
  for (const event of collected.marks) {
    if (event.kind === 'tempo' || event.kind === 'meter') {
      event.track = 0;
    } else if (event.kind === 'key') {
      copies.push(...spreadKey(event, collected, newChannels));
    } else {
      const source = event.values[0];
      event.track = newTrack(source, event.track, collected);
      event.values[0] = newChannels.get(source) as number;
      if (event.kind === 'program') collected.channelsWithProgram.add(event.values[0]);
    }
  }
  collected.marks = [...collected.marks.filter(({ track }) => track !== removedTrack), ...copies];
}

function moveNote(index: number, collected: Collected, newChannels: ReadonlyMap<number, number>): void {
  const { notes, firstTrackOfChannel } = collected;
  const source = notes.channelOf(index);
  const channel = newChannels.get(source) as number;
  notes.move(index, newTrack(source, notes.trackOf(index), collected), channel);
  if (!firstTrackOfChannel.has(channel)) firstTrackOfChannel.set(channel, notes.trackOf(index));
}

/** The track made of a channel's events on a track; what is no note goes where the channel has notes. */
function newTrack(source: number, track: number, { tracksOfChannel, noteTracksOfChannel }: Collected): number {
  const noteTracks = noteTracksOfChannel[source];
  const sourceTrack = noteTracks.length > 0 && !noteTracks.includes(track) ? noteTracks[0] : track;
  return tracksOfChannel[source].get(sourceTrack) as number;
}

/** Moves a key signature to the first new track made of its source track; gives the copies for the others. */
function spreadKey(key: RowEvent, collected: Collected, newChannels: ReadonlyMap<number, number>): RowEvent[] {
  const targets: { channel: number; track: number }[] = [];
  collected.tracksOfChannel.forEach((tracks, source) => {
    const track = tracks.get(key.track) ?? 0;
    if (track !== 0) targets.push({ channel: newChannels.get(source) as number, track });
  });
  const [first, ...others] = targets;
  if (first === undefined) {
    if (key.track === 0) collected.keys.push(key);
    else key.track = removedTrack;
    return [];
  }
  key.track = first.track;
  if (first.channel === drumChannel) key.values[0] = noSharps;
  const copies = others.map(({ channel, track }) => {
    const sharps = channel === drumChannel ? noSharps : key.values[0];
    return { ...key, track, values: [sharps, key.values[1]] };
  });
  collected.keys.push(key, ...copies);
  return copies;
}

function listChannelsOfTracks(
  { tracksOfChannel }: Collected,
  newChannels: ReadonlyMap<number, number>,
): Map<number, number[]> {
  const result = new Map<number, number[]>();
  tracksOfChannel.forEach((tracks, source) => {
    for (const track of tracks.values()) {
      if (!result.has(track)) result.set(track, []);
      addOnce(result.get(track) as number[], newChannels.get(source) as number);
    }
  });
  return result;
}
