import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EngineEvent } from '../../src/engine/events.js';
import type { ServerMessage } from '../../src/transports/websocket/server-message.js';
import { OscPeer } from '../transports/support/osc-peer.js';
import { until, within } from '../transports/support/within.js';
import { WebSocketPeer } from '../transports/support/websocket-peer.js';
import { startEngine } from './support/engine-process.js';
import { plannedNotes } from './support/planned-notes.js';

interface HeardNote {
  readonly id: number;
  readonly deck: number;
  readonly channel: number;
  readonly pitch: number;
  readonly velocity: number;
  readonly beat: number;
}

/** What came over one wire: its notes by number, and how often each was ended. */
class Take {
  readonly notes = new Map<number, HeardNote>();
  readonly ends = new Map<number, number>();
  private arrived = performance.now();

  /** Whether every note has been ended, and nothing has come for a while. */
  get over(): boolean {
    return performance.now() - this.arrived > 400 && [...this.notes.keys()].every((id) => this.ends.has(id));
  }

  begin(note: HeardNote): void {
    this.notes.set(note.id, note);
    this.arrived = performance.now();
  }

  end(id: number): void {
    this.ends.set(id, (this.ends.get(id) ?? 0) + 1);
    this.arrived = performance.now();
  }

  clear(): void {
    this.notes.clear();
    this.ends.clear();
  }
}

function takeOsc(peer: OscPeer, take: Take): void {
  for (const { address, values } of peer.heard.drain()) {
    const numbers = values as number[];
    if (address === '/continuo/note/off') take.end(numbers[3]);
    if (address !== '/continuo/note') continue;
    const [deck, channel, pitch, velocity, , beat, id] = numbers;
    take.begin({ id, deck, channel, pitch, velocity, beat });
  }
}

function wordsOf({ deck, channel, pitch, velocity, beat }: Omit<HeardNote, 'id'>): string {
  return `deck ${deck} channel ${channel} pitch ${pitch} velocity ${velocity} beat ${beat.toFixed(3)}`;
}

describe('the engine, as it is started', () => {
  it('plays the same notes over every wire, as they were planned, while a pack is swapped', async (context) => {
    const [stamped, due] = [await OscPeer.open(0), await OscPeer.open(0)];
    context.after(() => Promise.all([stamped.close(), due.close()]));
    const engine = await startEngine(
      { bpm: 240, pack: 'perlin' },
      {
        destinations: [
          { name: 'stamped', port: stamped.port, delivery: 'timetag' },
          { name: 'due', port: due.port, delivery: 'when-due' },
        ],
      },
    );
    context.after(() => engine.program.stop());
    const osc = await OscPeer.open(engine.oscPort);
    context.after(() => osc.close());
    const browser = await WebSocketPeer.open(engine.webSocketPort);
    const { packs } = await browser.next('hello');
    assert.ok(packs.some(({ name }) => name === 'tiny-lm'));
    const takes = { stamped: new Take(), due: new Take(), webSocket: new Take() };
    const events: EngineEvent[] = [];
    browser.socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as ServerMessage;
      if (message.type === 'event') events.push(message.event);
      if (message.type === 'noteOff') takes.webSocket.end(message.id);
      if (message.type !== 'note') return;
      const { id, deck, channel, pitch, velocity, beat } = message;
      takes.webSocket.begin({ id, deck, channel, pitch, velocity, beat: Math.fround(beat) });
    });
    /** Stops, and waits until every note has been ended on every wire. */
    const stopped = async (): Promise<void> => {
      osc.send('/continuo/stop');
      await browser.next('event', ({ event }) => event.type === 'transport' && !event.playing);
      await until(
        'all notes have ended',
        () => {
          takeOsc(stamped, takes.stamped);
          takeOsc(due, takes.due);
          return Object.values(takes).every((take) => take.over);
        },
        20_000,
      );
    };

    // From the top, with everybody there.
    await browser.next('clock', ({ beat }) => beat >= 2);
    await stopped();
    for (const take of Object.values(takes)) take.clear();
    browser.heard.drain();
    events.length = 0;
    osc.send('/continuo/start');
    await browser.next('clock', ({ beat }) => beat >= 8);

    osc.send('/continuo/deck/1/load', 'tiny-lm');
    const swap = await within('the swap', browser.next('event', ({ event }) => event.type === 'swap' && event.stage === 'playing'), 30_000);
    const swappedAt = swap.event.type === 'swap' ? (swap.event.atBeat ?? 0) : 0;
    await browser.next('clock', ({ beat }) => beat >= swappedAt + 12);
    await stopped();
    osc.send('/continuo/dropped');
    const dropped = (await osc.next('/continuo/dropped')).values[0] as number;

    const lastBeat = Math.max(...[...takes.due.notes.values()].map(({ beat }) => beat));
    assert.ok(takes.due.notes.size > 20 && lastBeat > swappedAt, `${takes.due.notes.size} notes until beat ${lastBeat}, swapped at ${swappedAt}`);

    for (const [name, { notes, ends }] of Object.entries(takes)) {
      for (const id of notes.keys()) assert.equal(ends.get(id), 1, `${name}: note ${id} was ended ${ends.get(id) ?? 0} times`);
      assert.equal(ends.size, notes.size, name);
      // Wires that are told early have been told more when the music stops.
      const common = [...notes.values()].filter(({ beat }) => beat <= lastBeat);
      const missing = [...takes.due.notes.keys()].filter((id) => !notes.has(id));
      const extra = common.filter(({ id }) => !takes.due.notes.has(id));
      const different = [...missing.map((id) => takes.due.notes.get(id)), ...extra].map((note) => note && wordsOf(note));
      assert.ok(different.length <= dropped, `${name}: ${missing.length} missing, ${extra.length} more, ${dropped} dropped: ${different.join('; ')}`);
      for (const note of common) if (takes.due.notes.has(note.id)) assert.deepEqual(note, takes.due.notes.get(note.id), name);
    }

    const planned = plannedNotes(events);
    const heard = [...takes.due.notes.values()].map(wordsOf);
    const expected = planned.filter(({ note }) => note.beat <= lastBeat).map(({ deck, note }) => wordsOf({ deck, ...note, beat: Math.fround(note.beat) }));
    const unplanned = heard.filter((words) => !expected.includes(words));
    const unheard = expected.filter((words) => !heard.includes(words));
    assert.deepEqual(unplanned, []);
    assert.ok(unheard.length <= dropped, `${dropped} dropped, but never heard: ${unheard.join('; ')}`);
    context.diagnostic(`${heard.length} notes until beat ${lastBeat.toFixed(1)}, swapped at ${swappedAt}, ${dropped} dropped`);

    assert.equal(await engine.stop(), 0);
  });
});
