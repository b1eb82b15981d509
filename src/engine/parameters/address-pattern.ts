import { ContinuoError } from '../errors.js';

type Element =
  | { readonly type: 'one'; readonly accepts: (character: string) => boolean }
  | { readonly type: 'many' }
  | { readonly type: 'words'; readonly words: readonly string[] };

const wild = /[*?[\]{}]/;

/** Whether an address is a pattern, i.e. may stand for several. */
export function isPattern(address: string): boolean {
  return wild.test(address);
}

/**
 * A matcher for an address pattern as OSC 1.0 has them: `*` and `?` stop at `/`, `[a-z]`, `[!a-z]`, `{one,two}`. An unclosed bracket
 * matches nothing. All positions that a pattern may have reached are followed at once, so the time is bounded by the
 * product of both lengths: no pattern of a stranger can hang the engine.
 *
 * @example addressMatcher('deck/*\/top-p')('deck/2/top-p') // → true
 */
export function addressMatcher(pattern: string): (address: string) => boolean {
  if (!isPattern(pattern)) return (address) => address === pattern;
  const elements = parse(pattern);
  if (elements === undefined) return () => false;
  return (address) => {
    let positions = new Set([0]);
    for (const element of elements) {
      positions = advance(element, positions, address);
      if (positions.size === 0) return false;
    }
    return positions.has(address.length);
  };
}

/**
 * The addresses a path stands for: those that a pattern matches, or itself, whether or not there is such an address.
 * Errors: `unknownAddress` for a pattern that stands for none.
 */
export function addressesFor(addresses: readonly string[], path: string): readonly string[] {
  if (!isPattern(path)) return [path];
  const found = addresses.filter(addressMatcher(path));
  if (found.length === 0) throw new ContinuoError('unknownAddress', `No address matches "${path}".`);
  return found;
}

function advance(element: Element, positions: ReadonlySet<number>, address: string): Set<number> {
  const reached = new Set<number>();
  for (const position of positions) {
    switch (element.type) {
      case 'one':
        if (position < address.length && element.accepts(address[position])) reached.add(position + 1);
        break;
      case 'many':
        for (let next = position; !reached.has(next); next += 1) {
          reached.add(next);
          if (next >= address.length || address[next] === '/') break;
        }
        break;
      case 'words':
        for (const word of element.words) if (address.startsWith(word, position)) reached.add(position + word.length);
    }
  }
  return reached;
}

function parse(pattern: string): readonly Element[] | undefined {
  const elements: Element[] = [];
  let index = 0;
  while (index < pattern.length) {
    const character = pattern[index];
    if (character === '[' || character === '{') {
      const end = pattern.indexOf(character === '[' ? ']' : '}', index + 1);
      if (end < 0) return undefined;
      const inside = pattern.slice(index + 1, end);
      elements.push(character === '[' ? characterClass(inside) : { type: 'words', words: inside.split(',') });
      index = end + 1;
      continue;
    }
    if (character === '*') elements.push({ type: 'many' });
    else if (character === '?') elements.push({ type: 'one', accepts: (found) => found !== '/' });
    else elements.push({ type: 'one', accepts: (found) => found === character });
    index += 1;
  }
  return elements;
}

function characterClass(inside: string): Element {
  const negated = inside.startsWith('!');
  const body = negated ? inside.slice(1) : inside;
  const ranges: [string, string][] = [];
  for (let index = 0; index < body.length; index += 1) {
    if (body[index + 1] === '-' && index + 2 < body.length) {
      ranges.push([body[index], body[index + 2]]);
      index += 2;
    } else {
      ranges.push([body[index], body[index]]);
    }
  }
  return {
    type: 'one',
    accepts: (found) => found !== '/' && ranges.some(([low, high]) => low <= found && found <= high) !== negated,
  };
}
