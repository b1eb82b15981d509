import { DecoderLanguageModel } from '../../../../src/plugins/models/decoder-lm/decoder-lm.js';
import { runtime, tinyContext } from '../decoder-lm/tiny-pack.js';
import type { ServedModel } from './fake-inference-server.js';

/** The real tiny pack's graph, served: ids of a whole context in, logits of the next one out. */
export class ServedTinyLm implements ServedModel {
  readonly inputs = [{ name: 'ids', datatype: 'INT64', shape: [1, -1] }];
  readonly outputs = [{ name: 'logits', datatype: 'FP32', shape: [1, 3406] }];
  private readonly model = new DecoderLanguageModel(tinyContext(), runtime);
  private known: readonly number[] = [];
  private work: Promise<unknown> = Promise.resolve();

  static async load(): Promise<ServedTinyLm> {
    const served = new ServedTinyLm();
    await served.model.prepare();
    return served;
  }

  async infer(inputs: Parameters<ServedModel['infer']>[0]): ReturnType<ServedModel['infer']> {
    const ids = inputs.get('ids')?.values ?? [];
    const logits = this.work.then(() => this.opinion(ids));
    this.work = logits.catch(() => undefined);
    return [{ name: 'logits', datatype: 'FP32', shape: [1, 3406], values: await logits }];
  }

  async dispose(): Promise<void> {
    await this.work;
    await this.model.dispose();
  }

  /** What two contexts have in common is not computed again, as servers with a cache of prefixes do. */
  private async opinion(ids: readonly number[]): Promise<readonly number[]> {
    let same = 0;
    while (same < ids.length - 1 && ids[same] === this.known[same]) same += 1;
    this.model.rewind({ tokens: same });
    const logits = Array.from(await this.model.extend(ids.slice(same)));
    this.known = [...ids];
    return logits;
  }
}
