import type { Composer } from '../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import type { VoiceSource } from '../../../src/engine/deck/voice.js';

/** Voices of which `null` is this composer, and any other pack a new one without weights. */
export function oneAmongOthers(composer: Composer): VoiceSource {
  return {
    fallback: undefined,
    open: async ({ pack }) => {
      if (pack === 'null') return { pack, composer, sampling: {} };
      const newcomer = new NullComposer();
      await newcomer.prepare();
      return { pack, composer: newcomer, sampling: {} };
    },
  };
}
