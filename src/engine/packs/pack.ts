import type { PluginDescriptor } from '../contracts/plugin.js';
import type { PackManifest } from './pack-manifest.js';

/** What every surface may know of a pack on the shelf. */
export interface PackSummary {
  readonly name: string;
  readonly title: string;
  readonly family: string;
  readonly licence: string;
  /** Styles it can be asked for. Absent: none. */
  readonly styles?: readonly string[];
  /** Absolute folder; empty for packs that are built in. */
  readonly folder: string;
  /** One sentence when it cannot play here. */
  readonly fault?: string;
}

/** A plugin with what the pack gives it. */
export interface PluginUse {
  readonly plugin: PluginDescriptor;
  /** After the plugin's `optionsSchema`. */
  readonly options: unknown;
  /** Roles to absolute paths. */
  readonly files: Readonly<Record<string, string>>;
}

/** A pack whose form, plugins, options and file sizes are right; its hashes are checked when it is opened. */
export interface Pack {
  readonly summary: PackSummary;
  readonly composition:
    | { readonly kind: 'tokens'; readonly tokenizer: PluginUse; readonly model: PluginUse }
    | { readonly kind: 'composer'; readonly composer: PluginUse };
  /** The smallest stands first on the shelf. */
  readonly order: number;
  /** The pack that goes on where this one's device or server is lost; absent: this one, on the CPU. */
  readonly fallback?: string;
  readonly sampling: PackManifest['sampling'];
  readonly generation: PackManifest['generation'];
  readonly files: PackManifest['files'];
  /** Notes a beat of the music it was trained on, where it tells. */
  readonly usualNotesPerBeat?: number;
}
