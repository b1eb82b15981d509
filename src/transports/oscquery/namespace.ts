import type { ActionArgument, Parameter, ParameterValue } from '../../engine/parameters/parameter.js';

/** What of the parameter table the namespace shows. */
export interface NamespaceTable {
  addresses(): readonly string[];
  entry(address: string): Parameter;
  get(address: string): ParameterValue;
}

/** One node of the OSCQuery namespace, as it is sent. */
export interface NamespaceNode {
  readonly FULL_PATH: string;
  readonly DESCRIPTION?: string;
  /** 0: nothing to read or write; 1: read; 2: write; 3: both. */
  readonly ACCESS: 0 | 1 | 2 | 3;
  /** OSC type tags. A button has `N`. */
  readonly TYPE?: string;
  readonly VALUE?: readonly ParameterValue[];
  readonly RANGE?: readonly (NodeRange | null)[];
  readonly UNIT?: readonly string[];
  readonly CLIPMODE?: readonly string[];
  /** Other type tags that the node takes: optional arguments. */
  readonly OVERLOADS?: readonly { readonly TYPE: string }[];
  readonly CONTENTS?: Readonly<Record<string, NamespaceNode>>;
}

interface NodeRange {
  readonly MIN?: number;
  readonly MAX?: number;
  readonly VALS?: readonly string[];
}

/** Attributes that may be asked for alone. */
export const attributes = ['FULL_PATH', 'DESCRIPTION', 'ACCESS', 'TYPE', 'VALUE', 'RANGE', 'UNIT', 'CLIPMODE', 'OVERLOADS', 'CONTENTS'] as const;
export type Attribute = (typeof attributes)[number];

/** Where the table stands in the address space. */
export const root = '/continuo';

const typeTags: Readonly<Record<ActionArgument['type'] | 'choice', string>> = { float: 'f', integer: 'i', boolean: 'T', text: 's', choice: 's' };

/**
 * The node at a path, with all below it; undefined where there is none. The path is an OSC address: `/` is everything.
 *
 * @example nodeAt(table, '/continuo/bpm') // → { FULL_PATH: '/continuo/bpm', ACCESS: 3, TYPE: 'f', VALUE: [120], RANGE: [{ MIN: 20, MAX: 999 }] … }
 */
export function nodeAt(table: NamespaceTable, path: string): NamespaceNode | undefined {
  if (!path.startsWith('/')) return undefined;
  const full = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const address = addressOf(full);
  if (address !== undefined && table.addresses().includes(address)) return leaf(table, address);
  const below = full === '/' ? '/' : `${full}/`;
  const paths = table.addresses().map((known) => `${root}/${known}`).filter((known) => known.startsWith(below));
  if (paths.length === 0) return undefined;
  const names = new Set(paths.map((known) => known.slice(below.length).split('/')[0]));
  const contents = [...names].map((name) => [name, nodeAt(table, below + name)] as const);
  return { FULL_PATH: full, ...describedContainer(full), ACCESS: 0, CONTENTS: Object.fromEntries(contents.filter(isThere)) };
}

/** The table's address behind an OSC address; undefined where that is not ours. */
export function addressOf(path: string): string | undefined {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}

function leaf(table: NamespaceTable, address: string): NamespaceNode {
  const entry = table.entry(address);
  const common = { FULL_PATH: `${root}/${address}`, DESCRIPTION: entry.description };
  if (entry.kind === 'action') {
    const needed = entry.arguments.filter(({ optional }) => !optional);
    const longer = entry.arguments.slice(needed.length).map((_argument, index) => ({ TYPE: tagsOf(entry.arguments.slice(0, needed.length + index + 1)) }));
    return { ...common, ACCESS: 2, TYPE: tagsOf(needed), ...(longer.length > 0 ? { OVERLOADS: longer } : {}) };
  }
  const { minimum, maximum, choices, unit } = entry;
  const range: NodeRange = {
    ...(minimum === undefined ? {} : { MIN: minimum }),
    ...(maximum === undefined ? {} : { MAX: maximum }),
    ...(choices === undefined ? {} : { VALS: choices }),
  };
  return {
    ...common,
    ACCESS: entry.readOnly ? 1 : 3,
    TYPE: typeTags[entry.type],
    VALUE: [table.get(address)],
    ...(Object.keys(range).length > 0 ? { RANGE: [range] } : {}),
    ...(unit === '' ? {} : { UNIT: [unit] }),
    // What is out of range is refused, not bent.
    ...(minimum === undefined && maximum === undefined ? {} : { CLIPMODE: ['none'] }),
  };
}

function tagsOf(list: readonly ActionArgument[]): string {
  return list.map(({ type }) => typeTags[type]).join('') || 'N';
}

function describedContainer(path: string): { readonly DESCRIPTION?: string } {
  const deck = /\/deck\/(\d+)$/.exec(path)?.[1];
  if (deck !== undefined) return { DESCRIPTION: `Deck ${deck}.` };
  return path === root ? { DESCRIPTION: 'A real-time engine that improvises MIDI.' } : {};
}

function isThere(pair: readonly [string, NamespaceNode | undefined]): pair is readonly [string, NamespaceNode] {
  return pair[1] !== undefined;
}
