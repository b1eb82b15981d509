import { isMap, isSeq, type Document } from 'yaml';
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
  const written = [...decks].map(([number, { pack, values: ofDeck }]) => [number, { ...(pack !== undefined && { pack }), ...Object.fromEntries(ofDeck) }]);
  return {
    name,
    ...(at && { at }),
    ...(values.size > 0 && { engine: Object.fromEntries(values) }),
    ...(written.length > 0 && { decks: Object.fromEntries(written) as object }),
  };
}
