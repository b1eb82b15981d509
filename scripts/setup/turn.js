import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const pollMilliseconds = 200;
const patienceMilliseconds = 15 * 60_000;

/**
 * Runs `work` while no other set-up of this checkout runs: two starts at once must not install over each other.
 * A lock whose owner is no longer alive is taken over. Who waits says so once: in a container the number of a process
 * that was killed may be somebody else's by now, and only a person can tell.
 * @param {string} root the checkout
 * @param {() => Result} work
 * @param {(line: string) => void} say
 */
export function inTurn(root, work, say = () => undefined) {
  const file = join(root, '.continuo', 'setup.lock');
  mkdirSync(dirname(file), { recursive: true });
  const deadline = Date.now() + patienceMilliseconds;
  for (let told = false; !claim(file); told = true) {
    const why = `another set-up of this checkout (process ${ownerOf(file) ?? 'unknown'}) holds ${file}; delete the file when none is running`;
    if (Date.now() > deadline) throw new Error(`Waited too long: ${why}.`);
    if (!told) say(`waiting: ${why}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMilliseconds);
  }
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}

function claim(file) {
  return create(file) || (removeStale(file) && create(file));
}

/** Several may find the same dead owner, and one of them may be in already: whoever may remove the lock looks once more. */
function removeStale(file) {
  const leave = `${file}.stale`;
  if (!isStale(file) || !create(leave)) return false;
  try {
    if (isStale(file)) rmSync(file, { force: true });
  } finally {
    rmSync(leave, { force: true });
  }
  return true;
}

function isStale(file) {
  const owner = ownerOf(file);
  if (owner === undefined) return false;
  // Whoever asks does not have it: a process before had the same number.
  if (owner === process.pid) return true;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code !== 'EPERM';
  }
}

/** Undefined where there is no lock, or between its creation and its first write, when its owner lives. */
function ownerOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the file was not there. */
function create(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}
