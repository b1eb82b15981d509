import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './paths.js';

/** Version of what the wires say; it rises when something that programs rely on is taken away or changed. */
export const protocolVersion = 1;

/** Version of Continuo, from its package. */
export const continuoVersion: string = (JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { version: string }).version;
