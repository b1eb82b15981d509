import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadConfiguration } from '../../src/engine/configuration.js';
import { engineContainer } from '../../src/engine/create-engine.js';
import { Engine } from '../../src/engine/engine.js';
import type { EngineEvent } from '../../src/engine/events.js';
import type { Note } from '../../src/engine/music/note.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';
import { OscPeer } from '../transports/support/osc-peer.js';
import { until } from './support/until.js';

const packs = ['skytnt-pop', 'kmeans-piano', 'theremin-pop', 'musemorphic', 'perlin'];
/** Loading takes its time on a busy machine. */
const loading = 120_000;
const playing = 60_000;

/** Everything one program was sent: notes by number, and what was ended. */
class Listener {
  readonly notes = new Map<number, { readonly deck: number; readonly channel: number; readonly pitch: number; readonly velocity: number; readonly beat: number }>();
  readonly ends = new Map<number, number>();

  constructor(private readonly peer: OscPeer) {}

  listen(): void {
    for (const { address, values } of this.peer.heard.drain()) {
      const [deck, channel, pitch, velocity, , beat, id] = values as number[];
      if (address === '/continuo/note') this.notes.set(id, { deck, channel, pitch, velocity, beat });
      if (address === '/continuo/note/off') this.ends.set(values[3] as number, (this.ends.get(values[3] as number) ?? 0) + 1);
    }
  }

  of(deck: number) {
    this.listen();
    return [...this.notes.values()].filter((note) => note.deck === deck);
  }
}

/** What the decks told the surfaces they would play. */
class Told {
  private notes: { readonly deck: number; readonly note: Note }[] = [];

  take(event: EngineEvent): void {
    if (event.type === 'planned') this.notes.push(...event.notes.map((note) => ({ deck: event.deck, note })));
    if (event.type === 'discarded') this.notes = this.notes.filter(({ deck, note }) => deck !== event.deck || note.beat < event.fromBeat);
  }

  has(deck: number, channel: number, pitch: number, beat: number): boolean {
    return this.notes.some((told) => told.deck === deck && told.note.channel === channel && told.note.pitch === pitch && Math.abs(told.note.beat - beat) < 1e-3);
  }
}

describe('five decks of five packs, with two programs that listen', () => {
  const told = new Told();
  const sentences: string[] = [];
  let engine: Engine;
  let peers: readonly OscPeer[] = [];
  let left: Listener;
  let right: Listener;

  const set = (address: string, value: number | string | boolean): Promise<void> => engine.parameters.write(address, [value], 'test');
  const beat = (): number => engine.position.beat();
  const reaches = (wanted: number): Promise<void> => until(`beat ${wanted}`, () => beat() >= wanted, beat, playing);

  before(async () => {
    peers = await Promise.all([OscPeer.open(0), OscPeer.open(0)]);
    [left, right] = peers.map((peer) => new Listener(peer));
    const destinations = peers.map(({ port }, index) => ({ name: index === 0 ? 'left' : 'right', port, delivery: 'when-due', clock: false }));
    const decks = packs.map((pack, index) => ({ pack, outputs: index % 2 === 0 ? ['osc:left'] : ['osc:right'], channel: index + 1, drums: 'same-channel' }));
    const configuration = {
      ...loadConfiguration(),
      takes: false as const,
      decks: decks as ReturnType<typeof loadConfiguration>['decks'],
      transports: { midi: false as const, link: false as const, oscquery: false as const, websocket: false as const, osc: { listen: { port: 0 }, destinations } },
    };
    engine = engineContainer(configuration, builtInPlugins).get(Engine);
    engine.parameters.onEvent((event) => {
      told.take(event);
      if (event.type === 'notice' || event.type === 'error') sentences.push(event.sentence);
    });
    await engine.start();
    await until('all decks play', () => engine.decks.every(({ pack }) => pack !== ''), () => engine.decks.map(({ state }) => state), loading);
  });

  after(async () => {
    await engine.stop();
    await Promise.all(peers.map((peer) => peer.close()));
  });

  it('send each to where it belongs, on a channel of its own, what the surfaces are told; who has to rest says so', async () => {
    const from = Math.ceil(beat()) + 4;
    await reaches(from + 16);
    for (const { number } of engine.decks) {
      const [here, there] = number % 2 === 1 ? [left, right] : [right, left];
      assert.equal(there.of(number).length, 0, `deck ${number} on the wrong side`);
      const notes = here.of(number);
      assert.ok(notes.every(({ channel }) => channel === number - 1));
      const unplanned = notes.filter(({ channel, pitch, beat: onset }) => !told.has(number, channel, pitch, onset));
      assert.deepEqual(unplanned, [], `deck ${number}`);
      const rests = sentences.some((sentence) => sentence.startsWith(`Deck ${number} rests`) || sentence.includes(engine.decks[number - 1].pack));
      assert.ok(rests || notes.some(({ beat: onset }) => onset >= from), `deck ${number} (${engine.decks[number - 1].state}) is silent and has said nothing: ${sentences.join('\n')}`);
    }
  });

  it('are muted at once, moved, transposed and taken away while the others play on, and nothing hangs', async () => {
    await set('deck/1/mute', true);
    left.listen();
    await set('deck/5/outputs', 'osc:right');
    await set('deck/5/transpose', 12);
    const changed = beat();
    await reaches(changed + 6);
    assert.ok(left.of(1).every(({ beat: onset }) => onset <= changed + 0.1), 'a muted deck plays');
    const moved = right.of(5).filter(({ beat: onset }) => onset > changed + 0.1);
    assert.ok(moved.length > 0 && moved.every(({ channel, pitch, beat: onset }) => told.has(5, channel, pitch, onset)));
    assert.ok(left.of(5).every(({ beat: onset }) => onset <= changed + 0.1), 'a deck plays where it was');
    await set('decks', 4);
    await engine.parameters.write('stop', [], 'test');
    for (const listener of [left, right]) {
      await until('every note is ended', () => {
        listener.listen();
        return [...listener.notes.keys()].every((id) => listener.ends.has(id));
      });
      assert.ok([...listener.ends.values()].every((count) => count === 1));
    }
  });
});
