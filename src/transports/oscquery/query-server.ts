import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer as Upgrader, type WebSocket } from 'ws';
import { listenForHttp } from '../../engine/http-listener.js';
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
const sameMachine = new Set(['localhost', '127.0.0.1', '[::1]']);

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
    const headers = origin !== undefined && this.allows(origin) ? { 'access-control-allow-origin': origin, vary: 'Origin' } : {};
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
    if (request.headers.origin !== undefined && !this.allows(request.headers.origin)) refuse(socket, 403);
    else if (this.handler === undefined || this.clients.size >= this.options.maximumClients) refuse(socket, 503);
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

  private allows(origin: string): boolean {
    if (this.options.origins.includes(origin)) return true;
    if (!URL.canParse(origin)) return false;
    const { protocol, hostname } = new URL(origin);
    return (protocol === 'http:' || protocol === 'https:') && sameMachine.has(hostname);
  }
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
