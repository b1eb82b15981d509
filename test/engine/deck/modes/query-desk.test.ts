import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ComposeControls, NoteAnswer, NoteQuestion } from '../../../../src/engine/contracts/composer.js';
import { readQueryWishes, unmet, type QueryWishes } from '../../../../src/engine/deck/modes/query-wishes.js';
import type { Voice, VoiceRequest } from '../../../../src/engine/deck/voice.js';
import { ContinuoError } from '../../../../src/engine/errors.js';
import type { ParameterValue } from '../../../../src/engine/parameters/parameter.js';
import { asked, CountingComposer, query } from './queried.js';
import { AttentiveComposer, Stage } from './stage.js';

/** Counts how often it is asked for a note of some pitches: nobody has wished for that here. */
class RangedComposer extends AttentiveComposer {
  ranged = 0;

  override async nextNote(question: NoteQuestion, controls: ComposeControls): Promise<NoteAnswer> {
    if (controls.constraint.pitchRange) this.ranged += 1;
    return super.nextNote(question, controls);
  }
}

/** Finds no note beforehand before it is told to hurry. */
class BroodingComposer extends AttentiveComposer {
  begun = 0;
  private breakOff: () => void = () => undefined;

  override async nextNote(question: NoteQuestion, controls: ComposeControls, awaited?: () => boolean): Promise<NoteAnswer> {
    if (!awaited) return super.nextNote(question, controls);
    this.begun += 1;
    await new Promise<void>((resolve) => (this.breakOff = resolve));
    return { isInterrupted: true };
  }

