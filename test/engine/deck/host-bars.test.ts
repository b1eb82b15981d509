import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposeControls, ComposedSpan } from '../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import type { Voice, VoiceRequest } from '../../../src/engine/deck/voice.js';
import type { EngineEvent } from '../../../src/engine/events.js';
import type { Score } from '../../../src/engine/music/score.js';
import { OfflineTake } from '../../../src/engine/rendering/offline-take.js';

/** The null composer, with a memory of what it was asked. */
class ListeningComposer extends NullComposer {
  readonly primed: { readonly history: Score; readonly atBeat: number }[] = [];
  asked: ComposeControls | undefined;

  override async prime(history: Score, atBeat: number): Promise<void> {
    this.primed.push({ history, atBeat });
    await super.prime(history, atBeat);
  }

  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    this.asked = controls;
    return super.compose(untilBeat, controls, stopped);
  }
}

function nameOf(request: string | VoiceRequest): string {
  return typeof request === 'string' ? request : request.pack;
}

function voice(request: string | VoiceRequest, composer: ListeningComposer, traits: Partial<Voice>): Voice {
  return { pack: nameOf(request), composer, sampling: {}, ...traits };
}

async function take(traits: Partial<Voice>) {
  const composer = new ListeningComposer();
  await composer.prepare();
  const offline = new OfflineTake({ fallback: undefined, open: async (request) => voice(request, composer, traits) }, 120);
  const events: EngineEvent[] = [];
  offline.parameters.onEvent((event) => events.push(event));
  await offline.start('listener');
  return { composer, offline, events };
}

describe('the bars of the host', () => {
  it('are wished for, and a past that begins on one of them is told in them', async () => {
    const { composer, offline } = await take({ keepsMeter: true });
    await offline.playUntil(10);
    assert.deepEqual(composer.asked?.constraint.meter, { numerator: 4, denominator: 4 });
    await offline.parameters.write('beats-per-bar', [3], 'test');
    await offline.playUntil(20);
    const { history, atBeat } = composer.primed.at(-1) ?? assert.fail();
    assert.equal(composer.primed.length, 2);
    assert.ok(Math.abs(atBeat - 11) < 1e-3, 'from the first beat that is not committed');
    const [{ beat, numerator, denominator }] = history.meters;
    assert.deepEqual([numerator, denominator, Math.abs(beat % 3)], [3, 4, 0]);
    assert.deepEqual(composer.asked?.constraint.meter, { numerator: 3, denominator: 4 });
    await offline.end();
    assert.deepEqual(offline.recorder.score().notes.map((note) => note.beat), Array.from({ length: 20 }, (_, at) => at));
  });

  it('change nothing for a pack that cannot say them', async () => {
    const { composer, offline, events } = await take({});
    await offline.playUntil(10);
    events.length = 0;
    await offline.parameters.write('beats-per-bar', [3], 'test');
    await offline.playUntil(12);
    assert.equal(composer.primed.length, 1);
    assert.deepEqual(composer.primed[0].history.meters, []);
    assert.ok(events.every(({ type }) => type !== 'discarded'));
    await offline.end();
  });

  it('are left alone where the performer says so', async () => {
    const { composer, offline } = await take({ keepsMeter: true });
    await offline.parameters.write('deck/1/host-meter', [false], 'test');
    await offline.playUntil(8);
    assert.equal(composer.asked?.constraint.meter, undefined);
    assert.deepEqual(composer.primed.at(-1)?.history.meters, []);
    await offline.end();
  });
});

describe('modes and styles', () => {
  it('reach the composer, and only what is not committed is composed again', async () => {
    const { composer, offline, events } = await take({ styles: ['waltz', 'march'] });
    await offline.playUntil(4);
    events.length = 0;
    await offline.parameters.write('deck/1/style', ['march'], 'test');
    await offline.parameters.write('deck/1/mode', ['minor'], 'test');
    await offline.playUntil(12);
    assert.deepEqual([composer.asked?.style, composer.asked?.mode], ['march', 'minor']);
    assert.ok(events.every((event) => event.type !== 'discarded' || event.fromBeat > 4.99));
    assert.ok(events.some((event) => event.type === 'discarded'));
    await assert.rejects(offline.parameters.write('deck/1/mode', ['dorian'], 'test'), /must be one of any, major, minor/);
    await offline.end();
  });

  it('are refused in a sentence that lists what there is', async () => {
    const { offline } = await take({ styles: ['waltz', 'march'] });
    await assert.rejects(offline.parameters.write('deck/1/style', ['polka'], 'test'), /The pack listener has no style "polka"; it has waltz, march\./);
    assert.equal(offline.parameters.text('deck/1/style'), '');
    await offline.end();
    const plain = await take({});
    await assert.rejects(plain.offline.parameters.write('deck/1/style', ['polka'], 'test'), /it has no styles to choose from/);
    await plain.offline.end();
  });

  it('are told of when a pack takes over that lacks what is asked for, and wait for one that has it', async () => {
    const composer = new ListeningComposer();
    await composer.prepare();
    const stylesOf: Readonly<Record<string, readonly string[]>> = { one: ['waltz'], other: ['march'] };
    const offline = new OfflineTake({ fallback: undefined, open: async (request) => voice(request, composer, { styles: stylesOf[nameOf(request)] }) }, 120);
    const events: EngineEvent[] = [];
    offline.parameters.onEvent((event) => events.push(event));
    await offline.start('one');
    await offline.parameters.write('deck/1/style', ['waltz'], 'test');
    await offline.playUntil(2);
    assert.equal(composer.asked?.style, 'waltz');
    await offline.swap('other', 'bar');
    assert.ok(events.some((event) => event.type === 'notice' && event.sentence === 'The pack other has no style "waltz"; it has march.'));
    await composer.prepare();
    await offline.playUntil(8);
    assert.equal(composer.asked?.style, '');
    await offline.end();
  });
});
