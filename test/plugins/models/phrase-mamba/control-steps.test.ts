import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { plainSteering, type ModelSteering } from '../../../../src/engine/contracts/model-steering.js';
import { PhraseNets } from '../../../../src/plugins/models/phrase-mamba/phrase-nets.js';
import type { PhraseLanguageModel } from '../../../../src/plugins/models/phrase-mamba/phrase-language-model.js';
import { readPhraseTables } from '../../../../src/plugins/models/phrase-mamba/phrase-tables.js';
import { barId, meterId, runtime, startId, tempoId, tinyFiles, tinyModel, track } from './tiny-phrases.js';

const tables = readPhraseTables(tinyFiles.phrases);
const { controls } = tables;
/** What a stream begins with where nobody says anything. */
const unknown = [controls.tempo[3], controls.mode[2], controls.meter[2], controls.density[5], controls.unknownStyle];

/** A bar of the test: what stands in its head, what the performer wishes by then, and which controls are told before it. */
interface PlannedBar {
  readonly head?: readonly number[];
  readonly steering?: Partial<ModelSteering>;
  readonly told: readonly number[];
}

describe('a phrase model tells its memory the controls', () => {
  let model: PhraseLanguageModel;
  let nets: PhraseNets;

  before(async () => {
    model = await tinyModel();
    nets = await PhraseNets.load(tinyFiles, tables, runtime);
  });

  after(async () => {
    await model.dispose();
    await nets.dispose();
  });

  /** The memory at every bar line, as the model has it and as the nets give it when they are told what is planned. */
  async function follow(bars: readonly PlannedBar[]): Promise<void> {
    let state: Float32Array = new Float32Array(tables.stateSize);
    model.rewind(undefined);
    model.steer(plainSteering);
    await model.extend([startId]);
    for (const [number, { head = [], steering, told }] of bars.entries()) {
      if (steering) model.steer({ ...plainSteering, ...steering });
      await model.extend([barId]);
      assert.deepEqual(model.memory.snapshot(), state, `at bar ${number}`);
      await model.extend([...head, ...track(number)]);
      for (const control of told) ({ state } = await nets.tell(control, state));
      ({ state } = await nets.remember(await nets.read([barId, ...track(number)]), state));
    }
    await model.extend([barId]);
    assert.deepEqual(model.memory.snapshot(), state, 'at the end');
  }

  const silent = (count: number): PlannedBar[] => Array.from({ length: count }, () => ({ told: [] }));

  it('all of them at the start, unknown where nothing is said, and none while nothing changes', async () => {
    await follow([{ told: unknown }, ...silent(4)]);
  });

  it('what stands in the head of the first bar at the start', async () => {
    await follow([{ head: [meterId(1), tempoId(66)], told: [controls.tempo[0], unknown[1], controls.meter[1], unknown[3], unknown[4]] }, ...silent(2)]);
  });

  it('a changed one once, from the next bar on', async () => {
    await follow([
      { told: unknown },
      { steering: { mode: 'minor' }, told: [controls.mode[1]] },
      { steering: { mode: 'minor' }, told: [] },
      { steering: { mode: 'minor', density: 0.9, style: 'song' }, told: [controls.density[4], controls.styles.get('song') ?? 0] },
      ...silent(2),
      { steering: {}, head: [tempoId(166)], told: [controls.tempo[2], unknown[1], unknown[3], unknown[4]] },
    ]);
  });

  it('none where a tempo or a density changes within its class', async () => {
    await follow([
      { head: [tempoId(122)], steering: { density: 0.62 }, told: [controls.tempo[1], unknown[1], unknown[2], controls.density[3], unknown[4]] },
      { head: [tempoId(98)], steering: { density: 0.79 }, told: [] },
      { head: [tempoId(142)], told: [controls.tempo[2]] },
    ]);
  });

  it('all of them again every 16 bars', async () => {
    const minor = [unknown[0], controls.mode[1], ...unknown.slice(2)];
    await follow([
      { told: unknown },
      ...silent(8),
      { steering: { mode: 'minor' }, told: [controls.mode[1]] },
      ...silent(6),
      { told: minor },
      ...silent(15),
      { told: minor },
      ...silent(1),
    ]);
  });
});
