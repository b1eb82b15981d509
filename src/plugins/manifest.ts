import type { PluginDescriptor } from '../engine/contracts/plugin.js';
import { skytntEvents } from './tokenizers/skytnt-events/descriptor.js';

/** The plugins that come with the engine. Adding one is a folder and a line here. */
export const builtInPlugins: readonly PluginDescriptor[] = [skytntEvents];
