import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTickScore } from '../../../../src/engine/midi-file/read-midi-file.js';
import type { TickNote, TickScore } from '../../../../src/engine/music/tick-score.js';
import { repositoryRoot } from '../../../../src/engine/paths.js';

const fixtures = join(repositoryRoot, 'test/fixtures');

export function readFixture(path: string): TickScore {
  return readTickScore(readFileSync(join(fixtures, path)));
}

/** Files of many shapes that hold notes. */
export const samples: readonly TickScore[] = [
  'torture/peers/tonejs-beat.mid',
  'torture/synth/tracks-24.mid',
  'torture/synth/timesig-odd.mid',
  'torture/synth/timesig-mid-bar.mid',
  'torture/synth/tempo-rubato-200.mid',
  'torture/synth/human-timing.mid',
  'torture/synth/program-change-mid-track.mid',
  'torture/synth/polyphony-128.mid',
].map(readFixture);

/** A score at 4 ticks a beat: a tick is a position. */
export function sixteenths(notes: readonly Partial<TickNote>[], frame: TickScore['tracks'][number] = []): TickScore {
  const plain = { type: 'note', tick: 0, duration: 4, channel: 0, pitch: 60, velocity: 64 } as const;
  return { ticksPerBeat: 4, tracks: [frame, notes.map((note) => ({ ...plain, ...note }))] };
}
