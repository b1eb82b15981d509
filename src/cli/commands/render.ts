import type { Command } from 'commander';
import { loadConfiguration } from '../../engine/configuration.js';
import { engineContainer } from '../../engine/create-engine.js';
import { promptFrom } from '../../engine/midi-file/prompt-file.js';
import { writeRender } from '../../engine/midi-file/render.js';
import type { Score, TempoMark } from '../../engine/music/score.js';
import type { Beats } from '../../engine/music/units.js';
import { PackShelf } from '../../engine/packs/pack-shelf.js';
import { loadPlugins } from '../../engine/plugins/plugin-loader.js';
import { PluginRegistry } from '../../engine/plugins/plugin-registry.js';
import { OfflineTake } from '../../engine/rendering/offline-take.js';
import { PackVoices } from '../../engine/voices.js';
import { builtInPlugins } from '../../plugins/manifest.js';
import { parseBpm, parseCount, parseShare } from '../arguments.js';
import { complain } from '../complain.js';
import { writeOutput } from '../named-file.js';
import { startProgress } from '../progress.js';

interface RenderOptions {
  readonly pack: string;
  readonly bars: number;
  readonly prompt?: string;
  readonly bpm: number;
  readonly rubato: number;
  readonly seed: number;
  readonly config?: string;
  readonly out: string;
  readonly json: boolean;
}

export function register(program: Command): void {
  program
    .command('render')
    .description('let a pack play into a MIDI file, as on stage but faster than real time')
    .requiredOption('--pack <name>', 'pack that plays')
    .requiredOption('--bars <n>', 'length of the take', parseCount(1))
    .option('--prompt <file.mid>', 'music that was played before')
    .option('--bpm <n>', 'tempo', parseBpm, 120)
    .option('--rubato <0..1>', 'whose tempo the file has: 0 the one given, 1 the one the pack writes for, between them a blend', parseShare, 0)
    .option('--seed <n>', 'the same seed gives the same file', parseCount(0), 1)
    .option('--config <file>', 'configuration file (JSON)')
    .requiredOption('--out <file.mid>', 'file to write')
    .option('--json', 'print what was done as JSON', false)
    .action(render);
}

async function render(options: RenderOptions): Promise<void> {
  const { pack, bars, bpm, rubato, seed, out } = options;
  const configuration = loadConfiguration(options.config);
  const container = engineContainer(configuration, builtInPlugins);
  const { faults } = await loadPlugins(container.get(PluginRegistry), configuration.plugins, configuration.folder);
  for (const fault of faults) complain(fault.message);
  await container.get(PackShelf).read();
  const take = new OfflineTake(container.get(PackVoices), bpm);
  await take.parameters.write('deck/1/seed', [seed], 'render');
  if (rubato > 0) await take.parameters.write('deck/1/host-tempo', [false], 'render');
  const beatsPerBar = take.parameters.number('beats-per-bar');
  const progress = startProgress('rendering', bars * beatsPerBar);
  const started = process.hrtime.bigint();
  const { score, faults: broken } = await play(take, options, bars * beatsPerBar, () => progress.step());
  progress.stop();
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  await writeOutput(out, writeRender(score, { title: `${pack}, seed ${seed}` }));
  for (const fault of broken) complain(fault);
  const musicSeconds = secondsOf(score.tempos, bars * beatsPerBar);
  const report = { file: out, pack, bars, bpm, rubato, seed, notes: score.notes.length, seconds, timesRealTime: musicSeconds / seconds };
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else complain(`${out}: ${score.notes.length} notes in ${bars} bars, ${report.timesRealTime.toFixed(1)} times faster than it plays`);
}

/** The take as it sounded, in the tempos asked for, with the prompt left out. */
async function play(
  take: OfflineTake,
  { pack, prompt, rubato }: RenderOptions,
  beats: number,
  onBeat: () => void,
): Promise<{ score: Score; faults: readonly string[] }> {
  const faults: string[] = [];
  take.parameters.onEvent((event) => {
    if (event.type === 'error') faults.push(event.sentence);
  });
  await take.start(pack, prompt === undefined ? undefined : await promptFrom(prompt));
  await take.playUntil(beats, onBeat);
  await take.end();
  return { score: { ...take.recorder.score(), tempos: take.tempos(rubato) }, faults };
}

function secondsOf(tempos: readonly TempoMark[], beats: Beats): number {
  return tempos.reduce((sum, { beat, bpm }, index) => sum + (((tempos[index + 1]?.beat ?? beats) - beat) * 60) / bpm, 0);
}
