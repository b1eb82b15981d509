import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer as Upgrader, type WebSocket } from 'ws';
import { listenForHttp, refuseUpgrade } from '../../engine/http-listener.js';
import { originAllowed } from '../../engine/http-origin.js';
import type { OscQueryOptions } from './options.js';
import { QueryClient } from './query-client.js';

/** What is answered to a GET: JSON, or a status without a body. */
export type Answer = { readonly json: unknown } | { readonly status: 204 | 400 | 404 };

/** What the surface does with requests and programs. */
export interface QueryHandler {
  /** @param path percent-decoded, without the query; @param query what stands behind `?`, empty where nothing does */
  answer(path: string, query: string): Answer;
  connected(client: QueryClient): void;
  saidText(client: QueryClient, text: string): void;
  saidBytes(client: QueryClient, bytes: Buffer): void;
}

const largestMessageBytes = 65536;

/**
 * HTTP and WebSocket at one port. Pages of other machines are let in by `origins` alone, and read nothing without it.
 * Thread: main. Blocks: no.
 */
export class QueryServer {
  /** Requests are answered while there is one. */
  handler: QueryHandler | undefined;
  readonly clients = new Set<QueryClient>();
  private readonly upgrader = new Upgrader({ noServer: true, maxPayload: largestMessageBytes, perMessageDeflate: false, clientTracking: false });
  private lastNumber = 0;

  private constructor(
    private readonly http: Server,
    private readonly options: OscQueryOptions,
  ) {
    http.on('request', (request, response) => this.request(request, response));
    http.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  /** Errors: `portUnavailable`. */
  static async open(options: OscQueryOptions): Promise<QueryServer> {
    return new QueryServer(await listenForHttp(options.listen, 'OSCQuery'), options);
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  dismiss(): void {
    for (const client of this.clients) client.close();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    this.handler = undefined;
    for (const client of this.clients) client.terminate();
    this.http.closeAllConnections();
    await closed;
  }

  private request(request: IncomingMessage, response: ServerResponse): void {
    const { origin } = request.headers;
    const headers = origin !== undefined && originAllowed(origin, this.options.origins) ? { 'access-control-allow-origin': origin, vary: 'Origin' } : {};
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...headers, allow: 'GET, HEAD' }).end();
      return;
    }
    const answer = this.answerTo(request.url ?? '/');
    if ('status' in answer) response.writeHead(answer.status, headers).end();
    else response.writeHead(200, { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(answer.json));
  }

  private answerTo(url: string): Answer {
    const [target] = url.split('#');
    const [path, query = ''] = target.split(/\?(.*)/s);
    try {
      return this.handler?.answer(decodeURIComponent(path), query) ?? { status: 404 };
    } catch (cause) {
      if (cause instanceof URIError) return { status: 400 };
      throw cause;
    }
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A program may hang up before it is answered; nothing is lost with it.
    socket.on('error', () => socket.destroy());
    if (!originAllowed(request.headers.origin, this.options.origins)) refuseUpgrade(socket, 403, 'This origin may not connect; see the option "origins".');
    else if (this.handler === undefined) refuseUpgrade(socket, 503, 'The engine is not ready.');
    else if (this.clients.size >= this.options.maximumClients) refuseUpgrade(socket, 503, 'Too many clients are connected.');
    else this.upgrader.handleUpgrade(request, socket, head, (accepted) => this.admit(accepted));
  }

  private admit(socket: WebSocket): void {
    this.lastNumber += 1;
    const client = new QueryClient(this.lastNumber, socket);
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.handler?.saidBytes(client, data);
      else this.handler?.saidText(client, data.toString());
    });
    // A frame that breaks the protocol: ws closes the connection with the code that says why.
    socket.on('error', () => undefined);
    socket.on('close', () => this.clients.delete(client));
    this.clients.add(client);
    this.handler?.connected(client);
  }
}
