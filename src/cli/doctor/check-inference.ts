import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cudaObstacle } from '../../engine/generation/onnx/cuda-libraries.js';
import { shortReason } from '../../engine/generation/onnx/device-loss.js';
import { platformObstacle, providerFacts, providers, type OrtProvider, type ProviderChoice } from '../../engine/generation/onnx/providers.js';
import { providerLibraries, runtimeVersion, type ProviderLibrary } from '../../engine/generation/onnx/runtime-files.js';
import { repositoryRoot } from '../../engine/paths.js';
import type { Finding } from './finding.js';
import { machineFacts, type MachineFacts } from './machine-facts.js';
import { attemptProvider, type ProviderAttempt } from './provider-attempt.js';

/** The first branch of NVIDIA's drivers that knows CUDA 13. */
const leastDriver = 580;

interface CudaSearch {
  hasNvidiaGpu(): boolean;
  installCommand(): string;
  findCudaLibraries(): { readonly folders: readonly string[]; readonly missing: readonly string[] };
  readonly cudaLibraries: readonly string[];
}

/** What there is of a GPU, before anything was tried. */
export interface GpuSituation {
  readonly present: boolean;
  /** Names, where the driver tells them. */
  readonly names?: readonly string[];
  readonly driver?: string;
  /** Why onnxruntime cannot even try it. */
  readonly obstacle?: string;
  /** Names of CUDA libraries that were not found, and the command that gets them. */
  readonly missing: readonly string[];
  readonly installCommand: string;
}

/** One provider: whether it can be here, whether it was tried, and what came of it. */
export interface ProviderReport {
  readonly provider: OrtProvider;
  /** Why it was not tried. */
  readonly obstacle?: string;
  readonly attempt?: ProviderAttempt;
}

/** What the configuration asks for. */
export interface InferenceWishes {
  readonly provider: ProviderChoice;
  readonly threads: number;
}

/** Everything that was found out about running models: what `--json` tells. */
export interface InferenceReport {
  readonly wishes: InferenceWishes;
  readonly runtimeVersion: string;
  readonly providers: readonly ProviderReport[];
  readonly providerLibraries: readonly ProviderLibrary[];
  /** Where each CUDA library was found; only looked for where there is a GPU. */
  readonly cudaLibraries: Readonly<Record<string, string | null>>;
  readonly machine: MachineFacts;
}

/** Runs a small model on the CPU and on every device that can be on this platform. */
export async function checkInference({ provider: wanted, threads }: InferenceWishes): Promise<{ findings: Finding[]; report: InferenceReport }> {
  const machine = machineFacts();
  const { situation, cudaLibraries } = await lookForGpu(machine);
  const reports: ProviderReport[] = [];
  for (const provider of providers) reports.push(await examineProvider(provider, situation));
  const report = {
    wishes: { provider: wanted, threads },
    runtimeVersion: await runtimeVersion(),
    providers: reports,
    providerLibraries: await providerLibraries(),
    cudaLibraries,
    machine,
  };
  return { findings: findingsOf(report, situation), report };
}

/** @internal The sentences of a report, for tests of machines that are not at hand. */
export function findingsOf(report: InferenceReport, situation: GpuSituation): Finding[] {
  const findings: Finding[] = [];
  for (const { provider, obstacle, attempt } of report.providers) {
    if (provider === 'cpu') findings.push(cpuFinding(report, attempt));
    else if (provider === 'cuda' && platformObstacle('cuda') === undefined) findings.push(gpuFinding(situation, attempt));
    else if (attempt) findings.push(deviceFinding(provider, attempt));
    else if (obstacle !== undefined && platformObstacle(provider) === undefined) findings.push(off(`${providerFacts[provider].title}: ${obstacle}.`));
  }
  const absent = report.providers.filter(({ provider }) => platformObstacle(provider) !== undefined).map(({ provider }) => providerFacts[provider].title);
  if (absent.length > 0) findings.push(off(`There is no ${absent.join(' and no ')} on ${process.platform} ${process.arch}.`));
  for (const { file, sameVersion } of report.providerLibraries) if (!sameVersion) findings.push(mixedVersions(file, report.runtimeVersion));
  return [...findings, ...unmetWish(report)];
}

/** A device that is demanded and does not work: no pack with weights will play. */
function unmetWish({ wishes, providers: reports }: InferenceReport): Finding[] {
  const wanted = reports.find(({ provider }) => provider === wishes.provider);
  if (!wanted || wanted.provider === 'cpu' || wanted.attempt?.works) return [];
  const { title } = providerFacts[wanted.provider];
  const sentence = `The configuration insists on ${title}, which does not work here: packs with weights cannot play; set inference.provider to auto.`;
  return [{ topic: 'inference', state: 'fault', sentence }];
}

function cpuFinding({ wishes, machine, runtimeVersion: version }: InferenceReport, attempt: ProviderAttempt | undefined): Finding {
  if (attempt?.works) {
    const threads = wishes.threads === 1 ? '1 thread' : `${wishes.threads} threads`;
    const priority = machine.threadPriorities ? ', behind everything else at nice 19' : '';
    const memory = `memory copies ${machine.copiesGigabytesPerSecond} GB/s`;
    const sentence = `Models run on the CPU with ${threads} each on ${machine.cores} cores${priority} (onnxruntime ${version} ready in ${Math.round(attempt.milliseconds)} ms; ${memory}).`;
    return { topic: 'inference', state: 'ready', sentence };
  }
  const reason = attempt?.reason ?? 'they were not tried';
  return { topic: 'inference', state: 'fault', sentence: `Models cannot run: ${reason}; delete node_modules and start again. Packs without weights play all the same.` };
}

