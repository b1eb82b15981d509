import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

const pollMilliseconds = 200;
const patienceMilliseconds = 15 * 60_000;

/**
 * Runs `work` while no other set-up of this checkout runs: two starts at once must not install over each other.
 * A lock whose owner is no longer alive is taken over.
 */
export function inTurn(root, work) {
  const file = join(root, '.continuo', 'setup.lock');
  mkdirSync(dirname(file), { recursive: true });
  const deadline = Date.now() + patienceMilliseconds;
  while (!claim(file)) {
    if (Date.now() > deadline) throw new Error(`Another set-up holds ${file} for too long; delete the file when none is running.`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMilliseconds);
  }
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}

function claim(file) {
  try {
    const descriptor = openSync(file, 'wx');
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!ownerLives(file)) rmSync(file, { force: true });
    return false;
  }
}

function ownerLives(file) {
  let owner;
  try {
    owner = Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
  // Between its creation and its first write the file is empty: its owner lives.
  if (!(owner > 0)) return true;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
