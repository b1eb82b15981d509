import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTickScore } from '../src/engine/midi-file/read-midi-file.js';
import { drumChannel } from '../src/engine/music/note.js';
import type { TickNote, TickScore } from '../src/engine/music/tick-score.js';
import { BeatKmeansTokenizer } from '../src/plugins/tokenizers/beat-kmeans/beat-tokenizer.js';
import { readCodebook } from '../src/plugins/tokenizers/beat-kmeans/codebook-file.js';
import { shippedCodebook, shippedVelocities } from '../src/plugins/tokenizers/beat-kmeans/module.js';
import { frameOfTick } from '../src/plugins/tokenizers/beat-kmeans/note-frames.js';
import { optionsSchema } from '../src/plugins/tokenizers/beat-kmeans/options.js';
import { readVelocities } from '../src/plugins/tokenizers/beat-kmeans/velocities-file.js';
import { tableVelocities } from '../src/plugins/tokenizers/beat-kmeans/velocity-table.js';
import { framesOfCode, framesPerBeat } from '../src/plugins/tokenizers/beat-kmeans/vocabulary.js';
import { percentile } from './support/percentile.js';

export const summary = 'what the beat-kmeans format keeps of real music: folders=A,B files=100 out=FILE.md';

/** A note of a file in frames, exact and on the grid. */
interface GridNote {
  readonly pitch: number;
  readonly velocity: number;
  readonly exactStart: number;
  readonly exactEnd: number;
  readonly start: number;
  readonly end: number;
}

class Errors {
  files = 0;
  notes = 0;
  ids = 0;
  cells = 0;
  codes = 0;
  /** In frames, of notes the format has a place for. */
  readonly onset: number[] = [];
  readonly end: number[] = [];
  readonly velocity: number[] = [];
  readonly velocityByTable: number[] = [];
  /** Begin in the same frame as a longer one of their pitch. */
  merged = 0;
  /** End early because their pitch begins again. */
  cut = 0;
  /** Begin or end in a quarter of a beat in which their key is struck twice or more. */
  crowded = 0;
  /** Of those, come at another frame or not at all. */
  moved = 0;
  faults = 0;
}

const halfFrame = 0.5 + 1e-9;

/** decode(encode(x)) against x over some MIDI files of each folder; drums are no part of the format. */
export async function run({ folders = '', files = '100', out }: Readonly<Record<string, string>> = {}): Promise<object> {
  const codebook = readCodebook(shippedCodebook);
  const options = optionsSchema.parse({});
  const learned = new BeatKmeansTokenizer(codebook, readVelocities(shippedVelocities), options);
  const table = new BeatKmeansTokenizer(codebook, tableVelocities, options);
  const rows = [];
  for (const folder of folders.split(',').filter(Boolean)) {
    const errors = new Errors();
    const found = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.mid')).sort();
    for (const name of found.slice(0, Number(files))) compare(readTickScore(await readFile(join(folder, name))), learned, table, errors);
    rows.push({ set: folder.split('/').filter(Boolean).slice(-2).join(' '), ...figuresOf(errors) });
  }
  if (out !== undefined) await writeFile(out, page(rows));
  return { sets: rows };
}

/** The two tokenizers differ in nothing but velocities. */
function compare(score: TickScore, learned: BeatKmeansTokenizer, table: BeatKmeansTokenizer, errors: Errors): void {
  const ids = learned.encode(score);
  const decoded = notesByPlace(learned.decode(ids));
  const byTable = notesByPlace(table.decode(table.encode(score)));
  errors.files += 1;
  errors.ids += ids.length;
  for (const id of ids) {
    if (framesOfCode(id) > 0) errors.codes += 1;
    errors.cells += framesOfCode(id) / framesPerBeat;
  }
  const notes = notesOf(score);
  for (let pitch = 0; pitch < 128; pitch += 1) comparePitch(notes.filter((note) => note.pitch === pitch), decoded, byTable, errors);
}

