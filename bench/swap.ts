import { loadConfiguration } from '../src/engine/configuration.js';
import { engineContainer } from '../src/engine/create-engine.js';
import { PackShelf } from '../src/engine/packs/pack-shelf.js';
import { OfflineTake } from '../src/engine/rendering/offline-take.js';
import { PackVoices } from '../src/engine/voices.js';
import { builtInPlugins } from '../src/plugins/manifest.js';

export const summary = 'time of a hot swap and memory over many: packs=a,b swaps=50 config=FILE';

const beatsBetweenSwaps = 8;

/** Swaps between packs on a clock that waits, and looks at the clock on the wall and at the memory of the process. */
export async function run(options: Readonly<Record<string, string>>): Promise<object> {
  const swaps = Number(options.swaps ?? 50);
  const container = engineContainer(loadConfiguration(options.config), builtInPlugins);
  const shelf = container.get(PackShelf);
  await shelf.read();
  const packs = options.packs?.split(',') ?? shelf.list().map((pack) => pack.name).slice(0, 2);
  const take = new OfflineTake(container.get(PackVoices), 120);
  const megabytes: number[] = [rssMegabytes()];
  const milliseconds: number[] = [];
  await take.start(packs[0]);
  for (let swap = 1; swap <= swaps; swap += 1) {
    await take.playUntil(take.nowBeat + beatsBetweenSwaps);
    const started = performance.now();
    await take.swap(packs[swap % packs.length], 'bar');
    milliseconds.push(performance.now() - started);
    megabytes.push(rssMegabytes());
  }
  await take.playUntil(take.nowBeat + beatsBetweenSwaps);
  await take.end();
  const at = (share: number): number => [...milliseconds].sort((a, b) => a - b)[Math.floor((swaps - 1) * share)];
  return {
    packs,
    swaps,
    hangingNotes: take.recorder.hanging,
    swapMilliseconds: { median: at(0.5), p90: at(0.9), max: at(1) },
    rssMegabytes: Object.fromEntries(
      [0, 1, 10, 20, 30, 40, 50].filter((count) => count <= swaps).map((count) => [`after${count}`, megabytes[count]]),
    ),
  };
}

function rssMegabytes(): number {
  return Math.round(process.memoryUsage.rss() / 1e6);
}
