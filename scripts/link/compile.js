import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';

const platforms = { linux: 'LINK_PLATFORM_LINUX', darwin: 'LINK_PLATFORM_MACOSX' };
const compilers = ['c++', 'g++', 'clang++'];

/**
 * Compiles the helper. A running one is not disturbed: the new program takes the old one's place when it is whole.
 * @param {{ source: string, target: string, headers: readonly string[], environment?: NodeJS.ProcessEnv }} work
 * Errors: one that says what is missing, or with the compiler's own words.
 */
export function compileHelper({ source, target, headers, environment = process.env }) {
  const platform = platforms[process.platform];
  if (platform === undefined) throw new Error(`The helper can be built on Linux and macOS, not on ${process.platform}.`);
  const compiler = findCompiler(environment);
  mkdirSync(dirname(target), { recursive: true });
  const unfinished = `${target}.unfinished`;
  const result = spawnSync(
    compiler,
    [
      ...['-std=c++14', '-O2', '-Wall', '-Wextra', `-D${platform}=1`],
      ...headers.flatMap((folder) => ['-isystem', folder]),
      ...[source, '-o', unfinished, '-pthread'],
    ],
    { encoding: 'utf8' },
  );
  if (result.status !== 0) throw new Error(`The helper does not compile:\n${result.stderr.trimEnd()}`);
  renameSync(unfinished, target);
}

function findCompiler(environment) {
  const candidates = environment.CXX ? [environment.CXX] : compilers;
  const found = candidates.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
  if (found === undefined) throw new Error(`There is no C++ compiler (${candidates.join(', ')}); on Debian "apt-get install g++" installs one.`);
  return found;
}
