import { drumChannel, type Note } from '../../music/note.js';

const highest = 127;
const octave = 12;

/** The pitch that many semitones higher, drums excepted; what would leave 0..127 comes back by octaves. */
export function transposedPitch({ pitch, channel }: Pick<Note, 'pitch' | 'channel'>, semitones: number): number {
  if (channel === drumChannel) return pitch;
  const moved = pitch + semitones;
  if (moved < 0) return moved + octave * Math.ceil(-moved / octave);
  if (moved > highest) return moved - octave * Math.ceil((moved - highest) / octave);
  return moved;
}
