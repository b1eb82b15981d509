import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposeControls, ComposedSpan, Composer } from '../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../src/engine/contracts/null-composer.js';
import type { Voice, VoiceRequest, VoiceSource } from '../../../src/engine/deck/voice.js';
import { ContinuoError } from '../../../src/engine/errors.js';
import type { EngineEvent } from '../../../src/engine/events.js';
import type { Note } from '../../../src/engine/music/note.js';
import type { Score } from '../../../src/engine/music/score.js';
import { Ensemble } from '../../../src/engine/ensemble.js';
import { ParameterStore } from '../../../src/engine/parameters/parameter-store.js';
import { OfflineTake } from '../../../src/engine/rendering/offline-take.js';
import { TakeRecorder } from '../../../src/engine/rendering/take-recorder.js';
import { LocalSender } from '../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { timeAt } from '../../../src/engine/time/timeline.js';

/** The null composer on a channel of its own, with a memory of what it was primed with. */
class NumberedComposer extends NullComposer {
  readonly primed: { history: Score; atBeat: number }[] = [];
  disposals = 0;
  broken = false;
  lost = false;

  constructor(
    private readonly channel: number,
    private readonly whilePriming: () => void,
  ) {
    super();
  }

  override async prime(history: Score, atBeat: number): Promise<void> {
    this.whilePriming();
    this.primed.push({ history, atBeat });
    await super.prime(history, atBeat);
  }

  override async compose(untilBeat: number, controls: ComposeControls, stopped: () => boolean): Promise<ComposedSpan> {
    if (this.lost) throw new ContinuoError('deviceLost', 'The GPU is gone.');
    if (this.broken) throw new ContinuoError('modelFailed', 'The composer broke.');
    const constraint = { ...controls.constraint, channels: [this.channel] };
    return super.compose(untilBeat, { ...controls, constraint }, stopped);
  }

  override async dispose(): Promise<void> {
    this.disposals += 1;
    await super.dispose();
  }
}

/** Packs named by the channel they play on; a pack named `bad` cannot be opened. */
class NumberedVoices implements VoiceSource {
  readonly fallback = '15';
  readonly opened: NumberedComposer[] = [];
  readonly requests: VoiceRequest[] = [];
  whilePriming = (): void => undefined;
  /** By pack: what goes on where its device is lost. */
  readonly substitutes = new Map<string, readonly VoiceRequest[]>();

  async open(request: VoiceRequest): Promise<Voice> {
    const { pack, onCpu } = request;
    this.requests.push(request);
    if (pack === 'bad') throw new ContinuoError('badPack', 'The pack bad is damaged.');
    const composer = new NumberedComposer(Number(pack), () => this.whilePriming());
    this.opened.push(composer);
    await composer.prepare();
    return { pack, onCpu, composer: composer satisfies Composer, sampling: {}, substitutes: this.substitutes.get(pack) };
  }
}

async function take(pack = '1') {
  const voices = new NumberedVoices();
  const offline = new OfflineTake(voices, 120);
  const events: EngineEvent[] = [];
  offline.parameters.onEvent((event) => events.push(event));
  await offline.start(pack);
  return { voices, offline, events, deck: offline.ensemble.decks[0] };
}

const beatsOf = (notes: readonly Note[], channel: number): number[] =>
  notes.filter((note) => note.channel === channel).map((note) => note.beat);
const range = (from: number, until: number): number[] => Array.from({ length: until - from }, (_unused, index) => from + index);

