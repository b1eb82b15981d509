import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { OrtProvider } from './providers.js';

/** Where onnxruntime's own libraries are, and the only place where it looks for those of its providers. */
export function providerFolder(): string {
  return join(packageFolder(), 'bin', 'napi-v6', process.platform, process.arch);
}

/** Libraries that a provider opens when it is first used: paths, or names the system's loader knows. */
export function librariesOf(provider: OrtProvider, platform: string = process.platform): readonly string[] {
  const own = (name: string): string => join(providerFolder(), name);
  switch (provider) {
    case 'cuda':
      return [own('libonnxruntime_providers_shared.so'), own('libonnxruntime_providers_cuda.so')];
    case 'directml':
      return [own('DirectML.dll')];
    case 'webgpu':
      return platform === 'linux' ? ['libvulkan.so.1'] : [];
    case 'cpu':
    case 'coreml':
      return [];
  }
}

/** Version of the installed onnxruntime package, whose core library is of the same version. */
export async function runtimeVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageFolder(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** A provider's library that was put beside the core by the set-up, and whether it is of the core's version. */
export interface ProviderLibrary {
  readonly file: string;
  readonly sameVersion: boolean;
}

/**
 * The libraries beside the core that hold a provider. They share a private interface with the core: one of another version
 * may load and then crash. Each carries its version as a string; the small bridge between them does not, and is left out.
 */
export async function providerLibraries(folder = providerFolder()): Promise<readonly ProviderLibrary[]> {
  const version = await runtimeVersion();
  const names = (await readdir(folder)).filter((name) => /onnxruntime_providers_(?!shared)\w+\.(so|dll|dylib)$/.test(name));
  return Promise.all(
    names.sort().map(async (name) => {
      const file = join(folder, name);
      return { file, sameVersion: await contains(file, `\0${version}\0`) };
    }),
  );
}

/** Whether a file, however large, holds some bytes. */
async function contains(file: string, words: string): Promise<boolean> {
  const wanted = Buffer.from(words);
  let end = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 22 })) {
    const window = Buffer.concat([end, chunk as Buffer]);
    if (window.includes(wanted)) return true;
    end = window.subarray(Math.max(0, window.length - wanted.length + 1));
  }
  return false;
}

function packageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
}
