import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Notice } from '../../src/engine/contracts/transport.js';
import { skipWithout } from './support/program.js';

interface Found {
  readonly name: string;
  readonly port: number;
}

// Who is not root becomes root of a world of his own, in which he may have a network: nothing is said on this one.
const unshare = process.getuid?.() === 0 ? ['-n'] : ['-rn'];

function skip(): string | false {
  const missing = skipWithout({ unshare: 'util-linux', ip: 'iproute2' });
  if (missing !== false) return missing;
  return spawnSync('unshare', [...unshare, 'true']).status === 0 ? false : 'this machine lets nobody have a network of his own (unshare -n)';
}

describe('OSCQuery on a network', { skip: skip() }, () => {
  it('is found by anybody who asks for its services, OSC too, and says goodbye', () => {
    const script = fileURLToPath(new URL('./inner/discovery.js', import.meta.url));
    const run = spawnSync('unshare', [...unshare, 'sh', '-c', 'ip link set lo up && exec "$0" "$1"', process.execPath, script], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(run.status, 0, run.stderr);
    const { json, osc, port, oscPort, notices } = JSON.parse(run.stdout) as { json: Found; osc: Found; port: number; oscPort: number; notices: Notice[] };
    assert.deepEqual(json, { name: 'Continuo of a test._oscjson._tcp.local', port });
    assert.deepEqual(osc, { name: 'Continuo of a test._osc._udp.local', port: oscPort });
    assert.ok(notices.some(({ level, sentence }) => level === 'ready' && sentence.includes('announced on the network as "Continuo of a test"')));
  });
});
