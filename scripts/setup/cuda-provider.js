import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from './packages.js';

/**
 * onnxruntime's CUDA provider as the npm registry has it. It shares a private interface with the core library, so the
 * two versions must be equal; the integrity is the registry's.
 */
export const cudaProvider = {
  onnxruntimeVersion: '1.29.0',
  package: 'com.github.asus4.onnxruntime.linux-x64-gpu',
  version: '0.4.9',
  integrity: 'sha512-FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==',
  megabytes: 179,
  folder: join('Plugins', 'Linux', 'x64'),
  files: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'],
};

/** Where onnxruntime looks for its providers: beside its own library, nowhere else. */
export function providerFolder(root) {
  return join(root, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', 'linux', 'x64');
}

export function providerInPlace(root) {
  return cudaProvider.files.every((file) => existsSync(join(providerFolder(root), file)));
}

/** One sentence when the installed onnxruntime is not the one the provider was built with. */
export function providerMismatch(root) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'onnxruntime-node', 'package.json'), 'utf8'));
  if (version === cudaProvider.onnxruntimeVersion) return undefined;
  return `the CUDA provider at hand is made for onnxruntime ${cudaProvider.onnxruntimeVersion}, and ${version} is installed`;
}

/** A start waits for it: a network without a way to the registry is asked once, and given up when it is silent for so long. */
const impatient = ['--fetch-retries=0', '--fetch-timeout=20000'];

/** Gets the provider's package into the cache, unless it is there. Errors: npm's own words. */
export function fetchProvider(cache) {
  const folder = join(cache, `onnxruntime-cuda-${cudaProvider.onnxruntimeVersion}`);
  const unpacked = join(folder, 'node_modules', cudaProvider.package, cudaProvider.folder);
  if (cudaProvider.files.every((file) => existsSync(join(unpacked, file)))) return unpacked;
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'continuo-cuda-provider', version: '1.0.0', private: true, dependencies: { [cudaProvider.package]: cudaProvider.version } };
  const lock = {
    name: manifest.name,
    version: manifest.version,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': manifest,
      [`node_modules/${cudaProvider.package}`]: { version: cudaProvider.version, integrity: cudaProvider.integrity },
    },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock, null, 2));
  runNpm(['ci', ...impatient], folder, 'The CUDA provider could not be fetched');
  return unpacked;
}

/** Puts the provider beside onnxruntime's library: as a second name of the same file where the disk allows it. */
export function placeProvider(unpacked, root) {
  for (const file of cudaProvider.files) {
    const target = join(providerFolder(root), file);
    if (existsSync(target) && statSync(target).size === statSync(join(unpacked, file)).size) continue;
    const unfinished = `${target}.${process.pid}`;
    rmSync(unfinished, { force: true });
    try {
      linkSync(join(unpacked, file), unfinished);
    } catch {
      // Another disk, or one without links.
      copyFileSync(join(unpacked, file), unfinished);
    }
    renameSync(unfinished, target);
  }
}
