import type { Endpoint, Notice, Transport, TransportContext, TransportOffer } from '../../engine/contracts/transport.js';
import { continuoVersion } from '../../engine/version.js';
import { Announcement, type Announced } from './announcement.js';
import { hostInfo, isLoopback } from './host-info.js';
import type { OscQueryOptions } from './options.js';
import { OscQuerySurface } from './oscquery-surface.js';
import { QueryServer } from './query-server.js';

const oscService = '_osc._udp';

/** The OSCQuery wire: the namespace over HTTP and WebSocket, and, beyond this machine, its announcement. Thread: main. */
export class OscQueryTransport implements Transport {
  readonly name = 'oscquery';
  private server: QueryServer | undefined;
  private announcement: Announcement | undefined;

  constructor(private readonly context: TransportContext) {}

  /** Errors: `portUnavailable`: without its port there is nothing this wire can do. */
  async open(): Promise<TransportOffer> {
    const options = this.context.options as OscQueryOptions;
    const { host } = options.listen;
    const server = await QueryServer.open(options);
    this.server = server;
    const surface = new OscQuerySurface(server, () => hostInfo(options.name, host, this.osc()));
    const ready: Notice = { level: 'ready', sentence: `OSCQuery answers at http://${host}:${server.port}.` };
    return {
      outputs: [],
      syncSources: [],
      controlSurfaces: [surface],
      notices: [ready, ...(await this.announce(options, server.port))],
      endpoints: [{ service: '_oscjson._tcp', host, port: server.port }],
    };
  }

  async close(): Promise<void> {
    const { announcement, server } = this;
    this.announcement = undefined;
    this.server = undefined;
    await announcement?.withdraw();
    await server?.close();
  }

  private osc(): Endpoint | undefined {
    return this.context.endpoints?.().find(({ service }) => service === oscService);
  }

  private async announce({ listen: { host }, name, announce }: OscQueryOptions, port: number): Promise<readonly Notice[]> {
    if (!(announce ?? !isLoopback(host))) return [];
    const osc = this.osc();
    const services: Announced[] = [
      { type: 'oscjson', protocol: 'tcp', host, port },
      ...(osc && !isLoopback(osc.host)
        ? [{ type: 'osc', protocol: 'udp' as const, host: osc.host, port: osc.port, text: { txtvers: '1', version: '1.0', types: 'ifsTFN', product: `Continuo ${continuoVersion}` } }]
        : []),
    ];
    try {
      this.announcement = await Announcement.publish(name, services);
      return [{ level: 'ready', sentence: `OSCQuery is announced on the network as "${name}".` }];
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return [{ level: 'off', sentence: `OSCQuery is not announced: ${reason}. Programs find it at port ${port} all the same.` }];
    }
  }
}
