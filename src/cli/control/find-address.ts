import { ContinuoError } from '../../engine/errors.js';
import { isPattern } from '../../engine/parameters/address-pattern.js';

const shownAtMost = 12;

/**
 * The address that a few letters stand for: itself; a pattern as it is; else the one address whose parts begin as those
 * given do. Where the engine has none, that of the first deck is meant.
 * Errors: `unknownAddress`, with those that come near or fit as well.
 *
 * @example findAddress(['bpm', 'deck/1/temperature'], 'd/1/temp') // → 'deck/1/temperature'
 * @example findAddress(['bpm', 'deck/1/temperature'], 'temp') // → 'deck/1/temperature'
 */
export function findAddress(addresses: readonly string[], given: string): string {
  const wanted = given.replace(/^\/continuo\/|^\//, '');
  if (isPattern(wanted) || addresses.includes(wanted)) return wanted;
  const onFirstDeck = `deck/1/${wanted}`;
  if (addresses.includes(onFirstDeck)) return onFirstDeck;
  for (const attempt of [wanted, onFirstDeck]) {
    const found = completions(addresses, attempt);
    const [first] = [...found].sort((a, b) => a.length - b.length);
    // `temperature` is meant rather than `temperature-pitch`.
    if (first !== undefined && found.every((address) => address === first || address.startsWith(`${first}-`))) return first;
    if (found.length > 0) throw new ContinuoError('unknownAddress', `"${given}" may mean ${listed(found)}: write more of it.`);
  }
  const last = wanted.split('/').at(-1) ?? wanted;
  const near = addresses.filter((address) => address.includes(last));
  throw new ContinuoError('unknownAddress', `There is no address "${given}"${near.length > 0 ? `; near it are ${listed(near)}` : ': `continuo ctl list` shows what there is'}.`);
}

/** The addresses of as many parts whose parts begin as those given do. Numbers of decks are whole. */
export function completions(addresses: readonly string[], given: string): readonly string[] {
  const parts = given.split('/');
  return addresses.filter((address) => {
    const known = address.split('/');
    return known.length === parts.length && parts.every((part, index) => (/^\d+$/.test(known[index]) ? known[index] === part : known[index].startsWith(part)));
  });
}

function listed(addresses: readonly string[]): string {
  const shown = addresses.slice(0, shownAtMost).join(', ');
  return addresses.length > shownAtMost ? `${shown} and ${addresses.length - shownAtMost} more` : shown;
}
