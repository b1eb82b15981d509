import type { PluginContext } from '../../../engine/contracts/plugin.js';
import type { InferenceRuntime } from '../../../engine/generation/onnx/inference-runtime.js';
import { OrtSession, type OrtSlot, type OrtTensor } from '../../../engine/generation/onnx/ort-session.js';
import { rowWidth, type EventNets } from './event-nets.js';
import { HiddenStates } from './hidden-states.js';
import { JoinedPast } from './joined-past.js';
import type { EventOptions } from './options.js';

type Feeds = Record<string, OrtTensor>;

/**
 * The two files that SkyTNT's midi-model is published in, unchanged: `model_base.onnx` as `cpu` and `model_token.onnx` as
 * `token`. Their graphs hand out the whole past joined with the new rows, which costs a copy of it for every event.
 */
export class JoinedNets implements EventNets {
  private readonly options: EventOptions;
  private readonly hidden: HiddenStates;
  private readonly past: JoinedPast;
  private readonly own: JoinedPast;
  private base: OrtSession | undefined;
  private token: OrtSession | undefined;

  constructor(
    private readonly context: PluginContext,
    private readonly runtime: InferenceRuntime,
  ) {
    const { base, token, hiddenSize } = (this.options = context.options as EventOptions);
    this.hidden = new HiddenStates(hiddenSize);
    this.past = new JoinedPast(base);
    this.own = new JoinedPast(token);
  }

  async prepare(): Promise<void> {
    const { cpu, gpu, token, tokenGpu } = this.context.files;
    const { options } = this;
    const hidden: OrtSlot = { name: 'hidden', type: 'float32', shape: ['batch', 'events', options.hiddenSize] };
    this.base = await OrtSession.create({ cpu, gpu }, this.runtime);
    this.base.expect(
      [{ name: 'x', type: 'int64', shape: ['batch', 'events', rowWidth] }, ...pastSlots(options.base, 'past_key_values')],
      [hidden, ...pastSlots(options.base, 'present')],
    );
    this.token = await OrtSession.create({ cpu: token, gpu: tokenGpu }, this.runtime);
    this.token.expect(
      [hidden, { name: 'x', type: 'int64', shape: ['batch', 'ids'] }, ...pastSlots(options.token, 'past_key_values')],
      [{ name: 'y', type: 'float32', shape: ['batch', 'positions', options.vocabularySize] }, ...pastSlots(options.token, 'present')],
    );
  }

  async read(ids: BigInt64Array, events: number): Promise<void> {
    const session = this.base as OrtSession;
    const added = ids.length / rowWidth;
    const outputs = await session.run({
      x: session.tensor(ids, [1, added, rowWidth]),
      ...this.pastFeeds(session, this.past, events),
    });
    this.past.replace(outputs, events + added);
    this.hidden.put(outputs.hidden, events);
  }

  async opinion(row: BigInt64Array, events: number, known: number): Promise<Float32Array> {
    const session = this.token as OrtSession;
    const hidden = known === 0 ? this.hidden.behind(events) : new Float32Array(0);
    const ids = row.subarray(Math.max(0, known - 1));
    const outputs = await session.run({
      hidden: session.tensor(hidden, [1, known === 0 ? 1 : 0, this.options.hiddenSize]),
      x: session.tensor(ids, [1, ids.length]),
      ...this.pastFeeds(session, this.own, known),
    });
    this.own.replace(outputs, row.length + 1);
    return outputs.y.subarray(-this.options.vocabularySize);
  }

  async dispose(): Promise<void> {
    const sessions = [this.base, this.token];
    this.base = this.token = undefined;
    for (const session of sessions) await session?.release();
  }

  private pastFeeds(session: OrtSession, past: JoinedPast, rows: number): Feeds {
    return Object.fromEntries(past.first(rows).map(({ name, data, shape }) => [`past_key_values.${name}`, session.tensor(data, shape)]));
  }
}

function pastSlots({ layers, keyValueHeads, headDimension }: EventOptions['base'], prefix: string): OrtSlot[] {
  return Array.from({ length: layers }, (_, index) => ['key', 'value'].map((part): OrtSlot => {
    return { name: `${prefix}.${index}.${part}`, type: 'float32', shape: ['batch', keyValueHeads, 'rows', headDimension] };
  })).flat();
}
