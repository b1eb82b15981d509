import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The packages a lock file asks for that are not installed in that version.
 * Optional ones may be missing: npm leaves out those for other platforms.
 * @param {object} lock      package-lock.json
 * @param {object} installed node_modules/.package-lock.json, which npm writes when it is done
 * @returns {string[]} paths such as `node_modules/ws`
 */
export function missingPackages(lock, installed) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !entry.optional && !entry.devOptional && !entry.link)
    .filter(([path, entry]) => installed.packages[path]?.version !== entry.version)
    .map(([path]) => path);
}

/** Whether `npm ci` has work to do in this checkout. A published package has no lock file and nothing to do. */
export function packagesNeeded(root) {
  const lockFile = join(root, 'package-lock.json');
  if (!existsSync(lockFile)) return false;
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return true;
  const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
  const installed = JSON.parse(readFileSync(installedFile, 'utf8'));
  if (missingPackages(lock, installed).length > 0) return true;
  return Object.keys(installed.packages).some((path) => !existsSync(join(root, path, 'package.json')));
}

/** Installs exactly what the lock file says. Errors: one sentence with npm's own last words. */
export function installPackages(root) {
  runNpm(['ci', '--include=dev'], root, 'The npm packages could not be installed');
}

/**
 * Runs npm without any package's install script: none that is used here needs its own (the MIDI and onnxruntime
 * binaries lie in their packages), and onnxruntime's would fetch files from outside the registry.
 */
export function runNpm(args, folder, complaint) {
  const { command, leading } = npmCommand(process.env);
  const result = spawnSync(
    command,
    [...leading, ...args, '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && leading.length === 0,
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (result.error) throw new Error(`${complaint}: npm could not be started (${result.error.message}).`);
  if (result.status !== 0) {
    throw new Error(`${complaint}: npm ${args[0]} ended with ${result.status ?? result.signal}.\n${lastLines(result.stderr, 12)}`);
  }
}

/** The npm that started us, else the one on the path. */
function npmCommand(environment) {
  const script = environment.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script) && existsSync(script)) return { command: process.execPath, leading: [script] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', leading: [] };
}

function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
