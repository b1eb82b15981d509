import { once } from 'node:events';
import { decode, encode, Message } from 'node-osc';
import { WebSocket } from 'ws';
import { Inbox, within } from '../support/within.js';

export interface HeardFrame {
  readonly path: string;
  readonly values: readonly unknown[];
}

/** A program that browses the namespace. */
export class QueryPeer {
  readonly frames = new Inbox<HeardFrame>();
  readonly commands = new Inbox<{ readonly COMMAND: string; readonly DATA: unknown }>();
  readonly closed: Promise<number>;

  private constructor(
    readonly socket: WebSocket,
    private readonly port: number,
  ) {
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) {
        this.commands.add(JSON.parse(data.toString()) as { COMMAND: string; DATA: unknown });
        return;
      }
      const { address, args } = decode(data) as { address: string; args: readonly { readonly value: unknown }[] };
      this.frames.add({ path: address, values: args.map(({ value }) => value) });
    });
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
  }

  static async open(port: number): Promise<QueryPeer> {
    const peer = new QueryPeer(new WebSocket(`ws://127.0.0.1:${port}`), port);
    await within('the connection', once(peer.socket, 'open'));
    return peer;
  }

  get(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`);
  }

  say(COMMAND: string, DATA: unknown): void {
    this.socket.send(JSON.stringify({ COMMAND, DATA }));
  }

  send(path: string, ...values: readonly unknown[]): void {
    this.socket.send(encode(new Message(path, ...values)));
  }

  next(path: string): Promise<HeardFrame> {
    return this.frames.take(path, (frame) => frame.path === path);
  }

  async close(): Promise<void> {
    this.socket.close();
    await within('the end of the connection', this.closed);
  }
}
