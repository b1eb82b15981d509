import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ContinuoError } from '../src/engine/errors.js';
import { readTickScore } from '../src/engine/midi-file/read-midi-file.js';
import type { TickNote, TickScore } from '../src/engine/music/tick-score.js';
import { Voices } from '../src/plugins/tokenizers/remi-bpe/voices.js';
import { openTokenizer } from './support/open-tokenizer.js';

export const summary = 'what remi-bpe loses of real music, program by program: folders=DIR,DIR files=40 out=PAGE.md';

const longestBeats = 4;
const stepBeats = 0.25;
const tableStart = '<!-- round trip -->';
const tableEnd = '<!-- end of round trip -->';

interface BeatNote {
  readonly beat: number;
  readonly duration: number;
  readonly velocity: number;
}

/**
 * Encodes and decodes MIDI files and compares their notes by program and pitch, as the format keeps no channels. With
 * `out` the table also takes the place of the one in that page, between its two marks.
 */
export async function run(options: Readonly<Record<string, string>>): Promise<object> {
  const { folders, out } = options;
  if (folders === undefined) throw new ContinuoError('badValue', 'Say which folders of MIDI files, e.g. folders=a,b.');
  const { tokenizer } = await openTokenizer('remi-bpe');
  const rows = folders.split(',').map((folder) => {
    const figures = new Figures();
    const files = chooseFiles(folder, Number(options.files ?? 40));
    for (const file of files) {
      const score = readTickScore(readFileSync(join(folder, file)));
      figures.compare(notesByVoice(score), notesByVoice(tokenizer.decode(tokenizer.encode(score))));
    }
    return [basename(folder), files.length, ...figures.cells()];
  });
  const titles = ['set', 'files', 'notes', 'doubled', 'lost or moved', 'onset', 'duration', 'too long', 'too short', 'cut', 'velocity'];
  const lines = [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  if (out !== undefined) {
    const page = readFileSync(out, 'utf8');
    const end = page.indexOf(tableEnd);
    writeFileSync(out, `${page.slice(0, page.indexOf(tableStart) + tableStart.length)}\n${lines.join('\n')}\n${page.slice(end)}`);
  }
  return { rows: rows.map((cells) => Object.fromEntries(cells.map((cell, index) => [titles[index], cell]))) };
}

class Figures {
  private notes = 0;
  private doubled = 0;
  private wrong = 0;
  private tooLong = 0;
  private tooShort = 0;
  private cut = 0;
  private readonly onset: number[] = [];
  private readonly duration: number[] = [];
  private readonly velocity: number[] = [];

  compare(before: ReadonlyMap<number, readonly BeatNote[]>, after: ReadonlyMap<number, readonly BeatNote[]>): void {
    for (const [voice, notes] of before) {
      const places = byPlace(notes);
      const heard = new Map((after.get(voice) ?? []).map((note) => [Math.round(note.beat / stepBeats), note]));
      const taken = [...places.keys()].sort((a, b) => a - b);
      this.notes += notes.length;
      this.doubled += notes.length - places.size;
      this.wrong += [...heard.keys()].filter((place) => !places.has(place)).length;
      taken.forEach((place, index) => {
        const [first, ...others] = places.get(place) ?? [];
        const note = heard.get(place);
        if (note === undefined) this.wrong += 1;
        else if (others.length === 0) this.compareNote(first, note, (taken[index + 1] ?? Infinity) * stepBeats);
      });
    }
  }

  cells(): (string | number)[] {
    const share = (count: number): string => `${((100 * count) / this.notes).toFixed(2)} %`;
    const of = (errors: number[], digits: number): string => {
      const sorted = Float64Array.from(errors).sort();
      return [0.5, 0.95, 1].map((part) => (sorted[Math.ceil(part * sorted.length) - 1] ?? 0).toFixed(digits)).join(' / ');
    };
    return [
      this.notes,
      share(this.doubled),
      this.wrong,
      of(this.onset, 3),
      of(this.duration, 3),
      share(this.tooLong),
      share(this.tooShort),
      share(this.cut),
      of(this.velocity, 0),
    ];
  }

  private compareNote(before: BeatNote, after: BeatNote, nextBeat: number): void {
    this.onset.push(Math.abs(after.beat - before.beat));
    this.velocity.push(Math.abs(after.velocity - before.velocity));
    if (before.duration > longestBeats + stepBeats / 2) this.tooLong += 1;
    else if (before.duration < stepBeats / 2) this.tooShort += 1;
    else if (before.duration > nextBeat - after.beat + stepBeats / 2) this.cut += 1;
    else this.duration.push(Math.abs(after.duration - before.duration));
  }
}

function byPlace(notes: readonly BeatNote[]): Map<number, BeatNote[]> {
  const places = new Map<number, BeatNote[]>();
  for (const note of notes) {
    const place = Math.floor(note.beat / stepBeats + 0.5);
    places.set(place, [...(places.get(place) ?? []), note]);
  }
  return places;
}

/** Notes by program (128 for drums) and pitch. */
function notesByVoice({ ticksPerBeat, tracks }: TickScore): Map<number, BeatNote[]> {
  const programs = new Voices(tracks);
  const voices = new Map<number, BeatNote[]>();
  tracks.forEach((track, index) => {
    for (const event of track) if (event.type === 'note') add(index, event);
  });
  return voices;

  function add(index: number, note: TickNote): void {
    const voice = programs.programOf(index, note) * 128 + note.pitch;
    const notes = voices.get(voice) ?? [];
    voices.set(voice, notes);
    notes.push({ beat: note.tick / ticksPerBeat, duration: note.duration / ticksPerBeat, velocity: note.velocity });
  }
}

/** So many, spread evenly over the folder and those in it. */
function chooseFiles(folder: string, most: number): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.mid')).sort();
  const count = Math.min(most, files.length);
  return Array.from({ length: count }, (_, index) => files[Math.floor((index * files.length) / count)]);
}
