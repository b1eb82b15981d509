import type { Score } from '../music/score.js';
import type { TickEvent } from '../music/tick-score.js';
import type { Beats } from '../music/units.js';
import { defaultTicksPerBeat, scoreToTicks } from './score-ticks.js';
import { assembleFile, variableLength } from './track-writer.js';
import { messagesOf, writeMessages, type TimedMessage } from './write-tick-score.js';

export interface Marker {
  readonly beat: Beats;
  readonly text: string;
}

export interface RenderOptions {
  /** Name of the piece: that of the first track. */
  readonly title?: string;
  /** Name of the track that a channel (0..15) gets. Default: `Channel 1` .. `Channel 16`. */
  readonly nameOfChannel?: (channel: number) => string;
  /** Words at a beat, e.g. when another pack takes over. */
  readonly markers?: readonly Marker[];
}

const trackName = 0x03;
const marker = 0x06;

/**
 * A score as a Standard MIDI File for other programs: format 1, 480 ticks a beat, first a track of tempo, meter, key
 * and markers, then one track a channel with its name, programs, controls and notes. Texts are UTF-8.
 *
 * Written here and not with @tonejs/midi, which reads prompts: its writer takes 25 s of processor time for 40,000 notes
 * (a copy of the track for each event), writes keys seven sharps too high and knows one program a track.
 * @throws ContinuoError badValue when something happens before beat 0.
 */
export function writeRender(score: Score, options: RenderOptions = {}): Uint8Array {
  const nameOfChannel = options.nameOfChannel ?? ((channel: number) => `Channel ${channel + 1}`);
  const [frame, ...parts] = scoreToTicks(score, defaultTicksPerBeat).tracks;
  const bodies = parts.map((events) => {
    const [first] = events;
    return partTrack('channel' in first ? nameOfChannel(first.channel) : '', events);
  });
  return assembleFile(1, defaultTicksPerBeat, [frameTrack(options, frame), ...bodies]);
}

export interface PartsOptions extends Pick<RenderOptions, 'title' | 'markers'> {
  /** Tempos, meters and keys of all parts; its notes are no part. */
  readonly frame: Score;
  readonly parts: readonly { readonly name: string; readonly score: Score }[];
}

/** As {@link writeRender}, with a track for each part, whatever its channels. */
export function writeParts({ frame, parts, ...options }: PartsOptions): Uint8Array {
  const [frameEvents] = scoreToTicks(frame, defaultTicksPerBeat).tracks;
  const bodies = parts.map(({ name, score }) => {
    const [, ...ofChannels] = scoreToTicks({ ...score, tempos: [], meters: [], keys: [] }, defaultTicksPerBeat).tracks;
    return partTrack(name, ofChannels.flat().sort((a, b) => a.tick - b.tick));
  });
  return assembleFile(1, defaultTicksPerBeat, [frameTrack(options, frameEvents), ...bodies]);
}

function frameTrack({ title = '', markers = [] }: Pick<RenderOptions, 'title' | 'markers'>, frame: readonly TickEvent[]): ReturnType<typeof writeMessages> {
  const words = markers.map(({ beat, text }) => textMessage(marker, Math.max(0, Math.round(beat * defaultTicksPerBeat)), text));
  return writeMessages([textMessage(trackName, 0, title), ...frame.flatMap(messagesOf), ...words]);
}

function partTrack(name: string, events: readonly TickEvent[]): ReturnType<typeof writeMessages> {
  return writeMessages([textMessage(trackName, 0, name), ...events.flatMap(messagesOf)]);
}

function textMessage(type: number, tick: number, text: string): TimedMessage {
  const bytes = Buffer.from(text, 'utf8');
  return { tick, bytes: [0xff, type, ...variableLength(bytes.length), ...bytes] };
}
