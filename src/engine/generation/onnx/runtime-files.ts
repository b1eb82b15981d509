import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { OrtProvider } from './providers.js';

/** Where onnxruntime's own libraries are, and the only place where it looks for those of its providers. */
export function providerFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return join(dirname(manifest), 'bin', 'napi-v6', process.platform, process.arch);
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
