import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer as Upgrader, type WebSocket } from 'ws';
import { listenForHttp, refuseUpgrade } from '../../engine/http-listener.js';
import { originAllowed } from '../../engine/http-origin.js';
import type { Clock } from '../../engine/time/clock.js';
import { Client } from './client.js';
import type { WebSocketOptions } from './options.js';
import { subjectOf, type ServerMessage } from './server-message.js';

/** What the surface does with clients. */
export interface ClientHandler {
  connected(client: Client): void;
  /** The connection is no more. */
  left(client: Client): void;
  /** A text message. */
  said(client: Client, text: string): void;
  /** A binary message. */
  saidBytes(client: Client): void;
}

/**
 * The sockets: who may connect, how many, how much may wait. A plain HTTP request is told to upgrade.
 * Thread: main. Blocks: no.
 */
export class WebSocketServer {
  /** Clients are let in while there is one. */
  handler: ClientHandler | undefined;
  /** Called with the number of clients whenever it changes. */
  counted: (clients: number) => void = () => undefined;
  private readonly upgrader: Upgrader;
  private readonly clients = new Set<Client>();
  private lastNumber = 0;

  private constructor(
    private readonly http: Server,
    private readonly options: WebSocketOptions,
    private readonly clock: Clock,
  ) {
    this.upgrader = new Upgrader({ noServer: true, maxPayload: options.maximumMessageBytes, perMessageDeflate: false, clientTracking: false });
    http.on('request', (_request, response) => {
      response.writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket', connection: 'close' });
      response.end('Continuo speaks WebSocket here.\n');
    });
    http.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  /** Errors: `portUnavailable`. */
  static async open(options: WebSocketOptions, clock: Clock): Promise<WebSocketServer> {
    return new WebSocketServer(await listenForHttp(options.listen, 'WebSocket'), options, clock);
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  /** Messages dropped for clients that are connected now. */
  get dropped(): number {
    return [...this.clients].reduce((sum, client) => sum + client.dropped, 0);
  }

  /** To everybody who wants to hear of it. */
  broadcast(message: ServerMessage): void {
    const subject = subjectOf(message);
    const interested = [...this.clients].filter((client) => message.type === 'hello' || client.wants(subject));
    if (interested.length === 0) return;
    const text = JSON.stringify(message);
    for (const client of interested) client.sendText(text, message);
  }

  /** Lets everybody go. */
  dismiss(reason: string): void {
    for (const client of this.clients) client.close(1001, reason);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    this.handler = undefined;
    for (const client of this.clients) client.terminate();
    this.http.closeAllConnections();
    await closed;
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer may hang up before it is answered; nothing is lost with it.
    socket.on('error', () => socket.destroy());
    if (!originAllowed(request.headers.origin, this.options.origins)) refuseUpgrade(socket, 403, 'This origin may not connect; see the option "origins".');
    else if (this.handler === undefined) refuseUpgrade(socket, 503, 'The engine is not ready.');
    else if (this.clients.size >= this.options.maximumClients) refuseUpgrade(socket, 503, 'Too many clients are connected.');
    else this.upgrader.handleUpgrade(request, socket, head, (accepted) => this.admit(accepted));
  }

  private admit(socket: WebSocket): void {
    this.lastNumber += 1;
    const client = new Client(this.lastNumber, socket, this.options.maximumWaitingBytes, this.clock);
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.handler?.saidBytes(client);
      else this.handler?.said(client, data.toString());
    });
    // A frame that breaks the protocol: ws closes the connection with the code that says why.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.clients.delete(client);
      this.handler?.left(client);
      this.counted(this.clients.size);
    });
    this.clients.add(client);
    this.counted(this.clients.size);
    this.handler?.connected(client);
  }
}
