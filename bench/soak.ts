import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfiguration } from '../src/engine/configuration.js';
import { engineContainer } from '../src/engine/create-engine.js';
import { PackShelf } from '../src/engine/packs/pack-shelf.js';
import { repositoryRoot } from '../src/engine/paths.js';
import { VirtualClock } from '../src/engine/time/clock.js';
import { PackVoices } from '../src/engine/voices.js';
import { builtInPlugins } from '../src/plugins/manifest.js';
import { Soak, type SoakOutcome, type WholeSoak } from './soak/soak-run.js';

export const summary =
  'a day on stage by a clock that waits: tempos, hosts that come and go, jumps, swaps, players, loops, scenes, knobs, panics: hours=24 seed=1 pause=1.5 (seconds from one to the next) packs=perlin,scatter,… real=a,b realShare=0.01 places=2 out=FILE (written every hour)';

/** The smallest packs with models there are: those of the tests, where this is a checkout. */
const testPacks = join(repositoryRoot, 'test', 'fixtures', 'packs');

/** @returns what was done, what was looked for and how often it was found, memory by the hour. */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<WholeSoak & { readonly loadAverage: number }> {
  const folders = options.folders?.split(',').map((folder) => resolve(folder)) ?? [testPacks];
  const container = engineContainer({ ...loadConfiguration(), packFolders: folders }, builtInPlugins);
  const shelf = container.get(PackShelf);
  await shelf.read();
  const soak = new Soak(new VirtualClock(1e9), container.get(PackVoices), shelf, {
    hours: Number(options.hours ?? 24),
    seed: Number(options.seed ?? 1),
    meanPause: Number(options.pause ?? 1.5) * 1e6,
    cheap: (options.packs ?? 'perlin,scatter,scatter,mortal,broken').split(','),
    real: (options.real ?? 'tiny-lm,tiny-lm-b,tiny-phrases').split(',').filter((name) => name !== ''),
    realShare: Number(options.realShare ?? 0.01),
    places: Number(options.places ?? 2),
  });
  const kept = options.out === undefined ? undefined : resolve(options.out);
  // So that a run that is cut short has not been for nothing.
  const keep = (outcome: SoakOutcome): void => {
    if (kept !== undefined) writeFileSync(kept, `${JSON.stringify(outcome, undefined, 1)}\n`);
  };
  const outcome = await soak.run((soFar) => {
    process.stderr.write(`${row(soFar)}\n`);
    keep(soFar);
  });
  const whole = { ...outcome, loadAverage: loadavg()[0] };
  keep(whole);
  return whole;
}

function row({ hours, sender, faults, lateDrops, memory, secondsTaken }: SoakOutcome): string {
  const { heapMegabytes = 0, rssMegabytes = 0 } = memory.at(-1) ?? {};
  const drops = Object.entries(lateDrops).map(([cause, count]) => `${cause} ${Object.values(count).join('/')}`).join(', ');
  return `${hours.toFixed(2)} h: ${sender.sent} notes, ${faults.length} faults, late drops (queued/moved/held): ${drops}; heap ${heapMegabytes} MB, rss ${rssMegabytes} MB, ${secondsTaken} s`;
}
