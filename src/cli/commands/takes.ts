import type { Command } from 'commander';
import { loadConfiguration } from '../../engine/configuration.js';
import { ContinuoError } from '../../engine/errors.js';
import { SavedTakes } from '../../engine/recording/saved-takes.js';
import { keptTakes, readTake, type KeptTake } from '../../engine/recording/take-journal.js';
import type { TakeLine } from '../../engine/recording/take-line.js';
import { complain } from '../complain.js';
import { table } from '../table.js';

interface TakesOptions {
  readonly save?: string;
  readonly take?: string;
  readonly config?: string;
  readonly json: boolean;
}

/** `continuo takes`: what was recorded, whether the engine ended as it should or not. */
export function register(program: Command): void {
  program
    .command('takes')
    .summary('list what was recorded, and save it as MIDI')
    .description('Lists the takes that are kept, the newest first: every run of the engine is one, also one that was cut short.')
    .option('--save <file.mid>', 'write a take as a MIDI file that is not there yet')
    .option('--take <name>', 'which one; default: the newest')
    .option('--config <file>', 'configuration file (JSON)')
    .option('--json', 'print one JSON document and nothing else', false)
    .action(takes);
}

async function takes({ save, take: name, config, json }: TakesOptions): Promise<void> {
  const { takes: settings } = loadConfiguration(config);
  if (settings === false) throw new ContinuoError('badValue', 'Nothing is recorded: `takes` is false in the configuration.');
  const kept = await keptTakes(settings.folder);
  if (save !== undefined) return saveTake(choose(kept, name, settings.folder), save);
  const read = await Promise.all(kept.map(async (take) => ({ take, ...(await readTake(take)) })));
  const rows = read.map(({ take, lines, unreadable }) => ({ name: take.name, writtenAt: take.writtenAt.toISOString(), notes: notesOf(lines), beats: beatsOf(lines), unreadable }));
  if (json) {
    process.stdout.write(`${JSON.stringify(rows)}\n`);
    return;
  }
  const cells = rows.map((row) => [row.name, row.writtenAt, String(row.notes), row.beats.toFixed(0)]);
  for (const { name: of, unreadable } of rows) for (const file of unreadable) complain(`${file} of ${of} cannot be read: its notes are not counted.`);
  process.stdout.write(rows.length === 0 ? `There is no take in ${settings.folder}.\n` : table([['TAKE', 'WRITTEN', 'NOTES', 'BEATS'], ...cells], process.stdout.columns));
}

async function saveTake(take: KeptTake, file: string): Promise<void> {
  const read = await readTake(take);
  const saved = await new SavedTakes(process.cwd()).save(file, take.name, read);
  complain(`${notesOf(read.lines)} notes of ${take.name} are saved as ${saved}`);
}

function choose(kept: readonly KeptTake[], name: string | undefined, folder: string): KeptTake {
  const take = name === undefined ? kept[0] : kept.find((each) => each.name === name);
  if (take) return take;
  throw new ContinuoError('badValue', name === undefined ? `There is no take in ${folder}.` : `There is no take ${name} in ${folder}: \`continuo takes\` lists them.`);
}

const notesOf = (lines: readonly TakeLine[]): number => lines.filter((line) => 'on' in line).length;

const beatsOf = (lines: readonly TakeLine[]): number => (lines.length === 0 ? 0 : lines[lines.length - 1].beat - lines[0].beat);
