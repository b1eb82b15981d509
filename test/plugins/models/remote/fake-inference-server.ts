import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A tensor as it travels: numbers in the order of its rows. */
export interface WireTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface ServedModel {
  readonly inputs: readonly { name: string; datatype: string; shape: readonly number[] }[];
  readonly outputs: readonly { name: string; datatype: string; shape: readonly number[] }[];
  infer(inputs: ReadonlyMap<string, WireTensor>): Promise<readonly WireTensor[]>;
}

/** What becomes of a request before it is answered as it should be: `true` when that has been done. */
export type Mischief = (path: string, response: ServerResponse, request: IncomingMessage) => boolean | Promise<boolean>;

export interface FakeServerOptions {
  /** Like a server of the plain protocol: refuses bytes after the JSON. */
  readonly plainJson?: boolean;
  readonly announcesBinary?: boolean;
  /** Answers only requests with this bearer token. */
  readonly token?: string;
  readonly certificate?: { readonly key: string; readonly cert: string };
}

/**
 * A fake: a small server of the open inference protocol in place of a real one on a machine with a GPU. What it serves
 * may be real. Everything can be made to go wrong, at any moment.
 */
export class FakeInferenceServer {
  ready = true;
  mischief: Mischief = () => false;
  /** Paths asked for, in order. */
  readonly asked: string[] = [];
  readonly encodings: ('binary' | 'json')[] = [];
  connections = 0;
  port = 0;
  private server: Server | undefined;

  constructor(
    private readonly models: Readonly<Record<string, ServedModel>>,
    private readonly options: FakeServerOptions = {},
  ) {}

  get url(): string {
    return `${this.options.certificate ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  get inferences(): number {
    return this.asked.filter((path) => path.endsWith('/infer')).length;
  }

  /** On the port it had before, if it had one. */
  async start(): Promise<this> {
    const { certificate } = this.options;
    const listener = (request: IncomingMessage, response: ServerResponse): void => void this.serve(request, response);
    const server = certificate ? createSecureServer(certificate, listener) : createServer(listener);
    server.on('connection', () => (this.connections += 1));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  /** As a machine that loses its power: connections break. */
  async kill(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    this.asked.push(path);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      if (await this.mischief(path, response, request)) return;
      await this.answer(path, request, Buffer.concat(chunks), response);
    } catch (cause) {
      if (!response.destroyed && !response.headersSent) sendJson(response, 500, { error: String(cause) });
    }
  }

  private async answer(path: string, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const { token, announcesBinary = true } = this.options;
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) return sendJson(response, 401, { error: 'who are you' });
    if (path === '/v2/health/ready') return sendJson(response, this.ready ? 200 : 503, {});
    if (path === '/v2') return sendJson(response, 200, { name: 'fake', version: '1', extensions: announcesBinary ? ['sequence', 'binary_tensor_data'] : [] });
    const name = /^\/v2\/models\/([^/]+)/.exec(path)?.[1] ?? '';
    const model = this.models[name];
    if (!model) return sendJson(response, 404, { error: `Request for unknown model: '${name}' is not found` });
    if (!this.ready) return sendJson(response, 503, { error: 'not ready' });
    if (!path.endsWith('/infer')) return sendJson(response, 200, { name, versions: ['1'], platform: 'fake', inputs: model.inputs, outputs: model.outputs });
    const { inputs, wantsBinary } = this.read(request, body);
    this.encodings.push(wantsBinary ? 'binary' : 'json');
    send(response, name, await model.infer(inputs), wantsBinary);
  }

  private read(request: IncomingMessage, body: Buffer): { inputs: Map<string, WireTensor>; wantsBinary: boolean } {
    const head = request.headers['inference-header-content-length'];
    if (head !== undefined && this.options.plainJson) throw new Error('Extra data after JSON');
    const length = head === undefined ? body.length : Number(head);
    const json = JSON.parse(body.toString('utf8', 0, length));
    let at = length;
    const inputs = new Map<string, WireTensor>();
    for (const { name, datatype, shape, data, parameters } of json.inputs) {
      const bytes = parameters?.binary_data_size;
      const values = bytes === undefined ? data.flat(Infinity) : numbers(datatype, body.subarray(at, at + bytes));
      at += bytes ?? 0;
      if (values.length !== shape.reduce((size: number, axis: number) => size * axis, 1)) throw new Error(`${name} has a wrong size`);
      inputs.set(name, { name, datatype, shape, values });
    }
    if (at !== body.length) throw new Error('bytes that belong to no tensor');
    return { inputs, wantsBinary: json.outputs?.[0]?.parameters?.binary_data === true };
  }
}

/** Values of one element each, read as the protocol says: little-endian. */
function numbers(datatype: string, bytes: Buffer): number[] {
  const readers: Record<string, [number, (at: number) => number]> = {
    INT64: [8, (at) => Number(bytes.readBigInt64LE(at))],
    INT32: [4, (at) => bytes.readInt32LE(at)],
    FP32: [4, (at) => bytes.readFloatLE(at)],
    FP64: [8, (at) => bytes.readDoubleLE(at)],
  };
  const [width, read] = readers[datatype];
  return Array.from({ length: bytes.length / width }, (_, index) => read(index * width));
}

function toBytes({ datatype, values }: WireTensor): Buffer {
  if (datatype === 'FP32') return Buffer.from(Float32Array.from(values).buffer);
  if (datatype === 'FP16') return Buffer.from(Uint16Array.from(values).buffer);
  if (datatype === 'INT64') return Buffer.from(BigInt64Array.from(values, BigInt).buffer);
  return Buffer.from(Int32Array.from(values).buffer);
}

function send(response: ServerResponse, model: string, tensors: readonly WireTensor[], binary: boolean): void {
  const parts = binary ? tensors.map(toBytes) : [];
  const outputs = tensors.map(({ name, datatype, shape, values }, index) => {
    return { name, datatype, shape, ...(binary ? { parameters: { binary_data_size: parts[index].length } } : { data: values }) };
  });
  const head = Buffer.from(JSON.stringify({ model_name: model, model_version: '1', outputs }));
  const body = Buffer.concat([head, ...parts]);
  response.writeHead(200, {
    'content-type': binary ? 'application/octet-stream' : 'application/json',
    'content-length': body.length,
    ...(binary && { 'inference-header-content-length': head.length }),
  });
  response.end(body);
}

export function sendJson(response: ServerResponse, status: number, content: unknown): void {
  const body = JSON.stringify(content);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
