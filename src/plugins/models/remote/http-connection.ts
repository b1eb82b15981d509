import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ServerAddress } from './server-address.js';

export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  /** Below the server's url, without a leading slash, e.g. `v2/health/ready`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** More than this is not read. */
  readonly largestBytes: number;
  /** Ends the exchange; its reason is what the promise is rejected with. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** The connection broke, or none could be made. */
export class ConnectionFault extends Error {
  constructor(
    sentence: string,
    /** An old connection that the server had closed meanwhile, as it may: nothing is wrong yet. */
    readonly wasStale: boolean,
    options?: ErrorOptions,
  ) {
    super(sentence, options);
    this.name = 'ConnectionFault';
  }
}

/** The server said more than it was asked for. */
export class AnswerTooLarge extends Error {}

/** Kept open between requests, so that a request costs one round trip; one more is for probes. */
const mostSockets = 4;

/**
 * HTTP with one server, over connections that are kept. Redirects are not followed and proxies not asked: the host that
 * was allowed is the host that is reached. Thread: any. Blocks: no.
 */
export class HttpConnection {
  private readonly agent: HttpAgent;
  private readonly base: string;
  private readonly secure: boolean;

  constructor(private readonly address: ServerAddress) {
    const { url, authority } = address;
    this.secure = url.protocol === 'https:';
    this.base = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
    const common = { keepAlive: true, maxSockets: mostSockets, scheduling: 'lifo' } as const;
    this.agent = this.secure ? new HttpsAgent({ ...common, ca: authority }) : new HttpAgent(common);
  }

  /** Errors: {@link ConnectionFault}, {@link AnswerTooLarge}, the signal's reason. Any status is an answer. */
  ask(question: HttpQuestion): Promise<HttpAnswer> {
    const { signal } = question;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(asError(signal.reason));
      const request = this.open(question);
      const end = (): void => signal.removeEventListener('abort', abort);
      const fail = (error: Error): void => {
        end();
        reject(error);
        request.destroy();
      };
      const abort = (): void => fail(asError(signal.reason));
      signal.addEventListener('abort', abort, { once: true });
      request.on('error', (cause) => fail(faultOf(cause, request)));
      request.on('response', (response) => {
        read(response, question.largestBytes).then(
          (answer) => {
            end();
            resolve(answer);
          },
          (cause: Error) => fail(cause instanceof AnswerTooLarge ? cause : faultOf(cause, request)),
        );
      });
      request.end(question.body);
    });
  }

  /** Breaks whatever is under way. */
  close(): void {
    this.agent.destroy();
  }

  private open({ method, path, headers, body }: HttpQuestion): ClientRequest {
    const { url } = this.address;
    const options: RequestOptions = {
      method,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? undefined : url.port,
      path: this.base + path,
      headers: { ...this.address.headers, ...headers, ...(body && { 'content-length': String(body.length) }) },
      agent: this.agent,
    };
    return this.secure ? httpsRequest(options) : httpRequest(options);
  }
}

async function read(response: IncomingMessage, largestBytes: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  if (Number(response.headers['content-length'] ?? 0) > largestBytes) throw new AnswerTooLarge(`more than ${largestBytes} bytes`);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestBytes) throw new AnswerTooLarge(`more than ${largestBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks, bytes) };
}

function faultOf(cause: Error, request: ClientRequest): ConnectionFault {
  const { code } = cause as NodeJS.ErrnoException;
  return new ConnectionFault(wordsFor(code) ?? cause.message, request.reusedSocket && code === 'ECONNRESET', { cause });
}

function wordsFor(code: string | undefined): string | undefined {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ECONNRESET: 'the connection broke',
    EPIPE: 'the connection broke',
    ENOTFOUND: 'there is no host of that name',
    EAI_AGAIN: 'its name cannot be looked up now',
    EHOSTUNREACH: 'no way leads to it',
    ENETUNREACH: 'there is no network',
    ETIMEDOUT: 'it does not answer',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; put it into the pack as model.files.authority',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by itself; put it into the pack as model.files.authority',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody known here; put the signer into the pack as model.files.authority',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  };
  return code === undefined ? undefined : words[code];
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
