import { ContinuoError } from '../../../engine/errors.js';
import type { MetadataTensor, ModelMetadata } from './inference-protocol.js';
import { isDatatype, type Datatype } from './tensor.js';

/** Types that ids may have; the first is what exporters write. */
const idTypes = ['INT64', 'INT32'] as const satisfies readonly Datatype[];
const logitTypes = ['FP32', 'FP16'] as const satisfies readonly Datatype[];

/** A model that gives its opinion on the id after a context: `ids` [1, T] or [T] in, `logits` out, of which the last row counts. */
export interface ContextForm {
  readonly idType: (typeof idTypes)[number];
  readonly idRank: 1 | 2;
}

/**
 * Reads from a model's metadata whether it is one that gives an opinion on a context. Errors: `badPack`, naming what is
 * not as it must be.
 */
export function contextForm(server: string, metadata: ModelMetadata, vocabularySize: number): ContextForm {
  const ids = slot(server, metadata, 'input', 'ids');
  const logits = slot(server, metadata, 'output', 'logits');
  for (const input of metadata.inputs) {
    if (input !== ids) throw fault(server, metadata, `has an input ${input.name} that nobody feeds; its only input must be ids`);
  }
  const idType = typeOf(server, metadata, ids, idTypes);
  typeOf(server, metadata, logits, logitTypes);
  const { shape } = ids;
  if (shape.length < 1 || shape.length > 2 || shape[shape.length - 1] !== -1 || (shape.length === 2 && shape[0] !== 1 && shape[0] !== -1)) {
    throw fault(server, metadata, `takes ids of shape ${words(shape)}; it must be [1, -1] or [-1], for a context of any length`);
  }
  const last = logits.shape[logits.shape.length - 1];
  if (last !== vocabularySize && last !== -1) {
    throw fault(server, metadata, `has logits of shape ${words(logits.shape)} and the pack ${vocabularySize} ids: they do not belong together; correct model.options in pack.json`);
  }
  return { idType, idRank: shape.length as 1 | 2 };
}

export function slot(server: string, metadata: ModelMetadata, side: 'input' | 'output', name: string): MetadataTensor {
  const all = side === 'input' ? metadata.inputs : metadata.outputs;
  const found = all.find((tensor) => tensor.name === name);
  if (found) return found;
  throw fault(server, metadata, `has no ${side} ${name}; it has ${all.map((tensor) => tensor.name).join(', ') || 'none'}`);
}

export function typeOf<Type extends Datatype>(server: string, metadata: ModelMetadata, tensor: MetadataTensor, types: readonly Type[]): Type {
  const { datatype, name } = tensor;
  const type = types.find((candidate) => candidate === datatype);
  if (type !== undefined && isDatatype(datatype)) return type;
  throw fault(server, metadata, `has ${name} of type ${datatype}, which must be ${types.join(' or ')}`);
}

export function fault(server: string, metadata: ModelMetadata, what: string): ContinuoError {
  return new ContinuoError('badPack', `the model ${metadata.name} on ${server} ${what}`);
}

export function words(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