describe('Deck', () => {
  it('plays every beat its composer wrote, and no note hangs', async () => {
    const { offline } = await take();
    await offline.playUntil(64);
    await offline.end();
    assert.deepEqual(beatsOf(offline.recorder.score().notes, 1), range(0, 64));
    assert.equal(offline.recorder.hanging, 0);
  });

  it('keeps the horizon composed and not more', async () => {
    const { offline, deck } = await take();
    await offline.playUntil(10);
    await deck.settled();
    assert.ok(deck.aheadBeats > 7 && deck.aheadBeats <= 8, String(deck.aheadBeats));
    await offline.end();
  });

  it('swaps on the bar with no beat left empty, and primes the newcomer with what came before', async () => {
    const { offline, voices } = await take();
    await offline.playUntil(5);
    await offline.swap('2', 'bar');
    await offline.playUntil(16);
    await offline.end();
    const { notes } = offline.recorder.score();
    assert.deepEqual(beatsOf(notes, 1), range(0, 8));
    assert.deepEqual(beatsOf(notes, 2), range(8, 16));
    const [{ history, atBeat }] = voices.opened[1].primed;
    assert.equal(atBeat, 8);
    assert.deepEqual(beatsOf(history.notes, 1), range(0, 8));
    assert.equal(voices.opened[0].disposals, 1);
  });

  it('waits for a boundary that lies beyond the horizon', async () => {
    const { offline, events } = await take();
    await offline.playUntil(1);
    await offline.swap('2', '8-bars');
    await offline.playUntil(40);
    await offline.end();
    assert.deepEqual(beatsOf(offline.recorder.score().notes, 2), range(32, 40));
    const stages = events.filter((event) => event.type === 'swap').map((event) => `${event.stage} ${event.pack} ${event.atBeat ?? ''}`);
    assert.deepEqual(stages, ['loading 1 ', 'ready 1 0', 'playing 1 0', 'loading 2 ', 'ready 2 32', 'playing 2 32']);
  });

  it('plays on when a pack cannot be loaded, and says why', async () => {
    const { offline, events } = await take();
    await offline.playUntil(3);
    await assert.rejects(offline.swap('bad', 'bar'), /damaged/);
    await offline.playUntil(20);
    await offline.end();
    assert.deepEqual(beatsOf(offline.recorder.score().notes, 1), range(0, 20));
    assert.ok(events.some((event) => event.type === 'swap' && event.stage === 'failed' && event.sentence?.includes('damaged')));
  });

  it('lets the latest of two loads win', async () => {
    const { offline, deck } = await take();
    await offline.playUntil(1);
    const first = deck.load('2', 'bar');
    await offline.swap('3', 'bar');
    await first;
    await offline.playUntil(12);
    await offline.end();
    const { notes } = offline.recorder.score();
    assert.deepEqual([beatsOf(notes, 2), beatsOf(notes, 3)], [[], range(4, 12)]);
  });

  it('loads the pack again when its voice dies, with no beat lost', async () => {
    const { offline, voices, events } = await take();
    await offline.playUntil(4);
    voices.opened[0].broken = true;
    await offline.playUntil(24);
    await offline.end();
    assert.equal(voices.opened.length, 2);
    assert.deepEqual(beatsOf(offline.recorder.score().notes, 1), range(0, 24));
    assert.ok(events.some((event) => event.type === 'error' && event.code === 220));
  });

  it('goes on with the best substitute when a device is lost, with no beat lost', async () => {
    const { offline, voices, deck, events } = await take();
    voices.substitutes.set('1', [{ pack: '2' }, { pack: '1', onCpu: true }]);
    await offline.swap('1', 'bar');
    await offline.playUntil(10);
    voices.opened[1].lost = true;
    await offline.playUntil(32);
    assert.deepEqual([deck.losses, deck.pack], [1, '2']);
    await offline.end();
    const { notes } = offline.recorder.score();
    const firstOfTwo = beatsOf(notes, 2)[0];
    assert.deepEqual(beatsOf(notes, 1), range(0, firstOfTwo));
    assert.deepEqual(beatsOf(notes, 2), range(firstOfTwo, 32));
    assert.equal(offline.recorder.hanging, 0);
    assert.ok(events.some((event) => event.type === 'notice' && event.sentence.includes('goes on with 2')));
    assert.deepEqual(beatsOf(voices.opened[2].primed[0].history.notes, 1), range(0, firstOfTwo));
  });

  it('plays what it had taken back when the device is lost before anything new is composed', async () => {
    const { offline, voices, deck } = await take();
    voices.substitutes.set('1', [{ pack: 'bad' }]);
    await offline.swap('1', 'bar');
    await offline.playUntil(10);
    await deck.settled();
    const planned = beatsOf(deck.plan.from(0).notes, 1);
    voices.opened[1].lost = true;
    await offline.parameters.write('deck/1/low-pitch', [100], 'test');
    await offline.playUntil(32);
    await offline.end();
    const { notes } = offline.recorder.score();
    assert.deepEqual(beatsOf(notes, 1), planned);
    assert.equal(planned.at(-1), 16);
    assert.deepEqual([deck.state, deck.losses], ['failed', 1]);
  });

  it('tries the next substitute when one cannot be had, and none that is lost', async () => {
    const { offline, voices, deck, events } = await take();
    voices.substitutes.set('1', [{ pack: 'bad' }, { pack: '3' }]);
    voices.substitutes.set('3', [{ pack: '1' }, { pack: '3', onCpu: true }]);
    await offline.swap('1', 'bar');
    await offline.playUntil(10);
    voices.opened[1].lost = true;
    await offline.playUntil(20);
    assert.equal(deck.pack, '3');
    voices.opened[2].lost = true;
    await offline.playUntil(30);
    assert.deepEqual(voices.requests.slice(2), [{ pack: 'bad', urgent: true }, { pack: '3', urgent: true }, { pack: '3', onCpu: true, urgent: true }]);
    voices.opened[3].lost = true;
    await offline.playUntil(60);
    assert.deepEqual([deck.state, deck.losses, voices.requests.length], ['failed', 3, 5]);
    assert.ok(events.some((event) => event.type === 'notice' && event.sentence.startsWith('Deck 1 rests: nothing is left that could go on for 3')));
    await offline.swap('2', 'beat');
    assert.deepEqual([deck.state, deck.pack], ['playing', '2']);
    // A performer who loads a pack has music meanwhile; a rescue has none.
    assert.deepEqual(voices.requests.at(-1), { pack: '2' });
    await offline.end();
  });

  it('joins in late after a loss where priming took long, without being primed again', async () => {
    const clock = new VirtualClock();
    const timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
    const sender = new LocalSender(clock, { timeline });
    const recorder = new TakeRecorder();
    await sender.attach({ name: 'take', leadMicros: 0, offsetMicros: 0, sendsClock: false }, recorder);
    const voices = new NumberedVoices();
    voices.substitutes.set('1', [{ pack: '2' }]);
    const ensemble = new Ensemble({ clock, sender, voices, parameters: new ParameterStore(), timeline }, 1);
    const [deck] = ensemble.decks;
    await deck.load('1', 'now');
    ensemble.transport({ type: 'start', beat: 0, micros: 0 });
    await deck.settled();
    sender.advanceTo(timeAt(timeline, 4.5));
    voices.opened[0].lost = true;
    voices.whilePriming = () => sender.advanceTo(timeAt(timeline, 20.5));
    await deck.settled();
    sender.advanceTo(timeAt(timeline, 24));
    await ensemble.dispose();
    assert.equal(voices.opened[1].primed.length, 1);
    assert.deepEqual([beatsOf(recorder.score().notes, 1), beatsOf(recorder.score().notes, 2)], [range(0, 8), range(22, 25)]);
  });

  it('lets a swap that waits for its boundary take over after a loss', async () => {
    const { offline, voices, deck } = await take();
    voices.substitutes.set('1', [{ pack: '1', onCpu: true }]);
    await offline.swap('1', 'bar');
    await offline.playUntil(9);
    const loading = deck.load('4', '8-bars');
    await deck.settled();
    voices.opened[1].lost = true;
    await offline.playUntil(34);
    await loading;
    await offline.playUntil(40);
    await offline.end();
    const { notes } = offline.recorder.score();
    assert.deepEqual([beatsOf(notes, 1), beatsOf(notes, 4)], [range(0, 32), range(32, 40)]);
  });

  it('steers what is not committed and keeps what is', async () => {
    const { offline, deck } = await take();
    await offline.playUntil(4);
    await offline.parameters.write('deck/1/low-pitch', [100], 'test');
    await deck.settled();
    await offline.playUntil(12);
    await offline.end();
    const { notes } = offline.recorder.score();
    assert.deepEqual(beatsOf(notes, 1), range(0, 12));
    assert.deepEqual(notes.filter((note) => note.pitch >= 100).map((note) => note.beat), range(5, 12));
  });

  it('moves the plan with a host that jumps, at the same place in the bar', async () => {
    const { offline, deck } = await take();
    await offline.playUntil(6);
    await deck.settled();
    deck.relocate(6, 102);
    assert.deepEqual(deck.plan.from(102).notes.map((note) => note.pitch), range(6, 13).map((beat) => 60 + (beat % 12)));
    deck.relocate(102, 1);
    const next = deck.plan.from(1).notes[0];
    assert.deepEqual([next.beat, next.pitch], [1, 60 + 9]);
    await offline.end();
  });

  it('chooses another boundary when the host jumps while a swap waits', async () => {
    const { offline, deck } = await take();
    await offline.playUntil(5);
    const loading = deck.load('2', '8-bars');
    await deck.settled();
    offline.ensemble.follow({ bpm: 120, beatOrigin: 61, timeOrigin: 2_500_000 });
    await deck.settled();
    await loading;
    assert.deepEqual(deck.plan.from(64).notes.slice(0, 1).map((note) => [note.beat, note.channel]), [[64, 2]]);
    await offline.end();
  });

  it('loses no note on an output that is told early when the host stops and goes on', async () => {
    const clock = new VirtualClock();
    const timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
    const sender = new LocalSender(clock, { timeline });
    const recorder = new TakeRecorder();
    await sender.attach({ name: 'early', leadMicros: 200_000, offsetMicros: 0, sendsClock: false }, recorder);
    const ensemble = new Ensemble({ clock, sender, voices: new NumberedVoices(), parameters: new ParameterStore(), timeline }, 1);
    const [deck] = ensemble.decks;
    await deck.load('1', 'now');
    ensemble.transport({ type: 'start', beat: 0, micros: 0 });
    await deck.settled();
    sender.advanceTo(1_450_000);
    ensemble.transport({ type: 'stop', beat: 2.9, micros: 1_450_000 });
    sender.advanceTo(5_000_000);
    ensemble.follow({ bpm: 120, beatOrigin: 2.9, timeOrigin: 5_000_000 });
    ensemble.transport({ type: 'continue', beat: 2.9, micros: 5_000_000 });
    await deck.settled();
    sender.advanceTo(6_400_000);
    await ensemble.dispose();
    sender.run();
    assert.deepEqual(beatsOf(recorder.score().notes, 1), [0, 1, 2, 3, 3, 4, 5, 6]);
  });

  it('rests and begins again ahead when the music overtakes it', async () => {
    const clock = new VirtualClock();
    const timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };
    const sender = new LocalSender(clock, { timeline });
    const recorder = new TakeRecorder();
    await sender.attach({ name: 'take', leadMicros: 0, offsetMicros: 0, sendsClock: false }, recorder);
    const ensemble = new Ensemble({ clock, sender, voices: new NumberedVoices(), parameters: new ParameterStore(), timeline }, 1);
    const [deck] = ensemble.decks;
    await deck.load('1', 'now');
    ensemble.transport({ type: 'start', beat: 0, micros: 0 });
    await deck.settled();
    sender.advanceTo(timeAt(timeline, 20.5));
    await deck.settled();
    sender.advanceTo(timeAt(timeline, 25));
    await ensemble.dispose();
    assert.deepEqual(beatsOf(recorder.score().notes, 1), [...range(0, 8), ...range(22, 26)]);
    assert.equal(deck.underruns, 1);
  });
});
