import { ContinuoError } from '../errors.js';
import { boundaries } from '../parameters/boundaries.js';
import type { Parameter } from '../parameters/parameter.js';
import { validateArguments } from '../parameters/validate.js';

/**
 * What a knob hands to what it moves, of words that stand behind its address: a scene's name may be several. `scenes`: the names
 * that there are, in order. Errors: `badValue` where it is known that it would be refused.
 *
 * @example knobWords('recall', recall, ['Late', 'Night', 'bar'], ['Dawn', 'Late Night']) // → ['Late Night', 'bar']
 */
export function knobWords(address: string, entry: Parameter, words: readonly string[], scenes: readonly string[]): readonly string[] {
  if (entry.kind === 'value') {
    if (words.length > 0) throw new ContinuoError('badValue', `${address} is what the knob says: write nothing behind it, not "${words.join(' ')}".`);
    return words;
  }
  const given = address === 'recall' ? sceneWords(words, scenes) : words;
  validateArguments(address, entry, given);
  const boundary = given[entry.arguments.findIndex(({ name }) => name === 'boundary')];
  if (boundary !== undefined && !isBoundary(boundary)) throw new ContinuoError('badValue', `${address}: a boundary is one of ${boundaries.join(', ')}, not "${boundary}".`);
  return given;
}

function sceneWords(words: readonly string[], scenes: readonly string[]): readonly string[] {
  const isThere = (scene: string): boolean => scenes.includes(scene) || (Number.isInteger(Number(scene)) && Number(scene) >= 1 && Number(scene) <= scenes.length);
  const all = words.join(' ');
  if (isThere(all)) return [all];
  const last = words.at(-1) ?? '';
  const scene = isBoundary(last) ? words.slice(0, -1).join(' ') : all;
  if (!isThere(scene)) throw new ContinuoError('badValue', `There is no scene ${scene}; there are ${scenes.map((name, index) => `${index + 1} ${name}`).join(', ')}.`);
  return [scene, last];
}

function isBoundary(word: string): boolean {
  return (boundaries as readonly string[]).includes(word);
}
