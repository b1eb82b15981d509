import type { Score } from '../music/score.js';
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
  const markers = (options.markers ?? []).map(({ beat, text }) =>
    textMessage(marker, Math.max(0, Math.round(beat * defaultTicksPerBeat)), text),
  );
  const bodies = [
    writeMessages([textMessage(trackName, 0, options.title ?? ''), ...frame.flatMap(messagesOf), ...markers]),
    ...parts.map((events) => {
      const [first] = events;
      const name = 'channel' in first ? nameOfChannel(first.channel) : '';
      return writeMessages([textMessage(trackName, 0, name), ...events.flatMap(messagesOf)]);
    }),
  ];
  return assembleFile(1, defaultTicksPerBeat, bodies);
}

function textMessage(type: number, tick: number, text: string): TimedMessage {
  const bytes = Buffer.from(text, 'utf8');
  return { tick, bytes: [0xff, type, ...variableLength(bytes.length), ...bytes] };
}
