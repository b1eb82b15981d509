import { ContainerModule } from 'inversify';
import { z } from 'zod';
import { LanguageModel, type ModelMark } from '../../../../src/engine/contracts/language-model.js';
import { PluginContext, type PluginDescriptor } from '../../../../src/engine/contracts/plugin.js';
import { ContinuoError } from '../../../../src/engine/errors.js';
import { InferenceRuntime } from '../../../../src/engine/generation/onnx/inference-runtime.js';
import { DecoderLanguageModel } from '../../../../src/plugins/models/decoder-lm/decoder-lm.js';
import { optionsSchema } from '../../../../src/plugins/models/decoder-lm/options.js';

const fakeOptions = z.strictObject({
  decoder: optionsSchema,
  /** Runs until the device is lost, those of the first preparing left out. */
  runs: z.int().min(0),
  /** The same where it runs on the CPU, which no real CPU does. */
  runsOnCpu: z.int().min(0).optional(),
  /** Whether the device lives through the first preparing. */
  warmsUp: z.boolean().default(true),
});

/**
 * A decoder in a real session of onnxruntime whose device is lost after a number of runs: a fake, because no GPU can be
 * pulled out of a machine that has none. Whatever is not called `cpu` counts as a device; it computes on the CPU all the same.
 */
class FakeLostDevice implements LanguageModel {
  readonly contextTokens: number;
  readonly vocabularySize: number;
  private readonly model: DecoderLanguageModel;
  private readonly warmsUp: boolean;
  private runsLeft: number;

  constructor(context: PluginContext, runtime: InferenceRuntime) {
    const { decoder, runs, runsOnCpu = Infinity, warmsUp } = context.options as z.output<typeof fakeOptions>;
    this.model = new DecoderLanguageModel({ ...context, options: decoder }, { ...runtime, provider: 'cpu' });
    this.contextTokens = this.model.contextTokens;
    this.vocabularySize = this.model.vocabularySize;
    this.runsLeft = runtime.provider === 'cpu' ? runsOnCpu : runs;
    this.warmsUp = runtime.provider === 'cpu' || warmsUp;
  }

  async prepare(): Promise<void> {
    await this.model.prepare();
    if (!this.warmsUp) throw lost();
  }

  async extend(tokens: ArrayLike<number>): Promise<Float32Array> {
    this.runsLeft -= 1;
    if (this.runsLeft < 0) throw lost();
    return this.model.extend(tokens);
  }

  mark(): ModelMark {
    return this.model.mark();
  }

  rewind(mark: ModelMark | undefined): void {
    this.model.rewind(mark);
  }

  dispose(): Promise<void> {
    return this.model.dispose();
  }
}

function lost(): ContinuoError {
  return new ContinuoError('deviceLost', 'the fake device was lost while the model ran: CUDA failure 719: unspecified launch failure');
}

export const fakeLostDevice: PluginDescriptor = {
  kind: 'model',
  name: 'fake-lost-device',
  summary: 'A decoder whose device is lost after a number of runs.',
  capabilities: [],
  optionsSchema: fakeOptions,
  implementation: import.meta.url,
};

export default new ContainerModule(({ bind }) => {
  bind<LanguageModel>(LanguageModel)
    .toResolvedValue((context: PluginContext, runtime: InferenceRuntime) => new FakeLostDevice(context, runtime), [PluginContext, InferenceRuntime])
    .inSingletonScope();
});
