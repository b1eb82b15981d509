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
const beatMicros = 500_000;

/** Composes a beat at a time, and calls before each. */
class PiecewiseComposer extends NullComposer {
  spans = 0;
  before: () => Promise<void> | void = () => undefined;
  private reached = 0;

  override async prime(...[history, atBeat]: Parameters<NullComposer['prime']>): Promise<void> {
    this.reached = atBeat;
    await super.prime(history, atBeat);
  }

  override async compose(...[untilBeat, controls, stopped]: Parameters<NullComposer['compose']>): Promise<ComposedSpan> {
    this.spans += 1;
    await this.before();
    this.reached = Math.min(untilBeat, this.reached + 1);
    return super.compose(this.reached, controls, stopped);
  }

  override async rewind(toBeat: number): Promise<void> {
    this.reached = Math.min(this.reached, toBeat);
    await super.rewind(toBeat);
  }
}

/** At beat 101 a deck that has planned two beats ahead is about to go back by a bar at beat 108. */
async function aboutToGoBack() {
  const composer = new PiecewiseComposer();
  await composer.prepare();
  const clock = new VirtualClock();
  const parameters = new ParameterStore();
  const sender = new LocalSender(clock, { timeline });
  const ensemble = new Ensemble({ clock, sender, voices: oneAmongOthers(composer), parameters, timeline }, 1);
  parameters.publish('horizon', 2);
  parameters.publish('commit', 4);
  const [deck] = ensemble.decks;
  clock.advanceTo(90 * beatMicros);
  ensemble.transport({ type: 'continue', beat: 90, micros: clock.now() });
  await deck.load('null', 'now');
  await deck.settled();
  for (let beat = 90; beat <= 101; beat += 0.5) {
    clock.advanceTo(beat * beatMicros);
    await deck.settled();
  }
  const planned = (): readonly number[] => deck.plan.from(-Infinity).notes.map(({ beat }) => beat);
  return { composer, clock, ensemble, deck, parameters, planned, rewind: () => parameters.write('deck/1/rewind', [1], 'test') };
}

describe('a rewind that is under way', () => {
  for (const by of [80, -80]) {
    it(`goes on up to its bar, no more and no less, where the host jumps by ${by} beats`, async () => {
      const { composer, clock, ensemble, deck, planned, rewind } = await aboutToGoBack();
      const spans = composer.spans;
      composer.before = () => {
        if (composer.spans !== spans + 2) return;
        ensemble.follow({ ...timeline, beatOrigin: 101 + by, timeOrigin: clock.now() });
      };
      const rewound = rewind();
      await deck.settled();
      await rewound;
      assert.ok(composer.spans - spans < 14, `${composer.spans - spans} spans`);
      for (let beat = 101; beat < 112; beat += 0.5) {
        clock.advanceTo(beat * beatMicros);
        await deck.settled();
      }
      assert.deepEqual(planned().filter((beat) => beat >= 101 + by && beat < 113 + by), range(101 + by, 113 + by));
      await ensemble.dispose();
    });
  }

  it('goes on up to its bar where a knob is turned', async () => {
    const { composer, clock, ensemble, deck, parameters, planned, rewind } = await aboutToGoBack();
    const spans = composer.spans;
    let turned: Promise<void> | undefined;
    composer.before = () => {
      if (composer.spans === spans + 2) turned = parameters.write('deck/1/low-pitch', [90], 'test');
    };
    const rewound = rewind();
    await deck.settled();
    await rewound;
    await turned;
    for (let beat = 101; beat < 112; beat += 0.5) {
      clock.advanceTo(beat * beatMicros);
      await deck.settled();
    }
    assert.deepEqual(planned().filter((beat) => beat >= 101 && beat < 113), range(101, 113));
    assert.ok(deck.plan.from(108).notes.every(({ pitch }) => pitch >= 90));
    await ensemble.dispose();
  });

  it('is given up where the deck is to be silent meanwhile', async () => {
    const { composer, ensemble, deck, parameters, rewind } = await aboutToGoBack();
    const spans = composer.spans;
    composer.before = () => {
      if (composer.spans !== spans + 2) return;
      parameters.publish('deck/1/play-mode', 'answer');
      deck.modes.look();
    };
    const rewound = assert.rejects(rewind(), /Deck 1 plays nothing by itself now/);
    await deck.settled();
    await rewound;
    assert.ok(composer.spans <= spans + 3, `${composer.spans - spans} spans`);
    await ensemble.dispose();
  });

  it('is given up where another pack takes over, whose music stands', async () => {
    const { composer, clock, ensemble, deck, planned, rewind } = await aboutToGoBack();
    const spans = composer.spans;
    let newcomer: Promise<void> | undefined;
    composer.before = async () => {
      if (composer.spans !== spans + 2) return;
      newcomer = deck.load('other', 'beat');
      for (let turn = 0; deck.pack === 'null' && turn < 200; turn += 1) {
        clock.advanceTo(clock.now() + 10_000);
        ensemble.advance();
        await new Promise(setImmediate);
      }
    };
    const rewound = assert.rejects(rewind(), /Deck 1 is played by another pack by now/);
    await deck.settled();
    await rewound;
    await newcomer;
    assert.equal(composer.spans, spans + 2);
    const now = ensemble.session.beat();
    for (let step = 1; step < 12; step += 1) {
      clock.advanceTo(clock.now() + beatMicros / 2);
      await deck.settled();
    }
    const until = Math.floor(ensemble.session.beat());
    const first = Math.ceil(now) + 1;
    assert.deepEqual(planned().filter((beat) => beat >= first && beat < until), range(first, until));
    await ensemble.dispose();
  });
});
