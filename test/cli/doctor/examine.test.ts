import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { examine } from '../../../src/cli/doctor/examine.js';
import type { Diagnosis } from '../../../src/cli/doctor/finding.js';

/** Any free port, so that an engine that plays on this machine is not in the way. */
const free = { listen: { port: 0 } };

describe('the doctor', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'continuo-doctor-'))));
  after(() => rmSync(folder, { recursive: true }));

  function look(configuration: object | string): Promise<Diagnosis> {
    const file = join(folder, 'stage.json');
    writeFileSync(file, typeof configuration === 'string' ? configuration : JSON.stringify(configuration));
    return examine(file);
  }

  function sentences({ findings }: Diagnosis, state: string): string[] {
    return findings.filter((finding) => finding.state === state).map((finding) => finding.sentence);
  }

  it('says that the engine can play where there is a pack and a wire', async () => {
    const diagnosis = await look({ transports: { midi: false, oscquery: false, osc: free, websocket: free } });
    assert.equal(diagnosis.canPlay, true);
    assert.deepEqual(sentences(diagnosis, 'fault'), []);
    const cpu = diagnosis.inference?.providers.find(({ provider }) => provider === 'cpu');
    assert.ok(cpu?.attempt?.works);
    assert.match(diagnosis.inference?.runtimeVersion ?? '', /^\d+\.\d+\.\d+$/);
    assert.deepEqual([...new Set(diagnosis.findings.map((finding) => finding.topic))], ['node', 'inference', 'plugins', 'packs', 'wires']);
  });

  it('says that it cannot where every wire is off', async () => {
    const diagnosis = await look({ transports: { midi: false, oscquery: false, osc: false, websocket: false } });
    assert.equal(diagnosis.canPlay, false);
    assert.deepEqual(sentences(diagnosis, 'fault'), ['There is nothing to play to: turn a wire on in the configuration.']);
  });

  it('tells a broken configuration by its line', async () => {
    const diagnosis = await look('{\n  "bpm": ,\n}');
    assert.equal(diagnosis.canPlay, false);
    assert.match(sentences(diagnosis, 'fault').join(), /line 2/);
  });

  it('tells what is wrong with a pack and a plugin, and that the rest plays', async () => {
    mkdirSync(join(folder, 'packs', 'broken'), { recursive: true });
    writeFileSync(join(folder, 'packs', 'broken', 'pack.json'), '{}');
    const diagnosis = await look({ packFolders: ['./packs'], plugins: ['./nowhere.js'], transports: { midi: false, oscquery: false, osc: free, websocket: free } });
    assert.equal(diagnosis.canPlay, true);
    const faults = sentences(diagnosis, 'fault');
    assert.equal(faults.length, 2);
    assert.match(faults[0], /nowhere\.js/);
    assert.match(faults[1], /pack\.json is wrong/);
  });

  it('tells of a port that another program holds, and lets go of it when it is its own', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const configuration = { transports: { midi: false, oscquery: false, osc: free, websocket: { listen: { port } } } };
    assert.match(sentences(await look(configuration), 'fault').join(), new RegExp(String(port)));
    await new Promise((resolve) => holder.close(resolve));
    assert.deepEqual(sentences(await look(configuration), 'fault'), []);
    assert.deepEqual(sentences(await look(configuration), 'fault'), []);
  });
});
