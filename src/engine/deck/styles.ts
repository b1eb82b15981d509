import type { Voice } from './voice.js';

/** Why a pack cannot be asked for a style, in one sentence; `undefined` where it can, and where none is asked for. */
export function styleFault({ pack, styles = [] }: Pick<Voice, 'pack' | 'styles'>, style: string): string | undefined {
  if (style === '' || styles.includes(style)) return undefined;
  const there = styles.length === 0 ? 'it has no styles to choose from, and plays in its own' : `it has ${styles.join(', ')}`;
  return `The pack ${pack} has no style "${style}"; ${there}.`;
}
