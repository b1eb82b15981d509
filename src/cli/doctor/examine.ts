import { loadConfiguration } from '../../engine/configuration.js';
import { ContinuoError } from '../../engine/errors.js';
import type { PackSummary } from '../../engine/packs/pack.js';
import { PluginRegistry } from '../../engine/plugins/plugin-registry.js';
import { builtInPlugins } from '../../plugins/manifest.js';
import { checkInference } from './check-inference.js';
import { checkNode } from './check-node.js';
import { checkPacks } from './check-packs.js';
import { checkPlugins } from './check-plugins.js';
import { checkWires } from './check-wires.js';
import { asSentence, type Diagnosis, type Finding } from './finding.js';

/**
 * Looks at everything a performance needs, by using it. The engine can play when there is a pack that is right and a
 * wire to play on. Nothing is thrown: a bad configuration is a finding too.
 */
export async function examine(configurationFile?: string): Promise<Diagnosis> {
  const findings: Finding[] = [checkNode()];
  try {
    const configuration = loadConfiguration(configurationFile);
    const registry = new PluginRegistry(builtInPlugins);
    const inference = await checkInference(configuration.inference);
    findings.push(...inference.findings);
    findings.push(...(await checkPlugins(configuration, registry)));
    const { findings: packFindings, packs } = await checkPacks(configuration, registry);
    const { findings: wireFindings, outputs } = await checkWires(configuration, registry, packs);
    findings.push(...packFindings, ...wireFindings);
    const lacks = whatIsLacking(packs, outputs);
    return { canPlay: lacks.length === 0, findings: [...findings, ...lacks], inference: inference.report };
  } catch (cause) {
    const { message } = ContinuoError.from(cause, 'badConfiguration');
    return { canPlay: false, findings: [...findings, { topic: 'configuration', state: 'fault', sentence: asSentence(message) }] };
  }
}

function whatIsLacking(packs: readonly PackSummary[], outputs: number): Finding[] {
  const lacks: Finding[] = [];
  if (packs.every((pack) => pack.fault !== undefined)) {
    lacks.push({ topic: 'packs', state: 'fault', sentence: 'There is no pack that can play: copy one into models/, or name its folder in packFolders.' });
  }
  if (outputs === 0) {
    lacks.push({ topic: 'wires', state: 'fault', sentence: 'There is nothing to play to: turn a wire on in the configuration.' });
  }
  return lacks;
}
