import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { join } from 'node:path';
import { loadConfiguration } from '../src/engine/configuration.js';
import { engineContainer } from '../src/engine/create-engine.js';
import { PackShelf } from '../src/engine/packs/pack-shelf.js';
import { repositoryRoot } from '../src/engine/paths.js';
import { VirtualClock } from '../src/engine/time/clock.js';
import { PackVoices } from '../src/engine/voices.js';
import { builtInPlugins } from '../src/plugins/manifest.js';
import { Soak, type SoakOutcome } from './soak/soak-run.js';

export const summary =
  'a day on stage by a clock that waits: tempos, hosts that come and go, jumps, swaps, steering, panics: hours=24 seed=1 packs=perlin,scatter,… real=a,b realShare=0.02';

/** The smallest packs with models there are: those of the tests, where this is a checkout. */
const testPacks = join(repositoryRoot, 'test', 'fixtures', 'packs');

/** @returns what was done, what was looked for and how often it was found, memory by the hour. */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<SoakOutcome & { readonly loadAverage: number }> {
  const folders = options.folders?.split(',').map((folder) => resolve(folder)) ?? [testPacks];
  const container = engineContainer({ ...loadConfiguration(), packFolders: folders }, builtInPlugins);
  const shelf = container.get(PackShelf);
  await shelf.read();
  const soak = new Soak(new VirtualClock(1e9), container.get(PackVoices), shelf, {
    hours: Number(options.hours ?? 24),
    seed: Number(options.seed ?? 1),
    cheap: (options.packs ?? 'perlin,scatter,scatter,mortal,broken').split(','),
    real: (options.real ?? 'tiny-lm,tiny-lm-b,tiny-phrases').split(',').filter((name) => name !== ''),
    realShare: Number(options.realShare ?? 0.03),
  });
  const outcome = await soak.run((line) => void process.stderr.write(`${line}\n`));
  return { ...outcome, loadAverage: loadavg()[0] };
}
