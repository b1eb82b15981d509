import { chooses, keeps } from '../../../engine/contracts/constraint-capabilities.js';
import type { PluginDescriptor } from '../../../engine/contracts/plugin.js';
import { optionsSchema } from './options.js';

export const perlin: PluginDescriptor = {
  kind: 'composer',
  name: 'perlin',
  summary: 'Melody, chords, bass and drums out of seeded Perlin noise and musical rules; needs no weights.',
  capabilities: ['weightless', ...keeps('pitchRange', 'channels', 'velocityRange', 'durationRange', 'maximumRestBeats', 'scale'), ...chooses('pitch', 'time', 'velocity')],
  optionsSchema,
  implementation: new URL('./module.js', import.meta.url).href,
};
