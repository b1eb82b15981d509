import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheFolder } from '../setup/places.js';

/** Debian's packages: Link is headers only, and so is what it speaks to the network through. */
const packages = ['ableton-link-dev', 'libasio-dev'];
const wanted = [join('ableton', 'Link.hpp'), 'asio.hpp'];
const systemFolders = ['/usr/include', '/usr/local/include', '/opt/homebrew/include', '/opt/local/include'];

/**
 * Folders that hold Link's headers: those that `LINK_HEADERS` names, the system's, or, on Debian and its kin, what the
 * two packages hold, unpacked into the cache, for which nobody needs to be root.
 * @returns {string[]} folders for the compiler to look into, besides its own
 * Errors: one that says what to install.
 */
export function linkHeaders(environment = process.env, say = () => {}) {
  const named = (environment.LINK_HEADERS ?? '').split(delimiter).filter(Boolean);
  if (hasHeaders([...named, ...systemFolders])) return named;
  if (named.length > 0) throw new Error(`LINK_HEADERS names folders without ${wanted.join(' or ')}: ${named.join(', ')}.`);
  const unpacked = join(cacheFolder(environment), 'link-headers');
  const folder = join(unpacked, 'usr', 'include');
  if (!hasHeaders([folder])) unpackDebianPackages(unpacked, say);
  return [folder];
}

/** @param {readonly string[]} folders */
export function hasHeaders(folders, exists = existsSync) {
  return wanted.every((header) => folders.some((folder) => exists(join(folder, header))));
}

function unpackDebianPackages(folder, say) {
  const advice = `install Link's headers: on Debian "apt-get install ${packages.join(' ')}", elsewhere name their folders in LINK_HEADERS`;
  if (!['apt-get', 'dpkg-deb'].every(isThere)) throw new Error(`Link's headers are not there; ${advice}.`);
  say(`fetching ${packages.join(' and ')}`);
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'fetching-'));
  try {
    const fetched = spawnSync('apt-get', ['download', '-qq', ...packages], { cwd: work, encoding: 'utf8' });
    if (fetched.status !== 0) throw new Error(`Link's headers could not be fetched; run "apt-get update" first, or ${advice}.\n${fetched.stderr.trimEnd()}`);
    const tree = join(work, 'tree');
    for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
      const result = spawnSync('dpkg-deb', ['-x', join(work, file), tree], { encoding: 'utf8' });
      if (result.status !== 0) throw new Error(`${file} could not be unpacked; ${advice}.\n${result.stderr.trimEnd()}`);
    }
    rmSync(join(folder, 'usr'), { recursive: true, force: true });
    renameSync(join(tree, 'usr'), join(folder, 'usr'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function isThere(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}
