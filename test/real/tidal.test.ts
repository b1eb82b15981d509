import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { repositoryRoot } from '../../src/engine/paths.js';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { microsPerBeat, type Timeline } from '../../src/engine/time/timeline.js';
import { oscOptionsSchema } from '../../src/transports/osc/options.js';
import { OscTransport } from '../../src/transports/osc/osc-transport.js';
import { RecordingListener } from '../engine/contracts/sync-source-contract.js';
import { freePort } from './support/free-port.js';
import { Program, skipWithout } from './support/program.js';
import { until } from './support/until.js';

function skipWithoutTidal(): string | false {
  const missing = skipWithout({ runghc: 'ghc libghc-tidal-dev' });
  if (missing !== false) return missing;
  const found = execFileSync('ghc-pkg', ['list', 'tidal', '--simple-output'], { encoding: 'utf8' });
  return found.includes('tidal') ? false : 'Tidal is not installed (on Debian: apt-get install libghc-tidal-dev)';
}

/** How far, in microseconds, each timeline puts its beat from where the one before it did. */
function steps(timelines: readonly Timeline[]): readonly number[] {
  return timelines.slice(1).map((timeline, index) => {
    const before = timelines[index];
    return Math.abs(timeline.timeOrigin - before.timeOrigin - (timeline.beatOrigin - before.beatOrigin) * microsPerBeat(before));
  });
}

describe('TidalCycles', { skip: skipWithoutTidal() }, () => {
  it('leads by its cycles, in our words and in those of SuperDirt, and its tempo is followed', async (context) => {
    const port = await freePort();
    const transport = new OscTransport({ options: oscOptionsSchema.parse({ listen: { port }, destinations: [] }), clock: monotonicClock, packs: () => [] });
    const offer = await transport.open();
    offer.controlSurfaces[0].attach(new ParameterStore());
    const listener = new RecordingListener();
    offer.syncSources[0].start(listener);
    const tidal = Program.start('runghc', [join(repositoryRoot, 'test', 'fixtures', 'tidal', 'lead.hs')], { CONTINUO_OSC_PORT: String(port) });
    context.after(async () => {
      await tidal.stop();
      offer.syncSources[0].stop();
      await transport.close();
    });
    const isAt = (bpm: number) => (): boolean => listener.timelines.filter((timeline) => Math.abs(timeline.bpm - bpm) < 0.001).length >= 16;
    await until('Tidal leads', isAt(144), () => tidal.said.slice(-8), 120_000);
    const apart = [...steps(listener.timelines.slice(-12))].sort((a, b) => a - b);
    context.diagnostic(`µs between beats and where the beat before put them: ${apart.map((step) => step.toFixed(0)).join(' ')}`);
    assert.ok(apart[apart.length >> 1] < 500, `${apart}`);
    await until('its new tempo is followed', isAt(120), () => tidal.said.slice(-8), 60_000);
    assert.equal(offer.syncSources[0].quantum, 4);
  });
});
