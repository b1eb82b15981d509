import { join } from 'node:path';
import type { Configuration } from '../../engine/configuration.js';
import { PackShelf } from '../../engine/packs/pack-shelf.js';
import type { PackSummary } from '../../engine/packs/pack.js';
import { repositoryRoot } from '../../engine/paths.js';
import type { PluginRegistry } from '../../engine/plugins/plugin-registry.js';
import { asSentence, type Finding } from './finding.js';

/** Verifies every pack on the shelf to the last byte. */
export async function checkPacks(configuration: Configuration, registry: PluginRegistry): Promise<{ findings: Finding[]; packs: readonly PackSummary[] }> {
  const shelf = new PackShelf(registry, [join(repositoryRoot, 'models'), ...configuration.packFolders]);
  try {
    await shelf.read();
    await shelf.verifyAll();
    const packs = shelf.list();
    const shelfFaults = shelf.faults.map((fault): Finding => ({ topic: 'packs', state: 'fault', sentence: asSentence(fault) }));
    return { packs, findings: [...packs.map(findingOf), ...shelfFaults] };
  } finally {
    shelf.close();
  }
}

function findingOf(pack: PackSummary): Finding {
  if (pack.fault !== undefined) return { topic: 'packs', state: 'fault', sentence: asSentence(pack.fault) };
  const kind = pack.folder === '' ? 'is built in' : 'is complete';
  return { topic: 'packs', state: 'ready', sentence: `${pack.name} (${pack.title}) ${kind}.` };
}
