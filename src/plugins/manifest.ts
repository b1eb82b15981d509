import type { PluginDescriptor } from '../engine/contracts/plugin.js';
import { linkTransport } from '../transports/link/descriptor.js';
import { midiTransport } from '../transports/midi/descriptor.js';
import { oscTransport } from '../transports/osc/descriptor.js';
import { oscQueryTransport } from '../transports/oscquery/descriptor.js';
import { websocketTransport } from '../transports/websocket/descriptor.js';
import { decoderLm } from './models/decoder-lm/descriptor.js';
import { eventLm } from './models/event-lm/descriptor.js';
import { perlin } from './models/perlin/descriptor.js';
import { phraseMamba } from './models/phrase-mamba/descriptor.js';
import { remote } from './models/remote/descriptor.js';
import { beatKmeans } from './tokenizers/beat-kmeans/descriptor.js';
import { miditok } from './tokenizers/remi-bpe/miditok/descriptor.js';
import { remiBpe } from './tokenizers/remi-bpe/descriptor.js';
import { skytntEvents } from './tokenizers/skytnt-events/descriptor.js';
import { theremin } from './tokenizers/theremin/descriptor.js';

/** The plugins that come with the engine. Adding one is a folder and a line here. */
export const builtInPlugins: readonly PluginDescriptor[] = [
  skytntEvents,
  beatKmeans,
  remiBpe,
  miditok,
  theremin,
  decoderLm,
  eventLm,
  phraseMamba,
  remote,
  perlin,
  midiTransport,
  oscTransport,
  oscQueryTransport,
  websocketTransport,
  linkTransport,
];
