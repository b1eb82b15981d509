import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../engine/paths.js';

/** Where `npm run build-link` puts the helper. */
export const builtHelper = join(repositoryRoot, 'link-helper', 'build', 'continuo-link');

/**
 * The command that starts the helper: the one given, the one `CONTINUO_LINK_HELPER` names, or the one that was built.
 * Undefined where there is none.
 */
export function findHelper(given?: readonly string[]): readonly string[] | undefined {
  if (given !== undefined) return given;
  const named = process.env.CONTINUO_LINK_HELPER;
  if (named !== undefined && named !== '') return [named];
  return isProgram(builtHelper) ? [builtHelper] : undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not built, which is no fault.
    return false;
  }
}
