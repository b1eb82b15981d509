import type { OrtFiles } from './ort-session.js';

/** What a model can run on. */
export const providers = ['cpu', 'cuda', 'directml', 'coreml', 'webgpu'] as const;
export type OrtProvider = (typeof providers)[number];

/** `auto`: the devices of this platform in order, then the CPU; anything else insists. */
export const providerChoices = ['auto', ...providers] as const;
export type ProviderChoice = (typeof providerChoices)[number];

interface ProviderFacts {
  /** As a performer calls it. */
  readonly title: string;
  /** As onnxruntime calls it. */
  readonly runtimeName: 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';
  /** Where onnxruntime's package has it: `platform` or `platform-architecture`; absent: everywhere. */
  readonly homes?: readonly string[];
  readonly homeInWords: string;
}

export const providerFacts: Readonly<Record<OrtProvider, ProviderFacts>> = {
  cpu: { title: 'the CPU', runtimeName: 'cpu', homeInWords: 'everywhere' },
  cuda: { title: 'CUDA', runtimeName: 'cuda', homes: ['linux-x64'], homeInWords: 'on Linux on x64' },
  directml: { title: 'DirectML', runtimeName: 'dml', homes: ['win32'], homeInWords: 'on Windows' },
  coreml: { title: 'CoreML', runtimeName: 'coreml', homes: ['darwin'], homeInWords: 'on macOS' },
  webgpu: { title: 'WebGPU', runtimeName: 'webgpu', homes: ['linux-x64', 'win32', 'darwin'], homeInWords: 'on Linux on x64, Windows and macOS' },
};

/** Devices that `auto` tries before the CPU. WebGPU is an experiment: it is used where it is asked for by name. */
const devices: readonly OrtProvider[] = ['cuda', 'directml', 'coreml'];

/**
 * Why there can be no such provider on a platform, in words; `undefined` where there can be one.
 * @example platformObstacle('coreml', 'linux', 'x64') // → 'there is CoreML on macOS, not on linux x64'
 */
export function platformObstacle(provider: ProviderChoice, platform: string = process.platform, architecture: string = process.arch): string | undefined {
  if (provider === 'auto') return undefined;
  const { title, homes, homeInWords } = providerFacts[provider];
  if (!homes || homes.includes(platform) || homes.includes(`${platform}-${architecture}`)) return undefined;
  return `there is ${title} ${homeInWords}, not on ${platform} ${architecture}`;
}

/** The providers to try, in order. `auto` leaves a device alone where the pack has no graph made for one. */
export function providersInOrder(
  wanted: ProviderChoice,
  files: OrtFiles,
  platform: string = process.platform,
  architecture: string = process.arch,
): readonly OrtProvider[] {
  if (wanted !== 'auto') return [wanted];
  const possible = files.gpu === undefined ? [] : devices.filter((device) => platformObstacle(device, platform, architecture) === undefined);
  return [...possible, 'cpu'];
}

/** The choices that can be on this platform. */
export function possibleChoices(): readonly ProviderChoice[] {
  return providerChoices.filter((choice) => platformObstacle(choice) === undefined);
}
