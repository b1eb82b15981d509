import { readFileSync } from 'node:fs';
import { ContinuoError } from '../../../engine/errors.js';
import type { RemoteOptions } from './options.js';

/** Where a server is, and what it wants to see with every request. */
export interface ServerAddress {
  readonly url: URL;
  /** As a performer calls it: `host:port`. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly authority: string | undefined;
}

/** What decides where a pack may connect to, and as whom. */
export interface AddressGround {
  /** `host` or `host:port`, from the performer's configuration. */
  readonly allowedHosts: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Path of certificates (PEM) that come with the pack. */
  readonly authorityFile?: string;
}

/**
 * The address a pack asks for, if the performer allows it. Thread: any. Blocks: while the certificates are read.
 * Errors: `deviceUnavailable` where the host is not allowed, the token is missing or would be sent in the clear, or the
 * certificates cannot be read.
 */
export function serverAddress(options: RemoteOptions, { allowedHosts, environment, authorityFile }: AddressGround): ServerAddress {
  const url = new URL(options.url);
  const name = `${url.hostname}:${portOf(url)}`;
  if (!allowedHosts.some((entry) => [name, url.hostname].includes(entry.toLowerCase()))) {
    throw refused(`the pack computes on the server ${name}, and the configuration allows no connection to it; if you trust it, add "${name}" to inference.allowedHosts`);
  }
  return { url, name, headers: authorisation(options, url, name, environment), authority: authorityOf(authorityFile) };
}

function authorisation(options: RemoteOptions, url: URL, name: string, environment: AddressGround['environment']): Record<string, string> {
  const { tokenVariable } = options;
  if (tokenVariable === undefined) return {};
  const token = environment[tokenVariable];
  if (token === undefined || token === '') {
    throw refused(`the server ${name} wants a token; put it into the environment variable ${tokenVariable}`);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) throw refused(`the token in ${tokenVariable} has characters no header can carry; copy it again`);
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) {
    throw refused(`the token for ${name} would travel in the clear; serve it over https and correct the url in pack.json`);
  }
  return { authorization: `Bearer ${token}` };
}

function authorityOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw refused(`the certificates ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function portOf(url: URL): string {
  if (url.port !== '') return url.port;
  return url.protocol === 'https:' ? '443' : '80';
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function refused(sentence: string): ContinuoError {
  return new ContinuoError('deviceUnavailable', sentence);
}
