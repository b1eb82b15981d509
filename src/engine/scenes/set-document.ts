import { isDeepStrictEqual } from 'node:util';
import { isMap, isNode, isSeq, parseDocument, visit, type Document, type Node, type YAMLMap } from 'yaml';
import { inYaml } from './set-file.js';
import type { DeckScene, Scene, SceneValues } from './set-list.js';

type Place = readonly (string | number)[];

/**
 * Writes a scene into a document, in the place of the one of its name, else behind the last. What it does not mention stays
 * as it stands there, and so do comments. What it has in common with other scenes by way of aliases is its own from then on, where
 * anything of it is another.
 */
export function writeScene(document: Document, scene: Scene): void {
  const index = placeOf(document, scene.name);
  if (index === undefined) {
    document.addIn(['scenes'], document.createNode(plain(scene)));
    return;
  }
  const here = ['scenes', index];
  const changed = changedValues(document, index, scene);
  if (changed.length > 0) detach(document, document.getIn(here, true) as YAMLMap);
  // With a number for its key, the first deck of a scene would begin a list.
  if (changed.some(({ place }) => place[0] === 'decks') && !isMap(document.getIn([...here, 'decks'], true))) document.setIn([...here, 'decks'], document.createNode({}));
  for (const { place, values } of changed) writeValues(document, inYaml(document, [...here, ...place]), values);
}

/** A document as it is saved, in the layout of the text that it was read from; JSON stays JSON. Pure. */
export function textOf(document: Document, written: string): string {
  const [, indent] = /^\s*[{[]\s*?\n([ \t]+)"/.exec(written) ?? [];
  const end = written.endsWith('\n') ? '\n' : '';
  return inOwnLayout(written, isJson(written) ? JSON.stringify(document.toJS(), undefined, indent) + end : document.toString({ lineWidth: 0 }));
}

/**
 * A set as it is saved, in the layout of the file that it comes from: lines that say what they said stand as they were written.
 * Where that would say something else (a file that is indented another way), it is `saved` as it is. Pure.
 */
function inOwnLayout(written: string, saved: string): string {
  const from = written.split('\n');
  const to = saved.split('\n');
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && saysTheSame(from[head], to[head])) head += 1;
  let tail = 0;
  while (tail < shorter - head && saysTheSame(from[from.length - 1 - tail], to[to.length - 1 - tail])) tail += 1;
  const between = from.slice(head, from.length - tail);
  const changed = to.slice(head, to.length - tail).map((line) => {
    const at = between.findIndex((each) => saysTheSame(each, line));
    return at < 0 ? line : between.splice(0, at + 1)[at];
  });
  const text = [...from.slice(0, head), ...changed, ...from.slice(from.length - tail)].join('\n');
  const document = parseDocument(text);
  return document.errors.length === 0 && isDeepStrictEqual(document.toJS(), parseDocument(saved).toJS()) ? text : saved;
}

function saysTheSame(line: string, other: string): boolean {
  return line.replace(/\s+/g, '') === other.replace(/\s+/g, '');
}

function placeOf(document: Document, name: string): number | undefined {
  const scenes = document.get('scenes', true);
  if (!isSeq(scenes)) return undefined;
  const index = scenes.items.findIndex((item) => isMap(item) && item.get('name') === name);
  return index < 0 ? undefined : index;
}

/** What of a scene does not stand in its place in the document. */
function changedValues(document: Document, index: number, { values, decks }: Scene): readonly { readonly place: Place; readonly values: SceneValues }[] {
  const { engine, decks: ofDecks } = (document.toJS() as { scenes: { engine?: Written; decks?: Record<string, Written> }[] }).scenes[index];
  const differing = (wanted: SceneValues, written: Written = {}): SceneValues => new Map([...wanted].filter(([name, value]) => written[name] !== value));
  return [
    { place: ['engine'], values: differing(values, engine) },
    ...[...decks].map(([number, deck]) => ({ place: ['decks', number], values: differing(withPack(deck), ofDecks?.[number]) })),
  ].filter((each) => each.values.size > 0);
}

type Written = Readonly<Record<string, unknown>>;

/** What others have by an alias of a scene, or it of others, each gets a copy of. */
function detach(document: Document, scene: YAMLMap): void {
  const inside = new Set<unknown>();
  visit(scene, { Node: (_key, node) => void inside.add(node) });
  visit(document, {
    Alias: (_key, alias, path) => {
      const source = alias.resolve(document);
      return source && (path.includes(scene) || inside.has(source)) ? copyOf(source) : undefined;
    },
  });
}

function copyOf(source: Node): Node {
  const copy = source.clone() as Node;
  visit(copy, { Node: (_key, node) => void (isNode(node) && 'anchor' in node && delete node.anchor) });
  return copy;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function withPack({ pack, values }: DeckScene): SceneValues {
  return new Map([...(pack === undefined ? [] : [['pack', pack] as const]), ...values]);
}

function writeValues(document: Document, place: Place, values: SceneValues): void {
  if (values.size > 0 && !isMap(document.getIn(place, true))) {
    document.setIn(place, document.createNode(Object.fromEntries(values)));
    return;
  }
  for (const [name, value] of values) document.setIn([...place, name], value);
}

function plain({ name, at, values, decks }: Scene): object {
  // A map, as the number of a deck is written without quotation marks.
  const written = new Map([...decks].map(([number, deck]) => [number, Object.fromEntries(withPack(deck))]));
  return {
    name,
    ...(at && { at }),
    ...(values.size > 0 && { engine: Object.fromEntries(values) }),
    ...(written.size > 0 && { decks: written }),
  };
}
