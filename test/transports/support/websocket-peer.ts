import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ServerMessage } from '../../../src/transports/websocket/server-message.js';
import { Inbox, within } from './within.js';

type MessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;

/** A program on the other end of the wire. */
export class WebSocketPeer {
  readonly heard = new Inbox<ServerMessage>();
  readonly closed: Promise<number>;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.heard.add(JSON.parse(data.toString()) as ServerMessage));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
  }

  static async open(port: number, origin?: string): Promise<WebSocketPeer> {
    const peer = new WebSocketPeer(new WebSocket(`ws://127.0.0.1:${port}`, { origin }));
    await within('the connection', once(peer.socket, 'open'));
    return peer;
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next message of a type. */
  next<Type extends ServerMessage['type']>(type: Type, wanted: (message: MessageOf<Type>) => boolean = () => true): Promise<MessageOf<Type>> {
    return this.heard.take(type, (message) => message.type === type && wanted(message as MessageOf<Type>)) as Promise<MessageOf<Type>>;
  }

  /** Sends something with an id and resolves with what is answered to it. */
  ask(message: object): Promise<ServerMessage> {
    const id = `ask ${(WebSocketPeer.asked += 1)}`;
    this.say({ ...message, id });
    return this.heard.take(`an answer to ${JSON.stringify(message)}`, (answer) => 'id' in answer && answer.id === id);
  }

  async close(): Promise<void> {
    this.socket.close();
    await within('the end of the connection', this.closed);
  }

  private static asked = 0;
}

/** What a refused connection is answered: the HTTP status. */
export async function refusal(port: number, origin?: string): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { origin });
  socket.on('error', () => undefined);
  return within(
    'a refusal',
    new Promise((resolve, reject) => {
      socket.on('unexpected-response', (_request, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      socket.on('open', () => reject(new Error('the connection was let in')));
    }),
  );
}
