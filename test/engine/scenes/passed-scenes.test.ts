import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { until } from '../../transports/support/within.js';
import { TwoDeckStage } from './two-deck-stage.js';

const set = `scenes:
  - { name: One, at: 8-bars, decks: { 2: { pack: tiny-lm } } }
  - { name: Two, at: 8-bars, decks: { 2: { pack: tiny-lm-b } } }
  - { name: Three, at: bar, decks: { 1: { high-pitch: 60 } } }
  - { name: One again, at: bar, decks: { 2: { pack: tiny-lm } } }
`;

async function begin(context: TestContext) {
  const stage = await TwoDeckStage.begin(context, set);
  const { parameters } = stage;
  const write = (address: string, ...values: (string | number)[]): Promise<void> => parameters.write(address, values, 'test');
  await stage.playUntil(2);
  const waiting = (): string[] => [parameters.text('deck/2/cued'), parameters.text('deck/2/parked')];
  const isLoaded = (pack: string) => (): boolean => stage.ensemble.decks[1].waiting.isCued(pack);
  const isTaken = (pack: string) => (): boolean => stage.events.some((event) => event.type === 'swap' && event.stage === 'loading' && event.pack === pack);
  return { stage, write, waiting, isLoaded, isTaken };
}

describe('a scene that another takes the place of', () => {
  for (const [when, isLate] of [['as it is loaded', false], ['as it waits for its beat', true]] as const) {
    it(`leaves no pack cued, which makes room for others: ${when}`, async (context) => {
      const { stage, write, waiting, isLoaded, isTaken } = await begin(context);
      const passed = write('recall', 'One');
      await until('the pack is there', isLate ? isTaken('tiny-lm') : isLoaded('tiny-lm'));
      await stage.recall('recall', ['Three']);
      await stage.playUntil(12);
      await passed;
      await until('it may be freed', () => waiting().join() === ',tiny-lm');
      await write('cue-memory', 0);
      assert.deepEqual([waiting(), stage.faults], [['', ''], []]);
    });
  }

  it('leaves cued what was cued by hand', async (context) => {
    const { stage, write, waiting, isTaken } = await begin(context);
    await write('deck/2/cue', 'tiny-lm');
    const passed = write('recall', 'One');
    await until('the pack is taken', isTaken('tiny-lm'));
    await stage.recall('recall', ['Three']);
    await passed;
    await stage.playUntil(12);
    assert.deepEqual(waiting(), ['tiny-lm', '']);
  });

  it('lets its pack wait on for a scene that names it, too, and for no other', async (context) => {
    const { stage, write, waiting, isLoaded } = await begin(context);
    const passed: Promise<void>[] = [];
    for (const [scene, pack] of [['One', 'tiny-lm'], ['Two', 'tiny-lm-b'], ['One again', 'tiny-lm']]) {
      passed.push(write('recall', scene));
      await until('its pack is loaded', isLoaded(pack));
    }
    await stage.playUntil(14);
    await Promise.all(passed);
    await stage.playUntil(stage.ensemble.session.beat() + 6);
    assert.equal(stage.ensemble.decks[1].pack, 'tiny-lm');
    await until('the other may be freed', () => waiting()[0] === '' && waiting()[1].includes('tiny-lm-b'));
    await write('deck/2/cue', 'tiny-lm-b');
    await stage.recall('recall', ['Three']);
    assert.equal(waiting()[0], 'tiny-lm-b');
  });
});
