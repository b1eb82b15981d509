import type { TokenAttribute, Vocabulary } from '../../../engine/contracts/tokenizer.js';
import type { RowKind } from './row-event.js';

export type Version = 'v1' | 'v2';

export type ParameterName =
  | 'time1'
  | 'time2'
  | 'duration'
  | 'track'
  | 'channel'
  | 'pitch'
  | 'velocity'
  | 'patch'
  | 'controller'
  | 'value'
  | 'bpm'
  | 'nn'
  | 'dd'
  | 'sf'
  | 'mi';

/** The ids `first` .. `first + size - 1` stand for a parameter's values 0 .. size-1. */
export interface ParameterBlock {
  readonly name: ParameterName;
  readonly first: number;
  readonly size: number;
  readonly attribute: TokenAttribute;
  /**
   * Where the value lives in a `RowEvent`: 0 time1, 1 time2, 2 track, then 3 + index in `values`.
   * Negative in the table of blocks, set in the parameters of an event.
   */
  readonly source: number;
}

export interface EventShape {
  readonly kind: RowKind;
  readonly id: number;
  /** In the order of the row. */
  readonly parameters: readonly ParameterBlock[];
}

export const rowWidth = 8;
export const padId = 0;
export const startId = 1;
export const endId = 2;
const firstEventId = 3;

const fieldOrder: Readonly<Record<RowKind, readonly ParameterName[]>> = {
  note: ['channel', 'pitch', 'velocity', 'duration'],
  program: ['channel', 'patch'],
  control: ['channel', 'controller', 'value'],
  tempo: ['bpm'],
  meter: ['nn', 'dd'],
  key: ['sf', 'mi'],
};

const referenceNames: Readonly<Record<RowKind, string>> = {
  note: 'note',
  program: 'patch_change',
  control: 'control_change',
  tempo: 'set_tempo',
  meter: 'time_signature',
  key: 'key_signature',
};

const attributes: Readonly<Record<ParameterName, TokenAttribute>> = {
  time1: 'time',
  time2: 'time',
  duration: 'duration',
  track: 'track',
  channel: 'channel',
  pitch: 'pitch',
  velocity: 'velocity',
  patch: 'program',
  controller: 'controller',
  value: 'value',
  bpm: 'tempo',
  nn: 'other',
  dd: 'other',
  sf: 'other',
  mi: 'other',
};

const sizesOfV1: readonly (readonly [ParameterName, number])[] = [
  ['time1', 128],
  ['time2', 16],
  ['duration', 2048],
  ['track', 128],
  ['channel', 16],
  ['pitch', 128],
  ['velocity', 128],
  ['patch', 128],
  ['controller', 128],
  ['value', 128],
  ['bpm', 256],
];
const sizesOfV2: readonly (readonly [ParameterName, number])[] = [
  ...sizesOfV1.slice(0, -1),
  ['bpm', 384],
  ['nn', 16],
  ['dd', 4],
  ['sf', 15],
  ['mi', 2],
];
const kindsOfV1: readonly RowKind[] = ['note', 'program', 'control', 'tempo'];
const kindsOfV2: readonly RowKind[] = [...kindsOfV1, 'meter', 'key'];

/** Ids of one version of the format: PAD 0, BOS 1, EOS 2, one id a kind of event, one block of ids a parameter. */
export class SkytntVocabulary implements Vocabulary {
  readonly size: number;
  readonly rowWidth = rowWidth;
  readonly pad = padId;
  readonly start: readonly number[] = [startId, 0, 0, 0, 0, 0, 0, 0];
  readonly end = endId;
  readonly events: readonly EventShape[];
  readonly maximumBpm: number;
  private readonly blocks: readonly ParameterBlock[];
  private readonly eventOfKind: ReadonlyMap<RowKind, EventShape>;

  constructor(
    readonly version: Version,
    readonly form: 'rows' | 'flat' = 'rows',
  ) {
    const kinds = version === 'v1' ? kindsOfV1 : kindsOfV2;
    const sizes = version === 'v1' ? sizesOfV1 : sizesOfV2;
    let next = firstEventId + kinds.length;
    this.blocks = sizes.map(([name, size]) => {
      const block = { name, first: next, size, attribute: attributes[name], source: -1 };
      next += size;
      return block;
    });
    this.size = next;
    this.maximumBpm = this.block('bpm').size - 1;
    this.events = kinds.map((kind, index) => ({
      kind,
      id: firstEventId + index,
      parameters: rowOrder(version, kind).map((name) => ({ ...this.block(name), source: sourceOf(kind, name) })),
    }));
    this.eventOfKind = new Map(this.events.map((event) => [event.kind, event]));
  }

  /** The shape whose rows begin with this id; `undefined` for any other id. */
  eventOfId(id: number): EventShape | undefined {
    return this.events[id - firstEventId];
  }

  /** `undefined` where this version has no such kind. */
  shapeOf(kind: RowKind): EventShape | undefined {
    return this.eventOfKind.get(kind);
  }

  block(name: ParameterName): ParameterBlock {
    return this.blocks.find((block) => block.name === name) as ParameterBlock;
  }

  describe(id: number): string {
    if (id === padId) return 'pad';
    if (id === startId) return 'start';
    if (id === endId) return 'end';
    const event = this.eventOfId(id);
    if (event !== undefined) return referenceNames[event.kind];
    const block = this.blocks.find(({ first, size }) => id >= first && id < first + size);
    return block === undefined ? `unknown ${id}` : `${block.name} ${id - block.first}`;
  }
}

function rowOrder(version: Version, kind: RowKind): readonly ParameterName[] {
  const fields =
    version === 'v1' && kind === 'note' ? (['duration', 'channel', 'pitch', 'velocity'] as const) : fieldOrder[kind];
  return ['time1', 'time2', 'track', ...fields];
}

function sourceOf(kind: RowKind, name: ParameterName): number {
  const fixed = ['time1', 'time2', 'track'].indexOf(name);
  return fixed >= 0 ? fixed : 3 + fieldOrder[kind].indexOf(name);
}
