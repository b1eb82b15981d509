import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findingsOf, gpuFinding, type InferenceReport } from '../../../src/cli/doctor/check-inference.js';
import { machineFacts, nvidiaDriver, nvidiaGpus } from '../../../src/cli/doctor/machine-facts.js';
import { attemptProvider, readAttempt, type ProviderAttempt } from '../../../src/cli/doctor/provider-attempt.js';
import { platformObstacle, providers } from '../../../src/engine/generation/onnx/providers.js';
import { providerLibraries, runtimeVersion } from '../../../src/engine/generation/onnx/runtime-files.js';

const gpu = { present: true, missing: [], installCommand: 'pip install x' };
const nothing = { placedOn: [], printed: [] };
const works = (milliseconds: number, ...placedOn: string[]): ProviderAttempt => ({ works: true, milliseconds, placedOn, printed: [] });

describe('what the doctor says of the GPU', () => {
  it('finds nothing wrong with a machine that has none', () => {
    const { state, sentence } = gpuFinding({ ...gpu, present: false }, undefined);
    assert.equal(state, 'off');
    assert.match(sentence, /no NVIDIA GPU/);
  });
  it('believes a model that ran, whatever else it thinks is missing, and names the GPU and who computed', () => {
    const situation = { ...gpu, names: ['NVIDIA H200'], missing: ['libcudnn.so.9'] };
    const { state, sentence } = gpuFinding(situation, works(812.4, 'CUDAExecutionProvider'));
    assert.equal(state, 'ready');
    assert.equal(sentence, 'Models run on the GPU (NVIDIA H200) with CUDA (ready in 812 ms, computed by CUDAExecutionProvider).');
  });
  it('does not believe a provider that left the work to the CPU', () => {
    const { state, sentence } = gpuFinding(gpu, works(12, 'CPUExecutionProvider'));
    assert.equal(state, 'off');
    assert.match(sentence, /CUDA loads, but leaves the trial to the CPU/);
  });
  it('names the provider before the libraries, and the libraries before the driver', () => {
    const reason = '/onnxruntime_src/cuda_call.cc:154 bool THRW = true CUDA failure 35: driver too old ; GPU=-1 ; hostname=x';
    const failed: ProviderAttempt = { works: false, reason, ...nothing };
    assert.match(gpuFinding({ ...gpu, obstacle: 'its provider is not installed', missing: ['libcudart.so.13'] }, failed).sentence, /npm run setup/);
    assert.match(gpuFinding({ ...gpu, missing: ['libcudart.so.13'] }, failed).sentence, /no libcudart\.so\.13.*pip install x.*CONTINUO_CUDA_LIBS/);
    const driver = gpuFinding(gpu, failed);
    assert.equal(driver.state, 'fault');
    assert.match(driver.sentence, /: CUDA failure 35: driver too old; see whether nvidia-smi/);
    assert.match(gpuFinding({ ...gpu, driver: '535.183.01' }, failed).sentence, /\(driver 535\.183\.01\) is not used.*CUDA 13 needs driver 580 or newer/);
  });
});

