import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { NoteFeed, NoteFeedWriter } from '../../../src/engine/scheduling/note-feed.js';
import type { WireMessage } from '../../../src/transports/websocket/server-message.js';
import { WebSocketOutput } from '../../../src/transports/websocket/websocket-output.js';
import { heardOutputContract, type ReceivedNote } from '../contracts/output-contract.js';
import { until } from '../../transports/support/within.js';

const note = (id: number): WireMessage => ({
  type: 'note', id, deck: 1, channel: 0, pitch: 60, velocity: 90, beat: id, durationBeats: 1, durationSeconds: 0.5, timeMicros: id,
});
const noteOff = (id: number): WireMessage => ({ type: 'noteOff', id, deck: 1, channel: 0, pitch: 60, beat: id, timeMicros: id });

describe('the note feed', () => {
  it('brings what is written to the other side, in order', async (context) => {
    const heard: WireMessage[] = [];
    const feed = new NoteFeed<WireMessage>((messages) => heard.push(...messages));
    context.after(() => feed.close());
    const writer = new NoteFeedWriter<WireMessage>(feed.far);
    writer.add(note(1));
    writer.add(note(2));
    writer.flush();
    writer.add(noteOff(1));
    writer.flush();
    writer.flush();
    await until('all arrived', () => heard.length === 3);
    assert.deepEqual(heard, [note(1), note(2), noteOff(1)]);
  });

  it('knows whether anybody listens', (context) => {
    const feed = new NoteFeed<WireMessage>(() => undefined);
    context.after(() => feed.close());
    const writer = new NoteFeedWriter<WireMessage>(feed.far);
    assert.equal(writer.wanted, false);
    feed.setListeners(2);
    assert.equal(writer.wanted, true);
    feed.setListeners(0);
    assert.equal(writer.wanted, false);
  });

  it('holds 4096 messages for a reader that is held up, drops and counts the rest, and no end of a note that was told', async (context) => {
    const heard: WireMessage[] = [];
    const feed = new NoteFeed<WireMessage>((messages) => heard.push(...messages));
    context.after(() => feed.close());
    const writer = new NoteFeedWriter<WireMessage>(feed.far);
    for (let id = 0; id < 5000; id += 1) {
      writer.add(note(id));
      if (id % 100 === 0) writer.flush();
    }
    assert.equal(feed.dropped, 904);
    writer.add(noteOff(4095));
    writer.add(noteOff(4096));
    assert.equal(feed.dropped, 905);
    writer.flush();
    await until('all arrived', () => heard.length === 4097);
    assert.deepEqual(heard.at(-1), noteOff(4095));
    writer.add(note(6000));
    writer.flush();
    await until('it goes on', () => heard.length === 4098);
  });

  it('goes on over a new channel, and forgets what was on its way over the old one', async (context) => {
    const heard: WireMessage[] = [];
    const feed = new NoteFeed<WireMessage>((messages) => heard.push(...messages));
    context.after(() => feed.close());
    const old = new NoteFeedWriter<WireMessage>(feed.far);
    for (let id = 0; id < 4096; id += 1) old.add(note(id));
    old.flush();
    const writer = new NoteFeedWriter<WireMessage>(feed.renew());
    writer.add(note(7000));
    writer.flush();
    old.flush();
    await until('it arrived', () => heard.length === 1);
    assert.deepEqual(heard, [note(7000)]);
    assert.equal(feed.dropped, 0);
  });

  it('crosses to another thread', async (context) => {
    const heard: WireMessage[] = [];
    const feed = new NoteFeed<WireMessage>((messages) => heard.push(...messages));
    feed.setListeners(1);
    const module = new URL('../../../src/engine/scheduling/note-feed.js', import.meta.url).href;
    const worker = new Worker(
      `const { workerData } = require('node:worker_threads');
       import(${JSON.stringify(module)}).then(({ NoteFeedWriter }) => {
         const writer = new NoteFeedWriter(workerData.end);
         if (writer.wanted) writer.add(workerData.message);
         writer.close();
       });`,
      { eval: true, workerData: { end: feed.far, message: note(5) }, transferList: [feed.far.port] },
    );
    context.after(async () => {
      await worker.terminate();
      feed.close();
    });
    await until('it arrived', () => heard.length === 1);
    assert.deepEqual(heard, [note(5)]);
  });
});

heardOutputContract('WebSocket', () => {
  const heard: WireMessage[] = [];
  const feed = new NoteFeed<WireMessage>((messages) => heard.push(...messages));
  feed.setListeners(1);
  return {
    output: new WebSocketOutput(feed.far),
    async received(count) {
      await until(`${count} notes arrived`, () => heard.length >= count);
      return heard.map((message): ReceivedNote => {
        assert.ok(message.type === 'note' || message.type === 'noteOff');
        return { kind: message.type === 'note' ? 'noteOn' : 'noteOff', channel: message.channel, pitch: message.pitch };
      });
    },
    dispose: () => feed.close(),
  };
});
