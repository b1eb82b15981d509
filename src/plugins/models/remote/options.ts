import { z } from 'zod';

/** A path segment that needs no escaping, as servers name models and versions. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be letters, digits, dots, dashes and underscores');

/** The engine gives up any run on another device after 10 s: by then a server must have been judged. */
const milliseconds = z.int().min(10).max(9000);

/** Where the model is served, and how long to wait for it. A pack holds no secrets: a token comes from the environment. */
export const optionsSchema = z.strictObject({
  /** `http://host:port` or `https://host:port`, with a path where the server is behind one; `/v2` is added. */
  url: z.string().refine(isServerUrl, 'must be http:// or https:// with host and port, without user, password, ? or #'),
  model: name,
  /** Absent: the one the server chooses. */
  version: name.optional(),
  /** The served model that writes a whole event in one request, where there is one: `gen_from_ids` of the same weights. */
  unitModel: name.optional(),
  /** Ids the model knows; the tokenizer must have as many. */
  vocabularySize: z.int().min(2),
  /** Ids it was trained to look back on. The whole context travels with each request. */
  contextTokens: z.int().min(16).max(65_536),
  /** How tensors travel: `auto` is binary where the server takes it. */
  encoding: z.enum(['auto', 'binary', 'json']).default('auto'),
  /** After so long without an answer the server is asked whether it still lives. */
  timeoutMilliseconds: milliseconds.default(1000),
  /** A server that lives may take so long for one request. */
  patienceMilliseconds: milliseconds.default(8000),
  /** A health probe may take so long. */
  probeMilliseconds: milliseconds.default(500),
  /** How often a request is sent again when the connection breaks or the server says that it cannot answer now. */
  retries: z.int().min(0).max(8).default(2),
  /**
   * The environment variable that holds the server's bearer token. Only names that begin with CONTINUO_REMOTE_ : a pack
   * must not be able to ask for any other secret of this machine.
   */
  tokenVariable: z.string().regex(/^CONTINUO_REMOTE_[A-Z0-9_]+$/, 'must be a name that begins with CONTINUO_REMOTE_').optional(),
});

export type RemoteOptions = z.output<typeof optionsSchema>;

function isServerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && [username, password, search, hash].every((part) => part === '');
}
