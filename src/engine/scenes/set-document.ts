import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq, parseDocument, type Document } from 'yaml';
import { inYaml } from './set-file.js';
import type { Scene, SceneValues } from './set-list.js';

/**
 * Writes a scene into a document, in the place of the one of its name, else behind the last. What it does not mention stays
 * as it stands there, and so do comments.
 */
export function writeScene(document: Document, scene: Scene): void {
  const index = placeOf(document, scene.name);
  if (index === undefined) {
    document.addIn(['scenes'], document.createNode(plain(scene)));
    return;
  }
  const here = ['scenes', index];
  writeValues(document, [...here, 'engine'], scene.values);
  for (const [number, { pack, values }] of scene.decks) {
    const place = inYaml(document, [...here, 'decks', number]);
    writeValues(document, place, new Map([...(pack === undefined ? [] : [['pack', pack] as const]), ...values]));
  }
}

/**
 * A set as it is saved, in the layout of the file that it comes from: lines that say what they said stand as they were written.
 * Where that would say something else (a file that is indented another way), it is `saved` as it is. Pure.
 */
export function inOwnLayout(written: string, saved: string): string {
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

function writeValues(document: Document, place: readonly (string | number)[], values: SceneValues): void {
  if (values.size > 0 && !isMap(document.getIn(place, true))) {
    document.setIn(place, document.createNode(Object.fromEntries(values)));
    return;
  }
  for (const [name, value] of values) {
    if (document.getIn([...place, name]) !== value) document.setIn([...place, name], value);
  }
}

function plain({ name, at, values, decks }: Scene): object {
  // A map, as the number of a deck is written without quotation marks.
  const written = new Map([...decks].map(([number, { pack, values: ofDeck }]) => [number, { ...(pack !== undefined && { pack }), ...Object.fromEntries(ofDeck) }]));
  return {
    name,
    ...(at && { at }),
    ...(values.size > 0 && { engine: Object.fromEntries(values) }),
    ...(written.size > 0 && { decks: written }),
  };
}