describe('what the doctor says of all providers', () => {
  async function reportWith(change: Partial<InferenceReport>): Promise<InferenceReport> {
    return { wishes: { provider: 'auto', threads: 1 }, runtimeVersion: await runtimeVersion(), providers: [], providerLibraries: [], cudaLibraries: {}, machine: machineFacts(), ...change };
  }

  it('tells why a device failed, with what was only printed', async () => {
    if (platformObstacle('webgpu') !== undefined) return;
    const printed = ["Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file"];
    const attempt: ProviderAttempt = { works: false, reason: 'x.cc:100 y() was false. Failed to get a WebGPU adapter: No supported adapters', placedOn: [], printed };
    const [finding] = findingsOf(await reportWith({ providers: [{ provider: 'webgpu', attempt }] }), gpu);
    assert.equal(finding.state, 'off');
    assert.match(finding.sentence, /WebGPU \(an experiment.*does not work here: Failed to get a WebGPU adapter: No supported adapters \(Warning: Couldn't load Vulkan/);
  });

  it('says that nothing with weights will play where a device is demanded and does not work', async () => {
    const attempt: ProviderAttempt = { works: false, reason: 'CUDA failure 35: driver too old', ...nothing };
    const report = await reportWith({ wishes: { provider: 'cuda', threads: 1 }, providers: [{ provider: 'cuda', attempt }] });
    const last = findingsOf(report, gpu).at(-1);
    assert.equal(last?.state, 'fault');
    assert.match(last?.sentence ?? '', /insists on CUDA.*set inference\.provider to auto/);
  });

  it('names what cannot be on this platform in one sentence', async () => {
    const absent = providers.filter((provider) => platformObstacle(provider) !== undefined);
    const reports = absent.map((provider) => ({ provider, obstacle: platformObstacle(provider) }));
    const findings = findingsOf(await reportWith({ providers: reports }), gpu);
    assert.equal(findings.length, 1);
    assert.match(findings[0].sentence, /^There is no \w+/);
  });

  it('warns of a provider that is not of the core\'s version: it may crash it', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'continuo-providers-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const version = await runtimeVersion();
    writeFileSync(join(folder, 'libonnxruntime_providers_cuda.so'), `\0begin\0${version}\0end`);
    writeFileSync(join(folder, 'libonnxruntime_providers_tensorrt.so'), '\x000.0.1\0');
    writeFileSync(join(folder, 'libonnxruntime_providers_shared.so'), 'bridge');
    writeFileSync(join(folder, 'libonnxruntime.so.1'), 'core');
    const libraries = await providerLibraries(folder);
    assert.deepEqual(libraries.map(({ sameVersion }) => sameVersion), [true, false]);
    const findings = findingsOf(await reportWith({ providerLibraries: libraries }), gpu);
    assert.deepEqual(findings.map(({ state }) => state), ['fault']);
    assert.match(findings[0].sentence, /providers_tensorrt\.so is not of onnxruntime \d+\.\d+\.\d+, which is installed, and may crash it/);
  });

  it('finds nothing wrong with the libraries that are installed here', async () => {
    for (const { file, sameVersion } of await providerLibraries()) assert.ok(sameVersion, file);
  });
});

describe('the names of the GPUs', () => {
  const root = mkdtempSync(join(tmpdir(), 'continuo-gpus-'));
  after(() => rmSync(root, { recursive: true }));
  it('are those that the driver gives', () => {
    mkdirSync(join(root, 'gpus', '0000:01:00.0'), { recursive: true });
    writeFileSync(join(root, 'gpus', '0000:01:00.0', 'information'), 'Model: \t\t NVIDIA GeForce RTX 4090\nIRQ:   \t\t 120\n');
    assert.deepEqual(nvidiaGpus(root), ['NVIDIA GeForce RTX 4090']);
  });
  it('go with the version of the driver, of either kind', () => {
    const versionOf = (line: string): string | undefined => {
      writeFileSync(join(root, 'version'), `${line}\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n`);
      return nvidiaDriver(root);
    };
    assert.equal(versionOf('NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024'), '535.183.01');
    assert.equal(versionOf('NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder@U22)'), '580.65.06');
  });
  it('are none where there is no driver', () => {
    assert.deepEqual(nvidiaGpus(join(root, 'nowhere')), []);
    assert.equal(nvidiaDriver(join(root, 'nowhere')), undefined);
  });
});

describe('what the trial of a provider means', () => {
  it('is what the probe says', () => {
    assert.deepEqual(readAttempt('{"works":true,"milliseconds":12}\n', 'a warning', 'ended with code 0'), { works: true, milliseconds: 12, placedOn: [], printed: ['a warning'] });
  });
  it('is its last words and how it ended, where it did not live to say more', () => {
    const attempt = readAttempt('', 'a warning\nout of memory\n', 'was ended by SIGKILL');
    assert.equal(attempt.works || attempt.reason, 'the trial was ended by SIGKILL: out of memory');
    assert.deepEqual(readAttempt('', '', 'was ended by SIGSEGV'), { works: false, reason: 'the trial was ended by SIGSEGV', ...nothing });
  });
  it('is a real model on the CPU of this machine, computed where it says', async () => {
    const attempt = await attemptProvider('cpu');
    assert.equal(attempt.works, true, JSON.stringify(attempt));
    assert.deepEqual(attempt.placedOn, ['CPUExecutionProvider']);
  });
  it('keeps the real reason where a device cannot be had', async () => {
    for (const provider of providers) {
      const attempt = await attemptProvider(provider);
      if (!attempt.works) assert.match(attempt.reason, /\S/, provider);
      if (!attempt.works && platformObstacle(provider) !== undefined) assert.equal(attempt.reason, platformObstacle(provider));
    }
  });
});
