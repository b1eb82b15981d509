import { WebSocket } from 'ws';
import { ContinuoError } from '../../engine/errors.js';
import type { Parameter, ParameterValue } from '../../engine/parameters/parameter.js';

const patienceMilliseconds = 5000;

/** An entry of the engine's table at its address. */
export type Listing = Parameter & { readonly address: string; readonly value?: ParameterValue };

/** What the engine says, as far as the command line listens. */
export type EngineMessage =
  | { readonly type: 'hello'; readonly version: string; readonly parameters: readonly Listing[] }
  | { readonly type: 'capabilities'; readonly id?: number; readonly parameters: readonly Listing[] }
  | { readonly type: 'value'; readonly id?: number; readonly address: string; readonly value: ParameterValue }
  | { readonly type: 'values'; readonly id?: number; readonly values: Readonly<Record<string, ParameterValue>> }
  | { readonly type: 'reply'; readonly id?: number; readonly address: string; readonly values: readonly ParameterValue[] }
  | { readonly type: 'event'; readonly event: { readonly type: string } }
  | { readonly type: 'error'; readonly id?: number; readonly code: number; readonly text: string }
  | { readonly type: 'done'; readonly id?: number };

/** What an engine says is wrong, with the number that protocol.md has for it. */
export class EngineRefusal extends Error {
  constructor(
    readonly code: number,
    text: string,
  ) {
    super(`${text} (${code})`);
  }
}

/** A running engine, over its WebSocket. */
export class EngineConnection {
  /** Called with what comes by itself. */
  heard: (message: EngineMessage) => void = () => undefined;
  /** Resolves when the engine has gone, or the connection is closed, with the error that says so: `deviceLost`. */
  readonly closed: Promise<ContinuoError>;
  private readonly waiting = new Map<number, { readonly resolve: (answer: EngineMessage) => void; readonly reject: (error: Error) => void }>();
  private lastId = 0;
  private greeted: (listings: readonly Listing[]) => void = () => undefined;

  private constructor(
    private readonly socket: WebSocket,
    private readonly place: string,
  ) {
    socket.on('message', (data: Buffer) => this.receive(JSON.parse(data.toString()) as EngineMessage));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        const loss = gone(place);
        for (const { reject } of this.waiting.values()) reject(loss);
        this.waiting.clear();
        resolve(loss);
      });
    });
  }

  /** Resolves with the connection and the table. Errors: `deviceUnavailable` where no engine answers. */
  static async open(host: string, port: number): Promise<{ readonly engine: EngineConnection; readonly table: readonly Listing[] }> {
    const place = `ws://${host}:${port}`;
    const socket = new WebSocket(place, { handshakeTimeout: patienceMilliseconds });
    const engine = new EngineConnection(socket, place);
    const table = await new Promise<readonly Listing[]>((resolve, reject) => {
      engine.greeted = resolve;
      socket.once('error', (cause) => reject(absent(place, cause)));
      socket.once('close', () => reject(gone(place)));
    });
    return { engine, table };
  }

  /** Resolves with what is answered. Errors: what the engine says is wrong; `deviceLost` when it goes. */
  ask(message: object): Promise<EngineMessage> {
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      if (this.socket.readyState !== WebSocket.OPEN) {
        reject(gone(this.place));
        return;
      }
      this.waiting.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ ...message, id }));
    });
  }

  /** The table as it is now. Errors: as {@link ask}. */
  async list(): Promise<readonly Listing[]> {
    const answer = await this.ask({ type: 'capabilities' });
    return answer.type === 'capabilities' ? answer.parameters : [];
  }

  close(): void {
    this.socket.close();
  }

  private receive(message: EngineMessage): void {
    if (message.type === 'hello') this.greeted(message.parameters);
    const waiting = 'id' in message && message.id !== undefined ? this.waiting.get(message.id) : undefined;
    if (waiting === undefined || !('id' in message) || message.id === undefined) {
      this.heard(message);
      return;
    }
    this.waiting.delete(message.id);
    if (message.type === 'error') waiting.reject(new EngineRefusal(message.code, message.text));
    else waiting.resolve(message);
  }
}

function absent(place: string, cause: Error): ContinuoError {
  const reason = (cause as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'nothing listens there' : cause.message;
  return new ContinuoError(
    'deviceUnavailable',
    `No engine answers at ${place}: ${reason}. Start it with \`npm start\`, or say where it is with --config, --host or --port.`,
    { cause },
  );
}

function gone(place: string): ContinuoError {
  return new ContinuoError('deviceLost', `The engine at ${place} has gone.`);
}
