import { KeyValueCache } from '../../../engine/generation/onnx/key-value-cache.js';
import type { OrtSession, OrtTensor } from '../../../engine/generation/onnx/ort-session.js';
import type { PhraseTables } from './phrase-tables.js';

/** Room for a bar of usual length. */
const firstRows = 128;
/** So far below the bar line that chance never takes them while there is anything else; where there is not, all are alike. */
const unheardGap = 24;

/**
 * Spells a bar id by id from its place in the space of bars. Keys and values of the bar in hand are kept; going back within
 * it is forgetting rows, and another bar is read in one run.
 */
export class PhraseDecoder {
  private readonly cache: KeyValueCache;
  /** The latent that the rows in the cache belong to. */
  private latent: Float32Array | undefined;
  private past: OrtTensor;
  private readonly noLatent: OrtTensor;
  private readonly onlyId: BigInt64Array<ArrayBuffer> = new BigInt64Array(1);
  private readonly rows: BigInt64Array<ArrayBuffer> = new BigInt64Array(1);
  private readonly onlyIdTensor: OrtTensor;
  private readonly rowsTensor: OrtTensor;

  /** Errors: `badPack`, naming the first input or output that is not as the tables say. */
  constructor(
    private readonly session: OrtSession,
    private readonly tables: PhraseTables,
  ) {
    const { latentSize, vocabularySize } = tables;
    const [layerRows, heads, dimension] = tables.cacheShape;
    session.expect(
      [
        { name: 'latent', type: 'float32', shape: ['n', latentSize] },
        { name: 'ids', type: 'int64', shape: [1, 'S'] },
        { name: 'plen', type: 'int64', shape: [1] },
        { name: 'past', type: 'float32', shape: [layerRows, heads, 'P', dimension] },
      ],
      [
        { name: 'logits', type: 'float32', shape: [vocabularySize] },
        { name: 'delta', type: 'float32', shape: [layerRows, heads, 'N', dimension] },
      ],
    );
    this.cache = new KeyValueCache(layerRows / 2, heads, dimension, firstRows, Infinity);
    this.past = this.pastTensor();
    this.noLatent = session.tensor(new Float32Array(0), [0, latentSize]);
    this.onlyIdTensor = session.tensor(this.onlyId, [1, 1]);
    this.rowsTensor = session.tensor(this.rows, [1]);
  }

  /** Forgets the ids of the phrase from `length` on. */
  truncate(length: number): void {
    this.cache.truncate(this.tables.memoryRows + 1 + length);
  }

  /** Logits of the id after `ids`, the phrase so far behind its bar line. Valid until the next call. */
  async logits(latent: Float32Array, ids: readonly number[]): Promise<Float32Array> {
    const { session, cache, tables } = this;
    const { barId, memoryRows } = tables;
    if (latent !== this.latent) cache.truncate(0);
    this.latent = latent;
    // The last id is always read: its opinion is what is asked for.
    cache.truncate(memoryRows + ids.length);
    const isNew = cache.rows <= memoryRows;
    if (isNew) cache.truncate(0);
    const unread = isNew ? [barId, ...ids] : ids.slice(cache.rows - memoryRows - 1);
    const added = (isNew ? memoryRows : 0) + unread.length;
    if (cache.reserve(added)) this.past = this.pastTensor();
    this.rows[0] = BigInt(cache.rows);
    const { logits, delta } = await session.run({
      latent: isNew ? session.tensor(latent, [1, latent.length]) : this.noLatent,
      ids: this.idsTensor(unread),
      plen: this.rowsTensor,
      past: this.past,
    });
    cache.append(delta, added);
    this.levelUnheard(logits);
    return logits;
  }

  private idsTensor(ids: readonly number[]): OrtTensor {
    if (ids.length > 1) return this.session.tensor(BigInt64Array.from(ids, BigInt), [1, ids.length]);
    this.onlyId[0] = BigInt(ids[0]);
    return this.onlyIdTensor;
  }

  private pastTensor(): OrtTensor {
    const { buffer, capacity } = this.cache;
    const [layerRows, heads, dimension] = this.tables.cacheShape;
    return this.session.tensor(buffer, [layerRows, heads, capacity, dimension]);
  }

  /** The net knows the plain bar line alone. What else begins a bar, and what its head says, is for the grammar to ask for. */
  private levelUnheard(logits: Float32Array): void {
    const level = logits[this.tables.barId] - unheardGap;
    for (const id of this.tables.unheard) logits[id] = level;
  }
}
