import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModelMark } from '../../../../src/engine/contracts/language-model.js';
import { generate, referenceRuns, type ReferenceModel } from '../../../engine/generation/sampling/reference-loop.js';
import { tinyModel } from './tiny-events.js';

/** The plugin over files of the published interface, as the reference's loop uses them. */
class PluginModel implements ReferenceModel {
  private rowStart: ModelMark | undefined;
  private opinion: Float32Array = new Float32Array(0);

  constructor(private readonly model: ReturnType<typeof tinyModel>) {}

  async readRow(row: readonly number[]): Promise<void> {
    this.model.rewind(this.rowStart);
    this.opinion = await this.model.extend(row);
    this.rowStart = this.model.mark();
  }

  async readId(id: number): Promise<void> {
    this.opinion = await this.model.extend([id]);
  }

  logits(): Float32Array {
    return this.opinion;
  }
}

describe('event-lm with files of SkyTNT’s interface', () => {
  for (const run of referenceRuns) {
    it(`generates what the reference generates: ${run.name}`, async () => {
      const models: ReturnType<typeof tinyModel>[] = [];
      const rows = await generate(run, async () => {
        const model = tinyModel(`reference-${run.version}`);
        models.push(model);
        await model.prepare();
        return new PluginModel(model);
      });
      assert.deepEqual(rows, run.rows);
      for (const model of models) await model.dispose();
    });
  }
});
