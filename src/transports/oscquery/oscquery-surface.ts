import { z } from 'zod';
import type { ControlSurface, ParameterAccess } from '../../engine/contracts/control-surface.js';
import { ContinuoError } from '../../engine/errors.js';
import { addressesFor } from '../../engine/parameters/address-pattern.js';
import type { HostInfo } from './host-info.js';
import { addressOf, attributes, nodeAt, root, type Attribute } from './namespace.js';
import { errorFrame, frameOf, readFrame, replyFrame, type FrameMessage } from './osc-frame.js';
import type { QueryClient } from './query-client.js';
import type { Answer, QueryServer } from './query-server.js';

const commandSchema = z.object({ COMMAND: z.enum(['LISTEN', 'IGNORE']), DATA: z.string().max(256) });

/**
 * The parameter table as OSCQuery: GET describes it, LISTEN and IGNORE choose what a program is told, binary frames are OSC
 * in both directions. What is wrong is answered with the frame `/continuo/error number text`.
 * Thread: main. Blocks: no.
 */
export class OscQuerySurface implements ControlSurface {
  readonly name = 'oscquery';
  private unsubscribe: readonly (() => void)[] = [];

  constructor(
    private readonly server: QueryServer,
    private readonly info: () => HostInfo,
  ) {}

  attach(access: ParameterAccess): void {
    this.detach();
    this.server.handler = {
      answer: (path, query) => this.answer(access, path, query),
      connected: () => undefined,
      saidText: (client, text) => answering(client, () => command(access, client, text)),
      saidBytes: (client, bytes) => answering(client, () => readFrame(bytes).forEach((message) => perform(access, client, message))),
    };
    this.unsubscribe = [
      access.onChange((address, value) => {
        const path = `${root}/${address}`;
        const interested = [...this.server.clients].filter((client) => client.listensTo(path));
        if (interested.length === 0) return;
        const frame = frameOf(path, access.entry(address), value);
        for (const client of interested) client.send(frame);
      }),
      access.onAddresses((prefix) => {
        const path = `${root}/${prefix}`.replace(/\/$/, '');
        const isThere = access.addresses().some((address) => address.startsWith(prefix));
        for (const client of this.server.clients) {
          client.send({ COMMAND: isThere ? 'PATH_ADDED' : 'PATH_REMOVED', DATA: path });
          client.send({ COMMAND: 'PATH_CHANGED', DATA: path.slice(0, path.lastIndexOf('/')) });
        }
      }),
    ];
  }

  detach(): void {
    this.server.handler = undefined;
    for (const end of this.unsubscribe) end();
    this.unsubscribe = [];
    this.server.dismiss();
  }

  private answer(access: ParameterAccess, path: string, query: string): Answer {
    if (query === 'HOST_INFO') return { json: this.info() };
    if (query !== '' && !isAttribute(query)) return { status: 400 };
    const node = nodeAt(access, path);
    if (node === undefined) return { status: 404 };
    if (query === '') return { json: node };
    return node[query] === undefined ? { status: 204 } : { json: { [query]: node[query] } };
  }
}

function isAttribute(query: string): query is Attribute {
  return (attributes as readonly string[]).includes(query);
}

/** Errors: `badMessage`, `unknownAddress`. */
function command(access: ParameterAccess, client: QueryClient, text: string): void {
  const { COMMAND, DATA } = readCommand(text);
  const address = addressOf(DATA);
  if (COMMAND === 'IGNORE') {
    client.ignore(DATA);
    return;
  }
  if (address === undefined) throw outside(DATA);
  const entry = access.entry(address);
  client.listen(DATA);
  // What it read before may have changed since.
  if (entry.kind === 'value') client.send(frameOf(DATA, entry, access.get(address)));
}

function readCommand(text: string): z.output<typeof commandSchema> {
  try {
    return commandSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ContinuoError('badMessage', 'A text message is {"COMMAND": "LISTEN" or "IGNORE", "DATA": a path}; OSC goes into binary ones.', { cause });
  }
}

/** Errors: `unknownAddress`; what the table says is told later. */
function perform(access: ParameterAccess, client: QueryClient, { path, values }: FrameMessage): void {
  const pattern = addressOf(path);
  if (pattern === undefined) throw outside(path);
  for (const address of addressesFor(access.addresses(), pattern)) {
    const entry = access.entry(address);
    if (values.length === 0 && entry.kind === 'value') client.send(frameOf(`${root}/${address}`, entry, access.get(address)));
    else {
      access.ask(address, values, `oscquery:${client.number}`).then(
        (reply) => reply.length > 0 && client.send(replyFrame(`${root}/${address}`, reply)),
        (cause: unknown) => answerError(client, cause),
      );
    }
  }
}

function outside(path: string): ContinuoError {
  return new ContinuoError('unknownAddress', `There is nothing at ${path}: addresses begin with ${root}/.`);
}

function answering(client: QueryClient, attempt: () => void): void {
  try {
    attempt();
  } catch (cause) {
    answerError(client, cause);
  }
}

function answerError(client: QueryClient, cause: unknown): void {
  const { code, message } = ContinuoError.from(cause, 'badMessage');
  client.send(errorFrame(code, message));
}
