import { existsSync } from 'node:fs';

/** A pack or a file that a scene is to have, and where the set file says so. */
export interface SetNeed {
  readonly kind: 'pack' | 'prompt';
  /** The pack's name; the prompt's file, absolute. */
  readonly name: string;
  readonly scene: string;
  readonly deck: number;
  /** 1 .. */
  readonly line: number;
}

/**
 * What a set needs and cannot have at this moment, a sentence each, with the line of `file`; it may still come before the scene is
 * recalled. `packs`: the names of those that there are.
 */
export function missingNeeds(needs: readonly SetNeed[], file: string, packs: readonly string[]): readonly string[] {
  return needs
    .filter(({ kind, name }) => !(kind === 'pack' ? packs.includes(name) : existsSync(name)))
    .map(({ kind, name, scene, deck, line }) => `${file} line ${line}: deck ${deck} of scene ${scene} has the ${kind} ${name}, which is not there: bring it before the scene is recalled, or name another.`);
}
