/**
 * One sentence when this Node is older than package.json asks for, `undefined` when it will do.
 * @param {string} version such as `20.9.0`
 * @param {string} range   such as `>=20.9`
 * @example nodeFault('18.19.0', '>=20.9') // 'Node 18.19.0 is too old: …'
 */
export function nodeFault(version, range) {
  const wanted = range.replace(/^>=\s*/, '');
  const difference = compareVersions(version, wanted);
  if (difference >= 0) return undefined;
  return `Node ${version} is too old: Continuo needs ${wanted} or newer (https://nodejs.org, or your package manager).`;
}

function compareVersions(left, right) {
  const leftParts = left.split('.').map(Number);
  const rightParts = right.split('.').map(Number);
  for (let index = 0; index < 3; index += 1) {
    const difference = (leftParts[index] ?? 0) - (rightParts[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
