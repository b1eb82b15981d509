import { constants } from 'node:os';

/** glibc's RTLD_NODELETE. */
const keepLoaded = 0x1000;

/**
 * Loads a native library into the process for good. Returns why it does not load, as the system's loader says it, or
 * `undefined` when it did. `path` may be a bare name, which the loader then looks for where it looks. Thread: any.
 */
export function libraryFault(path: string): string | undefined {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    process.dlopen({ exports: {} }, path, process.platform === 'linux' ? RTLD_NOW | RTLD_GLOBAL | keepLoaded : undefined);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // Node opens it as an add-on, which it is not: it is loaded all the same.
    return reason.includes('did not self-register') ? undefined : reason;
  }
  return undefined;
}
