import type { PortWish } from './options.js';

/** What to do about a wished port: open it, or say in one sentence why not and what to do. */
export type PortPlan = { readonly open: PortWish } | { readonly off: string };

/** A port that is not our own. */
export type DeviceWish = Extract<PortWish, { device: string }>;

export type PortDirection = 'input' | 'output';

/**
 * The names that `wanted` may mean: exact matches if there are any, else those that contain it (whatever the case).
 * ALSA appends the port's address (`Synth:Port 1 24:0`), which changes from day to day: a name without it,
 * or the port's own part of it, is an exact match too.
 *
 * @example matchPorts('port 1', ['Synth:Port 1 24:0', 'Synth:Port 2 24:1']) // → ['Synth:Port 1 24:0']
 */
export function matchPorts(wanted: string, names: readonly string[]): readonly string[] {
  const exact = names.filter((name) => name === wanted);
  if (exact.length > 0) return exact;
  const withoutAddress = names.filter((name) => stableNames(name).includes(wanted));
  if (withoutAddress.length > 0) return withoutAddress;
  const lowerCase = wanted.toLowerCase();
  return names.filter((name) => name.toLowerCase().includes(lowerCase));
}

/**
 * Decides how a wished port is had on this system. On systems without virtual ports a port of exactly
 * that name, made with a loopback driver, stands in for it.
 */
export function planPort(wish: PortWish, direction: PortDirection, names: readonly string[], hasVirtualPorts: boolean): PortPlan {
  if ('virtual' in wish) {
    if (hasVirtualPorts) return { open: wish };
    if (names.includes(wish.virtual)) return { open: { device: wish.virtual } };
    return {
      off:
        `MIDI ${direction} is off: Windows has no virtual ports; make one called "${wish.virtual}" with loopMIDI ` +
        `(tobias-erichsen.de/software/loopmidi.html) and start again, or name a device: ${listed(names)}.`,
    };
  }
  const matches = matchPorts(wish.device, names);
  if (matches.length === 1) return { open: { device: matches[0] } };
  if (matches.length === 0) {
    return { off: `MIDI ${direction} is off: no port is called "${wish.device}"; there ${names.length === 1 ? 'is' : 'are'} ${listed(names)}.` };
  }
  return { off: `MIDI ${direction} is off: "${wish.device}" may mean ${listed(matches)}; give more of the name.` };
}

/** The device's name where it is there and no other may be meant. */
export function deviceIn({ device }: DeviceWish, names: readonly string[]): string | undefined {
  const matches = matchPorts(device, names);
  return matches.length === 1 ? matches[0] : undefined;
}

/** What a performer calls a port. */
export function nameOf(wish: PortWish): string {
  return 'virtual' in wish ? wish.virtual : wish.device;
}

function stableNames(name: string): readonly string[] {
  const address = / \d+:\d+$/.exec(name);
  if (!address) return [];
  const withoutAddress = name.slice(0, address.index);
  const colon = withoutAddress.indexOf(':');
  return colon < 0 ? [withoutAddress] : [withoutAddress, withoutAddress.slice(colon + 1)];
}

/** @example listed(['a', 'b']) // → '"a", "b"' */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}
