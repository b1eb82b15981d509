import { WebSocket } from 'ws';

/** What may wait for a program that does not read; past it changes are left out: the next one says what is. */
const maximumWaitingBytes = 1 << 20;

/** One connected program, and what it listens to. Thread: main. Blocks: no. */
export class QueryClient {
  private readonly listened = new Set<string>();

  constructor(
    readonly number: number,
    private readonly socket: WebSocket,
  ) {}

  /** @param path of an entry of the table: there are no more to listen to */
  listen(path: string): void {
    this.listened.add(path);
  }

  ignore(path: string): void {
    this.listened.delete(path);
  }

  listensTo(path: string): boolean {
    return this.listened.has(path);
  }

  /** A command as text, or OSC as bytes. */
  send(message: { readonly COMMAND: string; readonly DATA: unknown } | Buffer): void {
    if (this.socket.readyState !== WebSocket.OPEN || this.socket.bufferedAmount > maximumWaitingBytes) return;
    this.socket.send(Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  close(): void {
    this.socket.close(1001, 'The engine is going.');
  }

  terminate(): void {
    this.socket.terminate();
  }
}
