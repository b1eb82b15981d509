import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Voice, VoiceSource } from '../../../src/engine/deck/voice.js';
import { OfflineTake } from '../../../src/engine/rendering/offline-take.js';
import { NumberedVoices } from './numbered-voices.js';

/** Packs that recommend a temperature and a top-p. */
class ColdVoices extends NumberedVoices {
  override async open(...asked: Parameters<VoiceSource['open']>): Promise<Voice> {
    return { ...(await super.open(...asked)), sampling: { temperature: 0.9, topP: 0.5 } };
  }
}

describe('what a pack recommends', () => {
  it('holds for what nobody has set, and not for what was set, be it to what it was', async () => {
    const offline = new OfflineTake(new ColdVoices(), 120);
    const { parameters } = offline;
    await parameters.write('deck/1/temperature', [1], 'scene');
    await offline.start('1');
    const figures = (): unknown[] => ['temperature', 'top-p'].map((name) => parameters.get(`deck/1/${name}`));
    assert.deepEqual(figures(), [1, 0.5]);
  });
});