/** Notes of one pitch. */
function comparePitch(notes: readonly GridNote[], decoded: NotesByPlace, byTable: NotesByPlace, errors: Errors): void {
  const kept = [...notes].sort((a, b) => a.start - b.start || b.end - a.end).filter((note, index, all) => note.start !== all[index - 1]?.start);
  const onsets = new Map<number, number>();
  for (const { start } of kept) onsets.set(Math.floor(start / 12), (onsets.get(Math.floor(start / 12)) ?? 0) + 1);
  const isCrowded = (frame: number): boolean => (onsets.get(Math.floor(frame / 12)) ?? 0) > 1;
  errors.notes += notes.length;
  errors.merged += notes.length - kept.length;
  kept.forEach((note, index) => {
    const next = kept[index + 1]?.start ?? Infinity;
    const told = decoded.get(`${note.start} ${note.pitch}`);
    const crowded = isCrowded(note.start) || isCrowded(Math.min(note.end, next) - 1);
    const isCut = note.end > next;
    if (crowded) errors.crowded += 1;
    if (isCut) errors.cut += 1;
    if (told === undefined) {
      if (crowded) errors.moved += 1;
      else errors.faults += 1;
      return;
    }
    const onset = Math.abs(told.start - note.exactStart);
    const end = Math.abs(told.end - note.exactEnd);
    const isBrief = note.exactEnd - note.exactStart < 1;
    errors.onset.push(onset);
    if (!isCut && !crowded && !isBrief) errors.end.push(end);
    errors.velocity.push(Math.abs(told.velocity - note.velocity));
    errors.velocityByTable.push(Math.abs((byTable.get(`${note.start} ${note.pitch}`) ?? told).velocity - note.velocity));
    if (onset > halfFrame || (!isCut && !crowded && !isBrief && end > halfFrame)) errors.faults += 1;
  });
}

/** By frame and pitch. */
type NotesByPlace = ReadonlyMap<string, GridNote>;

function notesByPlace(score: TickScore): NotesByPlace {
  return new Map(notesOf(score).map((note) => [`${note.start} ${note.pitch}`, note]));
}

function notesOf({ tracks, ticksPerBeat }: TickScore): GridNote[] {
  const isPitched = (event: TickScore['tracks'][number][number]): event is TickNote => event.type === 'note' && event.channel !== drumChannel;
  return tracks.flat().filter(isPitched).map(({ tick, duration, pitch, velocity }) => {
    const start = frameOfTick(tick, ticksPerBeat);
    const exact = (at: number): number => (at * framesPerBeat) / ticksPerBeat;
    const end = Math.max(start + 1, frameOfTick(tick + duration, ticksPerBeat));
    return { pitch, velocity, exactStart: exact(tick), exactEnd: exact(tick + duration), start, end };
  });
}

function figuresOf(errors: Errors) {
  const beats = (values: number[]): string => [0.5, 0.95, 1].map((share) => (percentile(values, share) / framesPerBeat).toFixed(4)).join(' / ');
  const share = (count: number): string => `${((100 * count) / Math.max(1, errors.notes)).toFixed(2)} %`;
  const velocities = (values: number[]): string => {
    const mean = values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length);
    return `${mean.toFixed(2)} / ${percentile(values, 0.95)} / ${percentile(values, 1)}`;
  };
  return {
    files: errors.files,
    notes: errors.notes,
    idsPerNote: (errors.ids / Math.max(1, errors.notes)).toFixed(2),
    codesPerCell: (errors.codes / Math.max(1, errors.cells)).toFixed(3),
    onset: beats(errors.onset),
    end: beats(errors.end),
    velocity: velocities(errors.velocity),
    velocityByTable: velocities(errors.velocityByTable),
    merged: share(errors.merged),
    cut: share(errors.cut),
    crowded: share(errors.crowded),
    moved: share(errors.moved),
    faults: errors.faults,
  };
}

function page(rows: readonly object[]): string {
  const lines = rows.map((row) => `| ${Object.values(row).join(' | ')} |`);
  return `# What the beat-kmeans format keeps of real music

\`decode(encode(x))\` against \`x\` with the usual options: 48 frames a beat, drums left out; velocities by the learned codes
and, beside them, by the table. None of these files was used to make the codebook or to learn the codes. Half a frame is
0.0104 beats. Errors of onsets and ends are median / 95th percentile / largest in beats; of velocities mean / 95th
percentile / largest.

| set | files | notes | ids a note | codes a cell | onset | end | velocity, learned | velocity, table | merged | cut | crowded | moved | faults |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}

- **merged**: notes that begin in the same frame as a longer one of their pitch, e.g. two voices in unison: one note is told.
- **cut**: notes that end where their pitch begins again. They are left out of *end*.
- **crowded**: notes that begin or end in a quarter of a beat in which their key is struck twice or more: the only music the
  codebook does not promise to tell exactly. They are left out of *end*. **moved**: those of them that come in another
  frame, or not at all.
- **velocity**: exact where a key is struck once in a beat; otherwise the nearest of 512 courses. A merged note counts with
  the greater velocity of the two, which no code can help.
- **faults**: errors above half a frame that none of these explains.

Made by \`continuo bench beat-kmeans-round-trip folders=A,B,C files=100 out=docs/tokenizers/beat-kmeans.md\`.
`;
}
