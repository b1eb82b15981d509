import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { UnitProgram } from '../../../../src/engine/contracts/unit-table.js';
import { DecoderLanguageModel } from '../../../../src/plugins/models/decoder-lm/decoder-lm.js';
import { runtime, tinyContext, tinyFolder, tinyPack } from '../decoder-lm/tiny-pack.js';
import type { ServedModel, WireTensor } from './fake-inference-server.js';

const vocabularySize = 3406;

/**
 * The real tiny pack's graphs, served: ids of a whole context in, logits of the next one out, or a whole event. What two
 * contexts have in common is not computed again, as servers with a cache of prefixes do.
 */
export class ServedTinyLm implements ServedModel {
  readonly inputs = [{ name: 'ids', datatype: 'INT64', shape: [1, -1] }];
  readonly outputs = [{ name: 'logits', datatype: 'FP32', shape: [1, vocabularySize] }];
  readonly units: ServedModel = {
    inputs: [
      ...[['ids', 'INT64', [1, -1]], ['lengths', 'INT64', [1]], ['count', 'INT64', [1]], ['state', 'INT64', [1]]],
      ...[['biases', 'FP32', [-1, vocabularySize]], ['next', 'INT32', [-1, vocabularySize]], ['firsts', 'INT64', [-1]], ['lasts', 'INT64', [-1]]],
      ...[['temperatures', 'FP64', [-1]], ['least_shares', 'FP64', [-1]], ['draws', 'FP64', [-1]]],
      ...[['uniforms', 'FP64', [1, -1]], ['top_p', 'FP64', [1]], ['ranks', 'INT64', [1]]],
    ].map(([name, datatype, shape]) => ({ name, datatype, shape }) as ServedModel['inputs'][number]),
    outputs: [{ name: 'tokens', datatype: 'INT64', shape: [1, -1] }],
    infer: (inputs) => this.inTurn(() => this.unit(inputs)),
  };
  private readonly model: DecoderLanguageModel;
  private known: readonly number[] = [];
  private work: Promise<unknown> = Promise.resolve();

  private constructor() {
    const { options, files } = tinyContext();
    this.model = new DecoderLanguageModel({ options, files: { ...files, cpuGen: join(tinyFolder, tinyPack.model.files.cpuGen) } }, runtime);
  }

  static async load(): Promise<ServedTinyLm> {
    const served = new ServedTinyLm();
    await served.model.prepare();
    return served;
  }

  infer(inputs: ReadonlyMap<string, WireTensor>): Promise<readonly WireTensor[]> {
    return this.inTurn(async () => {
      const values = Array.from(await this.model.extend(this.unknownOf(inputs)));
      return [{ name: 'logits', datatype: 'FP32', shape: [1, vocabularySize], values }];
    });
  }

  async dispose(): Promise<void> {
    await this.work;
    await this.model.dispose();
  }

  private async unit(inputs: ReadonlyMap<string, WireTensor>): Promise<readonly WireTensor[]> {
    const numbers = (name: string): readonly number[] => inputs.get(name)?.values ?? assert.fail(name);
    const [[count], [topP], [topK]] = [numbers('count'), numbers('top_p'), numbers('ranks')];
    const stateCount = numbers('draws').length;
    assert.deepEqual(inputs.get('uniforms')?.shape, [1, numbers('uniforms').length]);
    assert.deepEqual(inputs.get('biases')?.shape, [stateCount, vocabularySize]);
    const program: UnitProgram = {
      stateCount,
      maximumTokens: count,
      biases: Float32Array.from(numbers('biases')),
      next: Int32Array.from(numbers('next')),
      temperatures: Float64Array.from(numbers('temperatures')),
      leastShares: Float64Array.from(numbers('least_shares')),
      draws: Float64Array.from(numbers('draws')),
      forced: Int32Array.from(numbers('firsts'), (first, index) => (first === numbers('lasts')[index] ? first : -1)),
      firsts: Int32Array.from(numbers('firsts')),
      lasts: Int32Array.from(numbers('lasts')),
      topP,
      topK,
    };
    const uniforms = Float64Array.from(numbers('uniforms'));
    const unknown = this.unknownOf(inputs);
    const values = Array.from((await this.model.generate?.(unknown, program, uniforms)) ?? assert.fail('no graph for units'));
    this.known = [...this.known, ...values.slice(0, -1)];
    return [{ name: 'tokens', datatype: 'INT64', shape: [1, values.length], values }];
  }

  /** Goes back to what a context has in common with the last one, and returns the rest. */
  private unknownOf(inputs: ReadonlyMap<string, WireTensor>): readonly number[] {
    const { values = [] } = inputs.get('ids') ?? {};
    const [length = values.length] = inputs.get('lengths')?.values ?? [];
    if (inputs.has('lengths')) assert.equal(values.length % 8, 0, 'whole rows');
    const ids = values.slice(0, length);
    let same = 0;
    while (same < ids.length - 1 && ids[same] === this.known[same]) same += 1;
    this.model.rewind({ tokens: same });
    this.known = [...ids];
    return ids.slice(same);
  }

  private inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    const done = this.work.then(task);
    this.work = done.catch(() => undefined);
    return done;
  }
}
