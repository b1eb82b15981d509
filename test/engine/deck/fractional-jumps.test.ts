import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { ComposeControls, ComposedSpan } from '../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import { Ensemble } from '../../../src/engine/ensemble.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';

/** Late in a song: where the host jumps back the composer counts more beats than the host, and the sum of the two is rounded. */
const from = 1500;
const timeline = { bpm: 120, beatOrigin: from, timeOrigin: 0 };
/** Less than a bar, so that the music that is planned does not reach to the same place in the bar and is moved by any part of a beat. */
const horizon = 6;
const beatsPerBar = 16;
/** Each composes a beat. */
const mostSpans = 4 * horizon;

class CountingComposer extends NullComposer {
  spans = 0;

  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    this.spans += 1;
    assert.ok(this.spans <= mostSpans, 'it composes again and again and comes no further');
    return super.compose(untilBeat, controls, stopped);
  }
}

it('composes on wherever the host jumps to, also where beats of the composer and of the host fall a hair beside each other', async () => {
  const composer = new CountingComposer();
  await composer.prepare();
  const voices = { fallback: undefined, open: async ({ pack }: { pack: string }) => ({ pack, composer, sampling: {} }) };
  const clock = new VirtualClock();
  const parameters = new ParameterStore();
  const sender = new LocalSender(clock, { timeline });
  const ensemble = new Ensemble({ clock, sender, voices, parameters, timeline }, 1);
  parameters.publish('horizon', horizon);
  parameters.publish('beats-per-bar', beatsPerBar);
  const [deck] = ensemble.decks;
  ensemble.transport({ type: 'continue', beat: from, micros: 0 });
  await deck.load('null', 'now');
  await deck.settled();
  await fc.assert(
    fc.asyncProperty(fc.double({ min: 0, max: from, noNaN: true }), async (beat) => {
      composer.spans = 0;
      const micros = clock.now();
      ensemble.follow({ ...timeline, beatOrigin: beat, timeOrigin: micros });
      ensemble.transport({ type: 'locate', beat, micros });
      await deck.settled();
      assert.ok(deck.aheadBeats > horizon - 2, `${deck.aheadBeats} beats ahead`);
      sender.advanceTo(micros + 2_000_000);
      await deck.settled();
    }),
    { numRuns: 300 },
  );
  await ensemble.dispose();
  await sender.close();
});
