import type { Parameter, ValueParameter } from '../../../src/engine/parameters/parameter.js';
import { loadScript } from '../../load-script.js';

export type ProtocolPage = (table: readonly Parameter[], codes: Readonly<Record<string, number>>, scaleOf: (entry: ValueParameter) => string) => string;

/** The function that writes docs/protocol.md. */
export async function loadProtocolPage(): Promise<ProtocolPage> {
  return (await loadScript<{ protocolPage: ProtocolPage }>('scripts/docs/protocol-page.js')).protocolPage;
}
