import type { PluginContext } from '../../../engine/contracts/plugin.js';
import type { InferenceRuntime } from '../../../engine/generation/onnx/inference-runtime.js';
import { OrtSession } from '../../../engine/generation/onnx/ort-session.js';
import { PhraseDecoder } from './phrase-decoder.js';
import type { PhraseTables } from './phrase-tables.js';
import { ReadBars } from './read-bars.js';

/** Memory after a step, and the opinion on the code of the bar that follows. The arrays are nobody else's. */
export interface MambaResult {
  readonly state: Float32Array;
  readonly logits: Float32Array;
}

/**
 * The three nets of a pack: one reads a bar, one goes from bar to bar, one spells a bar.
 * Thread: the inference worker. Blocks: all but the constructor, for as long as a net runs.
 */
export class PhraseNets {
  private readonly ofNoBar: Float32Array;
  private readonly bars = new ReadBars((ids) => this.encode(ids));

  private constructor(
    private readonly tables: PhraseTables,
    private readonly encoder: OrtSession,
    private readonly mamba: OrtSession,
    readonly decoder: PhraseDecoder,
    private readonly sessions: readonly OrtSession[],
  ) {
    this.ofNoBar = new Float32Array(tables.latentSize);
  }

  /** Errors: `badPack`, naming the first input or output that is not as the tables say. */
  static async load(files: PluginContext['files'], tables: PhraseTables, runtime: InferenceRuntime): Promise<PhraseNets> {
    const sessions: OrtSession[] = [];
    const open = async (file: string): Promise<OrtSession> => {
      const session = await OrtSession.create({ cpu: file }, runtime);
      sessions.push(session);
      return session;
    };
    try {
      const { encoder, mamba, decoder } = files;
      const reader = expectEncoder(await open(encoder), tables);
      const memory = expectMamba(await open(mamba), tables);
      return new PhraseNets(tables, reader, memory, new PhraseDecoder(await open(decoder), tables), sessions);
    } catch (cause) {
      for (const session of sessions) await session.release();
      throw cause;
    }
  }

  /** Where a bar is in the space of bars. */
  async read(ids: readonly number[]): Promise<Float32Array> {
    return this.bars.latentOf(ids);
  }

  /** Goes on by a bar. */
  async remember(latent: Float32Array, state: Float32Array): Promise<MambaResult> {
    return this.step(latent, 0, state);
  }

  /** Is told a control, a row of its table. */
  async tell(control: number, state: Float32Array): Promise<MambaResult> {
    return this.step(this.ofNoBar, control, state);
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions) await session.release();
  }

  private async encode(ids: readonly number[]): Promise<Float32Array> {
    const { encoder } = this;
    const { latent } = await encoder.run({ ids: encoder.tensor(BigInt64Array.from(ids, BigInt), [1, ids.length]) });
    return latent;
  }

  private async step(latent: Float32Array, control: number, state: Float32Array): Promise<MambaResult> {
    const { mamba, tables } = this;
    const { logits, next } = await mamba.run({
      latent: mamba.tensor(latent, [1, tables.latentSize]),
      control: mamba.tensor(BigInt64Array.of(BigInt(control)), [1]),
      state: mamba.tensor(state, tables.stateShape),
    });
    return { state: next, logits };
  }
}

function expectEncoder(session: OrtSession, { latentSize }: PhraseTables): OrtSession {
  session.expect([{ name: 'ids', type: 'int64', shape: [1, 'S'] }], [{ name: 'latent', type: 'float32', shape: [1, latentSize] }]);
  return session;
}

function expectMamba(session: OrtSession, { latentSize, stateShape, codeCount }: PhraseTables): OrtSession {
  session.expect(
    [
      { name: 'latent', type: 'float32', shape: [1, latentSize] },
      { name: 'control', type: 'int64', shape: [1] },
      { name: 'state', type: 'float32', shape: stateShape },
    ],
    [
      { name: 'logits', type: 'float32', shape: [codeCount] },
      { name: 'next', type: 'float32', shape: stateShape },
    ],
  );
  return session;
}
