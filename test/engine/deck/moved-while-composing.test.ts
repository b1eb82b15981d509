import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposedSpan } from '../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import { Ensemble } from '../../../src/engine/ensemble.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { range } from './numbered-voices.js';
import { oneAmongOthers } from './one-among-others.js';

const timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
const horizon = 8;

/** Thinks for as long as it is told to. */
class HeldComposer extends NullComposer {
  private held: Promise<void> | undefined;
  private release: () => void = () => undefined;

  hold(): void {
    this.held = new Promise((resolve) => (this.release = resolve));
  }

  letGo(): void {
    this.held = undefined;
    this.release();
  }

  override async compose(...asked: Parameters<NullComposer['compose']>): Promise<ComposedSpan> {
    await this.held;
    return super.compose(...asked);
  }
}

/** A deck at beat 4 whose composer thinks of what comes next. */
async function thinkingDeck() {
  const composer = new HeldComposer();
  await composer.prepare();
  const clock = new VirtualClock();
  const parameters = new ParameterStore();
  const sender = new LocalSender(clock, { timeline });
  const ensemble = new Ensemble({ clock, sender, voices: oneAmongOthers(composer), parameters, timeline }, 1);
  parameters.publish('horizon', horizon);
  const [deck] = ensemble.decks;
  ensemble.transport({ type: 'start', beat: 0, micros: 0 });
  await deck.load('null', 'now');
  await deck.settled();
  clock.advanceTo(2_000_000);
  composer.hold();
  ensemble.advance();
  const write = (word: string, ...values: (string | number)[]): Promise<void> => parameters.write(`deck/1/${word}`, values, 'test');
  const settled = async (): Promise<void> => {
    composer.letGo();
    await deck.settled();
  };
  /** Beats of what is planned. */
  const planned = (): readonly number[] => deck.plan.from(-Infinity).notes.map(({ beat }) => beat);
  return { composer, clock, ensemble, deck, parameters, write, settled, planned };
}

describe('a deck whose host jumps while its composer thinks', () => {
  for (const beat of [100, 1]) {
    it(`goes on where the host is: at beat ${beat}`, async () => {
      const { clock, ensemble, deck, settled, planned } = await thinkingDeck();
      ensemble.follow({ ...timeline, beatOrigin: beat, timeOrigin: clock.now() });
      await settled();
      assert.deepEqual(planned().filter((each) => each >= beat && each < beat + horizon), range(beat, beat + horizon));
      assert.ok(deck.ahead.writtenUntil <= beat + horizon + 1, String(deck.ahead.writtenUntil));
      await ensemble.dispose();
    });
  }

  it('goes back to what it played, where the host is', async () => {
    const { clock, composer, ensemble, deck, parameters, write, settled, planned } = await thinkingDeck();
    await settled();
    parameters.publish('horizon', 2);
    parameters.publish('commit', 3);
    clock.advanceTo(5_000_000);
    composer.hold();
    const rewound = write('rewind', 1);
    ensemble.advance();
    ensemble.follow({ ...timeline, beatOrigin: 102, timeOrigin: clock.now() });
    await settled();
    await rewound;
    for (let beat = 102; beat < 112; beat += 0.5) {
      clock.advanceTo(clock.now() + 250_000);
      await settled();
    }
    assert.deepEqual(planned().filter((each) => each >= 102 && each < 112), range(102, 112));
    assert.ok(deck.ahead.writtenUntil < 118, String(deck.ahead.writtenUntil));
    await ensemble.dispose();
  });

  it('takes over where the host is, though a beat was named that lies elsewhere now', async () => {
    const { clock, ensemble, deck, settled, planned } = await thinkingDeck();
    const loaded = deck.load('other', 'bar', { atBeat: () => (ensemble.session.beat() < 40 ? 200 : undefined) });
    const micros = clock.now();
    ensemble.transport({ type: 'stop', beat: 4, micros });
    ensemble.transport({ type: 'locate', beat: 40, micros });
    await settled();
    await loaded;
    await settled();
    assert.deepEqual(planned().filter((beat) => beat >= 40), range(40, 40 + horizon));
    await ensemble.dispose();
  });

  it('writes nothing for what lies between, though it stands', async () => {
    const { clock, ensemble, deck, settled, planned } = await thinkingDeck();
    const micros = clock.now();
    ensemble.transport({ type: 'stop', beat: 4, micros });
    ensemble.transport({ type: 'locate', beat: 500, micros });
    await settled();
    assert.ok(planned().length <= 4 * horizon, `${planned().length} notes`);
    assert.deepEqual(deck.plan.from(500).notes.slice(0, horizon).map(({ beat }) => beat), range(500, 500 + horizon));
    await ensemble.dispose();
  });
});