/** One sentence about the GPU; `attempt` is what came of using it. */
export function gpuFinding({ present, names = [], driver, obstacle, missing, installCommand }: GpuSituation, attempt: ProviderAttempt | undefined): Finding {
  if (!present) return off('There is no NVIDIA GPU here; models run on the CPU.');
  const known = [...names, ...(driver === undefined ? [] : [`driver ${driver}`])];
  const gpu = known.length > 0 ? `the GPU (${known.join(', ')})` : 'the GPU';
  if (attempt?.works) return provenFinding(`Models run on ${gpu} with CUDA`, 'cuda', attempt);
  if (obstacle !== undefined) return off(`${capital(gpu)} is not used: ${obstacle}; run npm run setup where the npm registry can be reached.`);
  if (missing.length > 0) {
    return off(
      `${capital(gpu)} is not used: CUDA 13 and cuDNN 9 are not complete (no ${missing.join(', ')}); run "${installCommand}", or set CONTINUO_CUDA_LIBS to the folders that hold them.`,
    );
  }
  const reason = attempt ? shortReason(attempt.reason) : 'it was not tried';
  const advice = driver !== undefined && Number.parseInt(driver, 10) < leastDriver ? `CUDA 13 needs driver ${leastDriver} or newer` : 'see whether nvidia-smi works and its driver knows CUDA 13';
  return { topic: 'inference', state: 'fault', sentence: `${capital(gpu)} is not used: ${reason}; ${advice}.` };
}

/** A device other than CUDA: nobody needs it, so that it is no fault where it does not work. */
function deviceFinding(provider: OrtProvider, attempt: ProviderAttempt): Finding {
  const { title } = providerFacts[provider];
  const manner = provider === 'webgpu' ? ' (an experiment, used only where inference.provider is webgpu)' : '';
  if (attempt.works) return provenFinding(`Models run with ${title}${manner}`, provider, attempt);
  const reason = shortReason(attempt.reason);
  return off(`${title}${manner} does not work here: ${reason}${printedCause(reason, attempt.printed)}.`);
}

/** What was printed about it, in brackets, unless the reason ends with the same. */
function printedCause(reason: string, printed: readonly string[]): string {
  const cause = printed.find((line) => /could|fail|error|unable|not found/i.test(line));
  const known = /\(([^()]+)\)$/.exec(reason)?.[1];
  return cause === undefined || reason.includes(cause) || (known !== undefined && cause.includes(known)) ? '' : ` (${cause})`;
}

/** A provider may take a graph and leave all of it to the CPU: only where the nodes were placed proves that it computed. */
function provenFinding(claim: string, provider: OrtProvider, { placedOn, ...attempt }: ProviderAttempt): Finding {
  const milliseconds = attempt.works ? Math.round(attempt.milliseconds) : 0;
  const own = placedOn.filter((name) => name !== 'CPUExecutionProvider');
  if (placedOn.length > 0 && own.length === 0) {
    return off(`${providerFacts[provider].title} loads, but leaves the trial to the CPU; set inference.provider to cpu.`);
  }
  const proof = own.length > 0 ? `, computed by ${own.join(', ')}` : '';
  return { topic: 'inference', state: 'ready', sentence: `${claim} (ready in ${milliseconds} ms${proof}).` };
}

function mixedVersions(file: string, version: string): Finding {
  const sentence = `${file} is not of onnxruntime ${version}, which is installed, and may crash it; delete it and run npm run setup.`;
  return { topic: 'inference', state: 'fault', sentence };
}

function off(sentence: string): Finding {
  return { topic: 'inference', state: 'off', sentence };
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

async function examineProvider(provider: OrtProvider, situation: GpuSituation): Promise<ProviderReport> {
  const obstacle = provider === 'cuda' ? cudaObstacle() : platformObstacle(provider);
  if (obstacle !== undefined) return { provider, obstacle };
  // Its library is 230 MB: not without a reason.
  if (provider === 'cuda' && !situation.present) return { provider, obstacle: 'there is no NVIDIA GPU' };
  return { provider, attempt: await attemptProvider(provider) };
}

async function lookForGpu({ nvidiaGpus, nvidiaDriver }: MachineFacts): Promise<{ situation: GpuSituation; cudaLibraries: Record<string, string | null> }> {
  // The set-up's own search: it runs before there are packages, so it is plain JavaScript.
  const search = (await import(pathToFileURL(join(repositoryRoot, 'scripts', 'setup', 'cuda-libraries.js')).href)) as CudaSearch;
  const installCommand = search.installCommand();
  if (!search.hasNvidiaGpu()) return { situation: { present: false, missing: [], installCommand }, cudaLibraries: {} };
  const { folders, missing } = search.findCudaLibraries();
  const places = search.cudaLibraries.map((library) => {
    const folder = folders.find((candidate) => existsSync(join(candidate, library)));
    return [library, folder === undefined ? null : join(folder, library)] as const;
  });
  return {
    situation: { present: true, names: nvidiaGpus, driver: nvidiaDriver, obstacle: cudaObstacle(), missing, installCommand },
    cudaLibraries: Object.fromEntries(places),
  };
}
