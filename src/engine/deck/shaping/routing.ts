import { drumChannel } from '../../music/note.js';

/** What happens to a deck's drums: nothing, they go to the deck's channel like all else, or they are left out. */
export const drumTreatments = ['as-written', 'same-channel', 'off'] as const;
export type DrumTreatment = (typeof drumTreatments)[number];

/** Which MIDI channel a deck plays on. */
export interface Routing {
  /** 0: as written; 1..16: everything goes there, as musicians count channels. */
  readonly channel: number;
  readonly drums: DrumTreatment;
}

/**
 * The channel, 0..15, that something written for `channel` goes to; `undefined` where it is left out.
 * @example routedChannel(0, { channel: 3, drums: 'as-written' }) // → 2
 */
export function routedChannel(channel: number, routing: Routing): number | undefined {
  const folded = routing.channel === 0 ? channel : routing.channel - 1;
  if (channel !== drumChannel) return folded;
  if (routing.drums === 'off') return undefined;
  return routing.drums === 'same-channel' ? folded : channel;
}
