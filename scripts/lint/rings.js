import { join, posix, relative, sep } from 'node:path';

/**
 * Who may import whom, by folder below src/. First match wins; `reaches` lists folders besides the file's own home.
 * The plugin manifest is the one place that knows every plugin.
 */
const everything = ['engine', 'plugins', 'transports', 'cli'];
const rings = [
  { home: /^(engine\/(?:music|time))\//, reaches: ['engine/music', 'engine/time'], packages: false, name: 'music and time' },
  { home: /^(engine)\//, reaches: [], packages: true, name: 'the engine' },
  { home: /^plugins\/manifest\.ts$/, reaches: everything, packages: true, name: 'the plugin manifest' },
  { home: /^(plugins\/[^/]+\/[^/]+)\//, reaches: ['engine'], packages: true, name: 'a plugin' },
  { home: /^(transports\/[^/]+)\//, reaches: ['engine'], packages: true, name: 'a transport' },
  { home: /^(cli)\//, reaches: ['engine', 'plugins/manifest'], packages: true, name: 'the command line' },
  { home: /^/, reaches: everything, packages: true, name: 'the package' },
];

/**
 * One sentence when a file of src/ may not import a specifier, `undefined` when it may.
 * @param {string} file      path below src/, with `/`
 * @param {string} specifier as written in the import
 * @example importFault('engine/deck/deck.ts', '../../plugins/models/perlin/module.js') // 'the engine must not import …'
 */
export function importFault(file, specifier) {
  const ring = rings.find(({ home }) => home.test(file));
  if (!specifier.startsWith('.')) {
    return ring.packages ? undefined : `${ring.name} are pure values and import no package (${specifier})`;
  }
  const target = posix.join(posix.dirname(file), specifier).replace(/\.js$/, '');
  const home = ring.home.exec(file)?.[1];
  const reachable = [...(home ? [home] : []), ...ring.reaches];
  if (reachable.some((folder) => target === folder || target.startsWith(`${folder}/`))) return undefined;
  if (home === undefined && !target.includes('/')) return undefined;
  return `${ring.name} (${file}) must not import ${target}: it may reach ${reachable.join(', ')}`;
}

/** Enforces {@link importFault} on static, dynamic and type imports, re-exports and `new URL('…', import.meta.url)`. */
export const ringRule = {
  meta: { type: 'problem', schema: [], messages: { ring: '{{fault}}' } },
  create(context) {
    const file = relative(join(context.cwd, 'src'), context.filename).split(sep).join('/');
    if (file.startsWith('..')) return {};
    const check = (node) => {
      if (node?.type !== 'Literal' || typeof node.value !== 'string') return;
      const fault = importFault(file, node.value);
      if (fault) context.report({ node, messageId: 'ring', data: { fault } });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
      NewExpression: (node) => {
        if (node.callee.name === 'URL' && node.arguments.length === 2) check(node.arguments[0]);
      },
    };
  },
};