  hurry(): void {
    this.breakOff();
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; !isSo(); looks += 1) {
    assert.ok(looks < 1000, 'it never comes to that');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

describe('a deck that is queried', () => {
  it('plays nothing by itself', async () => {
    const { stage } = await asked();
    await stage.playUntil(16);
    assert.deepEqual(stage.played, []);
    assert.equal(stage.deck.realTime.missedTicks, 0);
  });

  it('answers with pitch, velocity, beats from now, length and channel', async () => {
    const { ask } = await asked();
    assert.deepEqual(await ask(), [60, 80, 0, 0.5, 0, '']);
  });

  it('goes on from what it is told happened, in its beats', async () => {
    const { stage, ask, feed } = await asked();
    await feed(72, 90, 3.5, 0.5);
    await stage.deck.settled();
    await ask();
    const { history } = stage.composer.primed.at(-1) ?? assert.fail('never primed');
    assert.deepEqual(history.notes, [{ beat: 3.5, duration: 0.5, channel: 0, pitch: 72, velocity: 90 }]);
  });

  it('says that it is frozen, and answers when it is thawed; neither its loop nor its pack comes to harm', async () => {
    const stage = await Stage.begin({}, new CountingComposer());
    await stage.playUntil(4);
    const done: Promise<void>[] = [];
    const write = (word: string, ...values: readonly ParameterValue[]) => () => void done.push(stage.parameters.write(`deck/1/${word}`, values, 'test'));
    stage.at(5, write('freeze', 1));
    stage.at(10, write('play-mode', 'query'));
    await stage.playUntil(20);
    assert.equal(stage.parameters.number('deck/1/frozen'), 1);
    await assert.rejects(stage.parameters.ask('deck/1/query', [], 'test'), /Deck 1 is frozen: thaw it first/);
    stage.at(21, write('thaw'));
    await stage.playUntil(30);
    assert.equal((await stage.parameters.ask('deck/1/query', [], 'test')).length, 6);
    await Promise.all(done);
    assert.deepEqual(stage.events.filter(({ type }) => type === 'error'), []);
  });

  it('has the answer ready where the last one was played and nothing else', async () => {
    const { stage, composer, ask, feed } = await asked();
    for (let index = 0; index < 4; index += 1) {
      const before = composer.notes;
      const [pitch, velocity, beats, duration, channel] = await ask();
      assert.equal(composer.notes, before, 'no note was composed while it was waited for');
      await feed(pitch, velocity, beats, duration, channel);
      await stage.deck.settled();
    }
  });

  it('has the answers ready under the wishes of the last four queries, as if there had been no time for it', async () => {
    const { stage, composer, ask, feed } = await asked();
    const voices = [40, 50, 60, 70].map((low) => ['low-pitch', low] as const);
    for (const wishes of voices) await ask(...wishes);
    await feed(72, 90, 1, 0.5);
    await stage.deck.settled();
    const before = composer.notes;
    const ready = await ask(...voices[0]);
    assert.equal(composer.notes, before, 'no note was composed while it was waited for');
    await feed(74, 90, 1, 0.5);
    await stage.deck.settled();
    const others = composer.notes;
    await ask(...voices[1]);
    assert.equal(composer.notes, others);
    const inHaste = await asked();
    for (const wishes of voices) await inHaste.ask(...wishes);
    await inHaste.feed(72, 90, 1, 0.5);
    assert.deepEqual(await inHaste.ask(...voices[0]), ready);
  });

  it('has the answers ready for several voices that are asked at one moment, and another where one is asked again', async () => {
    const { stage, composer, ask, feed } = await asked();
    const voices = [40, 50, 60].map((low) => ['low-pitch', low] as const);
    for (const wishes of voices) await ask(...wishes);
    await feed(72, 90, 1, 0.5);
    await stage.deck.settled();
    const before = composer.notes;
    for (const wishes of voices) await ask(...wishes);
    assert.equal(composer.notes, before, 'no note was composed while it was waited for');
    const [seed] = composer.seeds.slice(-1);
    await ask(...voices[0]);
    await ask(...voices[0]);
    assert.deepEqual(composer.seeds.slice(-2), [seed + 1, seed + 2]);
  });

  it('remembers of a limited number of wishes how often they were asked', async () => {
    const { composer, ask } = await asked();
    const seedOf = async (low: number): Promise<number> => {
      await ask('low-pitch', 60, 'earliest', low);
      return composer.seeds[composer.seeds.length - 1];
    };
    const first = await seedOf(0);
    for (let other = 1; other < 250; other += 1) await seedOf(other / 8);
    assert.equal(await seedOf(0), first + 1);
    for (let other = 250; other < 270; other += 1) await seedOf(other / 8);
    assert.equal(await seedOf(0), first);
  });

  it('says some notes to nobody before it is asked for the first one, once', async () => {
    const { stage, composer, ask, feed } = await asked();
    const before = composer.notes;
    assert.ok(before > 10);
    assert.deepEqual(await ask(), [60, 80, 0, 0.5, 0, '']);
    await feed(60, 80, 0, 0.5);
    await stage.deck.settled();
    assert.ok(composer.notes - before <= 2);
  });

  it('says them once with each pack, also with one that comes back', async () => {
    const composers = new Map<string, RangedComposer>();
    const voices = {
      fallback: undefined,
      open: async ({ pack }: VoiceRequest): Promise<Voice> => {
        const composer = new RangedComposer();
        composers.set(pack, composer);
        await composer.prepare();
        return { pack, composer, sampling: {} };
      },
    };
    const stage = await Stage.with(voices, 'one', query);
    await stage.deck.settled();
    const before = composers.get('one')?.ranged ?? 0;
    assert.ok(before > 10);
    for (const pack of ['two', 'one', 'two']) {
      const swap = stage.deck.load(pack, 'bar');
      await stage.playUntil(stage.ensemble.session.beat() + 8);
      await swap;
    }
    assert.equal(stage.deck.pack, 'two');
    assert.deepEqual([...composers].map(([pack, { ranged }]) => [pack, ranged]), [['one', before], ['two', before]]);
  });

  it('lets nobody wait for what is found beforehand, and goes on with that afterwards', async () => {
    const composer = new BroodingComposer();
    const stage = await Stage.begin({}, composer);
    const ask = (...words: readonly ParameterValue[]): Promise<readonly ParameterValue[]> => stage.parameters.ask('deck/1/query', words, 'test');
    await stage.parameters.write('deck/1/play-mode', ['query'], 'test');
    await until(() => composer.begun === 1);
    assert.equal((await ask('low-pitch', 70))[0], 70);
    await stage.parameters.write('deck/1/feed', [70, 80, 1], 'test');
    await until(() => composer.begun === 2);
    await stage.parameters.write('deck/1/feed', [71, 80, 1], 'test');
    await until(() => composer.begun === 3);
    const told = stage.composer.primed.at(-1)?.history.notes.map(({ pitch }) => pitch);
    assert.deepEqual(told?.slice(-2), [70, 71], 'what was being found was for a past that is over');
    composer.hurry();
    await stage.parameters.write('deck/1/play-mode', ['continue'], 'test');
  });

  it('answers again, and with another seed, where it is asked again', async () => {
    const { composer, ask } = await asked();
    await ask();
    const before = composer.notes;
    assert.equal((await ask()).length, 6);
    assert.ok(composer.notes > before);
  });

  it('meets what can be met, and says what cannot, giving up the cheapest first', async () => {
    const { ask } = await asked();
    assert.deepEqual(await ask('low-pitch', 90, 'high-pitch', 90), [90, 80, 0, 0.5, 0, '']);
    assert.deepEqual(await ask('channel', 3, 'low-pitch', 40, 'high-pitch', 45), [45, 80, 0, 0.5, 3, '']);
    const [pitch, , , , channel, relaxed] = await ask('longest', 0.25, 'channel', 2, 'high-pitch', 50);
    assert.deepEqual([pitch, channel, relaxed], [50, 2, 'longest']);
    const [, , , , , several] = await ask('low-velocity', 100, 'shortest', 2);
    assert.equal(several, 'shortest low-velocity');
  });

  it('is told what a query takes where it is asked wrongly', async () => {
    const { ask, stage } = await asked();
    await assert.rejects(ask('loud', 3), (error) => error instanceof ContinuoError && /low-pitch/.test(error.message));
    await assert.rejects(ask('channel'), ContinuoError);
    await assert.rejects(ask('channel', 16), ContinuoError);
    await stage.parameters.write('deck/1/play-mode', ['continue'], 'test');
    await assert.rejects(ask(), (error) => error instanceof ContinuoError && /play-mode to query/.test(error.message));
    await assert.rejects(stage.parameters.write('deck/1/feed', [60, 0], 'test'), ContinuoError);
  });

  it('answers with a note that is still to come while the music runs', async () => {
    const { stage, ask } = await asked();
    await stage.playUntil(6.3);
    const [, , beats] = await ask();
    assert.ok(Number(beats) >= 0 && Math.abs(Number(beats) - 0.7) < 0.05, String(beats));
    const [, , later] = await ask('earliest', 2);
    assert.ok(Number(later) >= 2);
  });

  it('knows what somebody plays at the keys', async () => {
    const { stage, ask } = await asked();
    stage.willPlay([2, 0.5, 71]);
    await stage.playUntil(3);
    await ask();
    assert.deepEqual(stage.composer.primed.at(-1)?.history.notes.map(({ beat, pitch }) => [beat, pitch]), [[2, 71]]);
  });
});

describe('the wishes of a query', () => {
  const value = fc.integer({ min: 1, max: 15 });
  const wishes = fc.record(
    { lowPitch: value, highPitch: value, channel: value, earliest: value, latest: value, lowVelocity: value, highVelocity: value, shortest: value, longest: value, polyphony: value },
    { requiredKeys: [] },
  );

  it('are read as they are written', () => {
    assert.deepEqual(readQueryWishes(['low-pitch', 48, 'latest', '1.5']), { lowPitch: 48, latest: 1.5 } satisfies QueryWishes);
    assert.deepEqual(readQueryWishes([]), {});
  });

  it('are unmet only where they were wished for, and the fewer the wishes the fewer are unmet', () => {
    const note = { beat: 3, duration: 3, channel: 3, pitch: 7, velocity: 7 };
    fc.assert(fc.property(wishes, (wished) => {
      const left = unmet(note, wished, 0, []);
      assert.ok(left.every((word) => wished[word] !== undefined));
      const [first] = left;
      if (first) assert.ok(!unmet(note, { ...wished, [first]: undefined }, 0, []).includes(first));
    }));
  });
});
