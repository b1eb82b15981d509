import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { findHelper } from '../../../src/transports/link/find-helper.js';
import { within } from '../../transports/support/within.js';
import { skipWithout } from './program.js';

// Who is not root becomes root of a world of his own, in which he may have a network.
const isRoot = process.getuid?.() === 0;
const unshare = isRoot ? ['-n'] : ['-rn'];
const enter = isRoot ? ['-n'] : ['-U', '-n', '--preserve-credentials'];

/**
 * Why a test that needs an Ableton Link session, and these programs besides, cannot run here; false where it can.
 *
 * @example describe('…', { skip: skipWithoutLink({ LinkHut: 'ableton-link-utils' }) }, () => { … })
 */
export function skipWithoutLink(programs: Readonly<Record<string, string>> = {}): string | false {
  const missing = skipWithout({ unshare: 'util-linux', nsenter: 'util-linux', ip: 'iproute2', ...programs });
  if (missing !== false) return missing;
  if (findHelper() === undefined) return 'the Ableton Link helper is not built (npm run build-link)';
  if (spawnSync('unshare', [...unshare, 'true']).status !== 0) return 'this machine lets nobody have a network of his own (unshare -n)';
  return false;
}

/** A network with nobody on it: what is said to everybody there stays there. */
export class LinkNetwork {
  private constructor(private readonly keeper: ChildProcess) {}

  static async open(): Promise<LinkNetwork> {
    const keeper = spawn('unshare', [...unshare, 'sh', '-c', 'ip link set lo up && echo ready && exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface(keeper.stdout);
    await within('a network of its own', new Promise<void>((resolve) => lines.once('line', () => resolve())));
    return new LinkNetwork(keeper);
  }

  /** The command that runs `command` on this network; its process is the command's own. */
  command(...command: readonly string[]): readonly string[] {
    return ['nsenter', '-t', String(this.keeper.pid), ...enter, ...command];
  }

  /** The command that runs the helper on it. */
  get helper(): readonly string[] {
    return this.command(...(findHelper() ?? []));
  }

  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.keeper.once('exit', () => resolve()));
    this.keeper.stdin?.end();
    await ended;
  }
}
