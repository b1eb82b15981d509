import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Voice } from '../../../src/engine/deck/voice.js';
import { Stage } from './modes/stage.js';
import { beatsOf, NumberedVoices, range } from './numbered-voices.js';

/** Packs can be kept from being loaded for a while. */
class SlowVoices extends NumberedVoices {
  private letGo: () => void = () => undefined;
  private gate: Promise<void> = Promise.resolve();

  keep(): void {
    this.gate = new Promise((resolve) => (this.letGo = resolve));
  }

  release(): void {
    this.letGo();
  }

  override async open(...asked: Parameters<NumberedVoices['open']>): Promise<Voice> {
    const voice = await super.open(...asked);
    await this.gate;
    return voice;
  }
}

interface Twice {
  readonly voices: SlowVoices;
  readonly stage: Stage;
  text(word: string): string;
  does(word: string, ...values: readonly string[]): Promise<void>;
  /** Everything that was done has ended, and who is not needed is freed. */
  end(): Promise<void>;
}

async function playing(): Promise<Twice> {
  const voices = new SlowVoices();
  const stage = await Stage.with(voices, '1', {});
  const done: Promise<void>[] = [];
  return {
    voices,
    stage,
    text: (word) => stage.parameters.text(`deck/1/${word}`),
    does: (word, ...values) => {
      const doing = stage.parameters.write(`deck/1/${word}`, values, 'test');
      done.push(doing);
      return doing;
    },
    end: async () => {
      await Promise.all(done);
      await stage.ensemble.dispose();
      assert.ok(voices.opened.every(({ composer }) => composer.disposals === 1));
    },
  };
}

const turn = (): Promise<void> => new Promise(setImmediate);

describe('a pack that is asked for twice', () => {
  it('is not loaded again where it was cued', async () => {
    const { voices, stage, does, text, end } = await playing();
    await does('cue', '2');
    void does('load', '2', '8-bars');
    await stage.playUntil(1);
    void does('load', '2', 'bar');
    await stage.playUntil(7.9);
    assert.deepEqual([voices.loads, text('cued'), stage.deck.pack], [['1', '2'], '', '2']);
    assert.deepEqual([beatsOf(stage.played, 1), beatsOf(stage.played, 2)], [range(0, 4), range(4, 8)]);
    await end();
  });

  it('is not loaded again where another was asked for in between', async () => {
    const { voices, stage, does, end } = await playing();
    await does('cue', '2');
    void does('load', '2', '8-bars');
    await stage.playUntil(1);
    void does('load', '3', 'bar');
    void does('load', '2', 'bar');
    await stage.playUntil(8);
    assert.deepEqual([voices.loads.filter((pack) => pack === '2').length, stage.deck.pack], [1, '2']);
    await end();
  });

  it('is not loaded again where it is to come back', async () => {
    const { voices, stage, does, text, end } = await playing();
    void does('load', '2');
    await stage.playUntil(6);
    void does('back', '8-bars');
    await stage.playUntil(7);
    void does('back', 'bar');
    await stage.playUntil(14);
    assert.deepEqual([voices.loads, text('parked'), stage.deck.pack], [['1', '2'], '2', '1']);
    await end();
  });

  it('is not loaded again where it thaws', async () => {
    const { voices, stage, does, text, end } = await playing();
    await stage.playUntil(6);
    void does('freeze', '1');
    await stage.playUntil(12.5);
    void does('thaw');
    void does('thaw');
    await stage.playUntil(20);
    assert.deepEqual([voices.loads, text('parked'), stage.deck.pack, stage.parameters.number('deck/1/frozen')], [['1'], '', '1', 0]);
    await end();
  });

  it('is loaded once where it is still being loaded, or waits for its boundary', async () => {
    const { voices, stage, does, text, end } = await playing();
    voices.keep();
    void does('load', '2', '8-bars');
    void does('load', '2', '8-bars');
    await turn();
    voices.release();
    await stage.playUntil(1);
    void does('load', '2', 'bar');
    await stage.playUntil(8);
    assert.deepEqual([voices.loads, text('parked'), stage.deck.pack], [['1', '2'], '1', '2']);
    await end();
  });

  it('is loaded again where it is another by then', async () => {
    const { voices, stage, does, end } = await playing();
    void does('load', '2', '8-bars');
    await stage.playUntil(1);
    voices.edition = 'trained further';
    void does('load', '2', 'bar');
    await stage.playUntil(8);
    assert.deepEqual([voices.loads, stage.deck.pack], [['1', '2', '2'], '2']);
    await end();
  });
});
