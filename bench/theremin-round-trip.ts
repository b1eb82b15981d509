import { readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readTickScore } from '../src/engine/midi-file/read-midi-file.js';
import { drumChannel } from '../src/engine/music/note.js';
import type { TickNote, TickScore } from '../src/engine/music/tick-score.js';
import { bytesModel } from '../src/plugins/tokenizers/theremin/bytes-model.js';
import { largestDuration, largestStep } from '../src/plugins/tokenizers/theremin/note-character.js';
import { NoteScale } from '../src/plugins/tokenizers/theremin/note-scale.js';
import { optionsSchema } from '../src/plugins/tokenizers/theremin/options.js';
import { ThereminTokenizer } from '../src/plugins/tokenizers/theremin/theremin-tokenizer.js';
import { percentile } from './support/percentile.js';

export const summary = 'what the theremin format keeps of real music: folders=A,B files=40 out=FILE.md';

interface Errors {
  readonly set: string;
  files: number;
  notes: number;
  /** Of notes in time and of notes within the longest duration, in beats; of all velocities. */
  readonly onset: number[];
  readonly duration: number[];
  readonly velocity: number[];
  /** Notes that come early after a rest longer than a step can say. */
  displaced: number;
  /** Notes longer than a duration can say. */
  cut: number;
  /** Errors of more than half a grid step that the format does not impose. */
  faults: number;
}

const options = optionsSchema.parse({});
const scale = new NoteScale(options);
const tokenizer = new ThereminTokenizer(options, bytesModel);
const halfStep = 1 / (2 * options.steps_per_beat) + 1e-6;
const halfDuration = 1 / (2 * options.durations_per_beat) + 1e-6;
const longest = largestDuration / options.durations_per_beat;

/** decode(encode(x)) against x over some MIDI files of each folder, spread evenly; drums are no part of the format. */
export async function run({ folders = '', files = '40', out }: Readonly<Record<string, string>> = {}): Promise<object> {
  const results: Errors[] = [];
  for (const folder of folders.split(',').filter(Boolean)) {
    const result: Errors = { set: nameOf(folder), files: 0, notes: 0, onset: [], duration: [], velocity: [], displaced: 0, cut: 0, faults: 0 };
    for (const path of await pick(folder, Number(files))) {
      compare(readTickScore(await readFile(path)), result);
      result.files += 1;
    }
    results.push(result);
  }
  const rows = results.map(figuresOf);
  if (out !== undefined) await writeFile(out, page(rows));
  return { sets: rows };
}

async function pick(folder: string, count: number): Promise<string[]> {
  const found = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.mid')).sort();
  const every = Math.max(1, found.length / count);
  return Array.from({ length: Math.min(count, found.length) }, (_, index) => join(folder, found[Math.floor(index * every)]));
}

function compare(score: TickScore, errors: Errors): void {
  const before = inOrder(score);
  const { tracks, ticksPerBeat } = tokenizer.decode(tokenizer.encode(score));
  const after = notesOf(tracks).map((note) => timed(note, ticksPerBeat));
  let last = 0;
  before.forEach((note, index) => {
    const decoded = after[index];
    const onset = Math.abs(decoded.beat - note.beat);
    const duration = Math.abs(decoded.duration - note.duration);
    const stepped = Math.round((decoded.beat - last) * options.steps_per_beat);
    if (stepped > 0) last = decoded.beat;
    const isDisplaced = onset > halfStep;
    if (isDisplaced) errors.displaced += 1;
    else errors.onset.push(onset);
    if (note.duration > longest + halfDuration) errors.cut += 1;
    else errors.duration.push(duration);
    errors.velocity.push(Math.abs(decoded.velocity - note.velocity));
    const isFault =
      decoded.pitch !== note.pitch ||
      (isDisplaced && stepped !== largestStep && stepped !== 0) ||
      (note.duration <= longest && duration > halfDuration) ||
      scale.velocityNumber(decoded.velocity) !== scale.velocityNumber(note.velocity);
    if (isFault) errors.faults += 1;
  });
  errors.notes += before.length;
}

type TimedNote = ReturnType<typeof timed>;

function timed({ tick, duration, pitch, velocity }: TickNote, ticksPerBeat: number) {
  return { beat: tick / ticksPerBeat, duration: duration / ticksPerBeat, pitch, velocity };
}

function notesOf(tracks: TickScore['tracks']): TickNote[] {
  return tracks.flat().filter((event): event is TickNote => event.type === 'note');
}

/** In the order the format writes them. */
function inOrder({ tracks, ticksPerBeat }: TickScore): TimedNote[] {
  const keyed = notesOf(tracks)
    .filter(({ channel }) => channel !== drumChannel)
    .map((note) => timed(note, ticksPerBeat));
  const rank = (note: TimedNote): number[] => [
    Math.round(scale.steps(note.beat)),
    note.pitch,
    scale.velocityNumber(note.velocity),
    scale.durationNumber(note.duration),
  ];
  const ranked = keyed.map((note) => ({ note, rank: rank(note) }));
  ranked.sort((a, b) => a.rank.reduce((order, value, index) => order || value - b.rank[index], 0));
  return ranked.map(({ note }) => note);
}

function figuresOf({ set, files, notes, onset, duration, velocity, displaced, cut, faults }: Errors) {
  const beats = (values: number[]): string => [0.5, 0.95, 1].map((share) => percentile(values, share).toFixed(3)).join(' / ');
  const share = (count: number): string => `${((100 * count) / Math.max(1, notes)).toFixed(2)} %`;
  const velocities = `${percentile(velocity, 0.5)} / ${percentile(velocity, 0.95)} / ${percentile(velocity, 1)}`;
  return { set, files, notes, onset: beats(onset), displaced: share(displaced), duration: beats(duration), cut: share(cut), velocity: velocities, faults };
}

function nameOf(folder: string): string {
  const parts = folder.split('/').filter(Boolean);
  return ['valid', 'test', 'train'].includes(basename(folder)) ? parts.slice(-2).join(' ') : basename(folder);
}

function page(rows: readonly ReturnType<typeof figuresOf>[]): string {
  const lines = rows.map((row) => `| ${Object.values(row).join(' | ')} |`);
  return `# What the theremin format keeps of real music

\`decode(encode(x))\` against \`x\` with the usual options: 24 steps and 8 durations a beat, three velocities, drums left
out. Half a step is 0.021 beats, half a duration 0.063 beats. Errors are median / 95th percentile / largest, in beats
and in MIDI velocity.

| set | files | notes | onset | displaced | duration | too long | velocity | faults |
|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}

- **displaced**: onsets after a rest of more than 63 steps (2.6 beats) come early by what the step cannot say, and the
  next onset makes it up. They are left out of *onset*.
- **too long**: notes of more than 3.9 beats end after 3.9 beats. They are left out of *duration*.
- **velocity**: 0-62, 63-106 and 107-127 become 32, 85 and 117.
- **faults**: errors above half a grid step that the format does not impose, wrong pitches, wrong velocity numbers.

Made by \`continuo bench theremin-round-trip folders=A,B,C files=40 out=docs/tokenizers/theremin.md\`.
`;
}
