import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const measurements = ['quality', 'likelihood', 'compose'];

/**
 * The shipped packs in their order, each of which says its own, as docs/models.md tells of them: pack.json, the text of README.md, whether there is a
 * picture, and what benches wrote into `figures/`.
 * @param {string} root of the repository
 */
export function readPacks(root) {
  const folder = join(root, 'models');
  const packs = readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'pack.json')))
    .sort()
    .map((name) => ({
      manifest: JSON.parse(readFileSync(join(folder, name, 'pack.json'), 'utf8')),
      readme: textOf(join(folder, name, 'README.md')),
      hasPicture: existsSync(join(root, 'docs', 'images', `${name}.svg`)),
      figures: Object.fromEntries(measurements.flatMap((each) => figuresOf(join(folder, name, 'figures', `${each}.json`), each))),
    }));
  return packs.sort((a, b) => a.manifest.order - b.manifest.order);
}

function figuresOf(file, name) {
  return existsSync(file) ? [[name, JSON.parse(readFileSync(file, 'utf8'))]] : [];
}

function textOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
