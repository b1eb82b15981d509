import { transportOptions, type Configuration } from '../../engine/configuration.js';
import type { PluginDescriptor } from '../../engine/contracts/plugin.js';
import { Transport, TransportContext, type Notice } from '../../engine/contracts/transport.js';
import { ContinuoError } from '../../engine/errors.js';
import type { PackSummary } from '../../engine/packs/pack.js';
import { loadInContainer } from '../../engine/plugins/load-in-container.js';
import type { PluginRegistry } from '../../engine/plugins/plugin-registry.js';
import { monotonicClock } from '../../engine/time/clock.js';
import { asSentence, type Finding } from './finding.js';

/** Opens every wire as a performance would, takes down what it says of itself, and closes it again. */
export async function checkWires(
  configuration: Configuration,
  registry: PluginRegistry,
  packs: readonly PackSummary[],
): Promise<{ findings: Finding[]; outputs: number }> {
  const findings: Finding[] = [];
  let outputs = 0;
  for (const [wire, options] of transportOptions(configuration, registry)) {
    if (options === false) {
      findings.push({ topic: 'wires', state: 'off', sentence: `The ${wire.name} wire is turned off in the configuration.` });
      continue;
    }
    try {
      const offer = await look(wire, options, packs);
      outputs += offer.outputs;
      findings.push(...offer.findings);
    } catch (cause) {
      findings.push({ topic: 'wires', state: 'fault', sentence: asSentence(`${wire.name}: ${ContinuoError.from(cause, 'portUnavailable').message}`) });
    }
  }
  return { findings, outputs };
}

async function look(wire: PluginDescriptor, options: unknown, packs: readonly PackSummary[]): Promise<{ findings: Finding[]; outputs: number }> {
  const context: TransportContext = { options, clock: monotonicClock, packs: () => packs };
  const container = await loadInContainer(wire, { options, files: {} }, new Map([[TransportContext, context]]));
  const transport = container.get<Transport>(Transport);
  try {
    const { notices, outputs, noteSources = [] } = await transport.open();
    const surveyed = (await transport.survey?.()) ?? [];
    const players: Notice[] = noteSources.map(({ name }) => ({ level: 'ready', sentence: `Notes that you play over ${name} are heard, while the transport runs.` }));
    return {
      outputs: outputs.length,
      findings: [...notices, ...players, ...surveyed].map(({ level, sentence }): Finding => ({ topic: 'wires', state: level, sentence: asSentence(sentence) })),
    };
  } finally {
    await transport.close();
  }
}
