import type { Endpoint } from '../../engine/contracts/transport.js';

/** What `?HOST_INFO` is answered. */
export interface HostInfo {
  readonly NAME: string;
  readonly EXTENSIONS: Readonly<Record<string, boolean>>;
  readonly OSC_TRANSPORT?: 'UDP';
  readonly OSC_PORT?: number;
  /** Left out where OSC is at the same host as this. */
  readonly OSC_IP?: string;
}

const extensions = ['ACCESS', 'VALUE', 'RANGE', 'DESCRIPTION', 'UNIT', 'CLIPMODE', 'OVERLOADS', 'LISTEN', 'PATH_ADDED', 'PATH_REMOVED', 'PATH_CHANGED', 'OSC_STREAMING'];

/** Without `osc` programs send over the WebSocket. */
export function hostInfo(name: string, host: string, osc: Endpoint | undefined): HostInfo {
  return {
    NAME: name,
    EXTENSIONS: Object.fromEntries(extensions.map((extension) => [extension, true])),
    ...(osc && { OSC_TRANSPORT: 'UDP', OSC_PORT: osc.port }),
    ...(osc && osc.host !== host && !isEverywhere(osc.host) ? { OSC_IP: osc.host } : {}),
  };
}

/** Whether a host stands for every address of this machine. */
export function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** Whether a host can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
