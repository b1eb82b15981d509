import { join } from 'node:path';
import { compileHelper } from './link/compile.js';
import { linkHeaders } from './link/headers.js';
import { repositoryRoot } from './setup/places.js';

const say = (line) => process.stderr.write(`build-link: ${line}\n`);
const folder = join(repositoryRoot, 'link-helper');
const target = join(folder, 'build', 'continuo-link');

try {
  const headers = linkHeaders(process.env, say);
  say('compiling, which takes some seconds');
  compileHelper({ source: join(folder, 'continuo-link.cpp'), target, headers });
  say(`${target} is ready`);
} catch (error) {
  say(error.message);
  process.exit(1);
}
