import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nullOutputSpecification } from '../../../src/engine/contracts/null-output.js';
import { note, RecordingOutput, settings, stage } from './recording-output.js';

describe('sending: outputs', () => {
  it('reaches every output until it is routed, and then those that are named', async () => {
    const { sender, output, playTo, clock } = await stage();
    const two = new RecordingOutput(clock);
    await sender.attach({ ...settings, name: 'two' }, two);
    sender.queue(1, [note(1, 60, 2), note(2, 62), note(3, 64), note(5, 65)]);
    playTo(1.5);
    sender.route(1, ['two', 'three']);
    playTo(2.75);
    sender.route(1, 'all');
    playTo(4);
    sender.route(1, []);
    playTo(8);
    assert.deepEqual(output.notes(), ['on 60 @1', 'off 60 @3', 'on 64 @3', 'off 64 @3.5']);
    assert.deepEqual(two.notes(), ['on 60 @1', 'on 62 @2', 'off 62 @2.5', 'off 60 @3', 'on 64 @3', 'off 64 @3.5']);
  });

  it('sends a record everything, and counts nothing of it', async () => {
    const { sender, output, playTo, clock } = await stage({}, { laneCapacity: 4 });
    const record = new RecordingOutput(clock);
    await sender.attach({ ...settings, name: 'record', isRecord: true }, record);
    sender.queue(1, [note(1, 60, 4), note(2, 62, 0.5)]);
    playTo(2.25);
    const { sent, sounding, queued } = sender.counters();
    assert.deepEqual([sent, sounding, queued], [2, 2, 2]);
    assert.deepEqual(record.notes(), output.notes());
    sender.queue(1, Array.from({ length: 6 }, (_unused, index) => note(6 + index)));
    assert.equal(sender.counters().droppedFull, 4);
  });

  it('routes to an output that comes later, and not to one that took its place', async () => {
    const { sender, handle, playTo, clock } = await stage();
    sender.route(1, ['two']);
    await handle.dispose();
    const three = new RecordingOutput(clock);
    await sender.attach({ ...settings, name: 'three' }, three);
    const two = new RecordingOutput(clock);
    await sender.attach({ ...settings, name: 'two' }, two);
    sender.queue(1, [note(1)]);
    sender.queue(2, [note(1, 72)]);
    playTo(1);
    assert.deepEqual(three.notes(), ['on 72 @1']);
    assert.deepEqual(two.notes(), ['on 60 @1', 'on 72 @1']);
  });

  it('refuses a second output of one name, and more than 32', async () => {
    const { sender, clock } = await stage();
    await assert.rejects(sender.attach(settings, new RecordingOutput(clock)), { errorName: 'badConfiguration' });
    for (let count = 1; count < 32; count += 1) await sender.addOutput(nullOutputSpecification(`null ${count}`));
    await assert.rejects(sender.addOutput(nullOutputSpecification('one more')), { errorName: 'badConfiguration' });
  });

  it('frees the name of an output that does not open', async () => {
    const { sender, clock } = await stage();
    const broken = new RecordingOutput(clock);
    broken.open = () => Promise.reject(new Error('no such port'));
    await assert.rejects(sender.attach({ ...settings, name: 'two' }, broken), /no such port/);
    await sender.attach({ ...settings, name: 'two' }, new RecordingOutput(clock));
  });

  it('is not disturbed by an output that throws: what did not sound needs no end', async () => {
    const faults: string[] = [];
    const { sender, output, playTo, clock } = await stage({}, { onFault: (error, name) => faults.push(`${name}: ${error.message}`) });
    const two = new RecordingOutput(clock);
    await sender.attach({ ...settings, name: 'two' }, two);
    two.refuses = ({ kind, data1 }) => kind === 'noteOn' && data1 === 60;
    sender.queue(1, [note(1, 60), note(1, 64), note(1.5, 60)]);
    playTo(8);
    assert.deepEqual(output.notes(), ['on 60 @1', 'on 64 @1', 'off 60 @1.5', 'off 64 @1.5', 'on 60 @1.5', 'off 60 @2']);
    assert.deepEqual(two.notes(), ['on 64 @1', 'off 64 @1.5']);
    assert.deepEqual(faults, ['two: the cable is out']);
  });

  it('drops and counts the newest when a lane is full, and still ends what sounds', async () => {
    const { sender, output, playTo } = await stage({}, { laneCapacity: 4 });
    sender.queue(1, [0, 1, 2, 3, 4, 5].map((at) => note(1 + at, 60 + at, 10)));
    assert.equal(sender.counters().droppedFull, 2);
    playTo(3.5);
    sender.queue(1, [note(4, 80)]);
    assert.equal(sender.counters().droppedFull, 3);
    playTo(40);
    assert.equal(output.sent.filter(({ kind }) => kind === 'noteOn').length, 4);
    assert.equal(output.sent.filter(({ kind }) => kind === 'noteOff').length, 4);
    assert.equal(sender.counters().sounding, 0);
  });

  it('has room where ends wait of notes that were struck again', async () => {
    const { sender, output, playTo } = await stage({}, { laneCapacity: 4 });
    sender.queue(1, [1, 1.5, 2].map((at) => note(at, 60, 100)));
    playTo(2.5);
    sender.queue(1, [note(3, 62), note(4, 64), note(5, 66)]);
    assert.equal(sender.counters().droppedFull, 0);
    playTo(200);
    assert.equal(output.sent.filter(({ kind }) => kind === 'noteOn').length, 6);
    assert.equal(output.sent.filter(({ kind }) => kind === 'noteOff').length, 6);
  });

  it('refuses numbers that music does not have, and then queues nothing of the call', async () => {
    const { sender } = await stage();
    const bad = [
      note(NaN), note(Infinity), note(1, 128), note(1, -1), note(1, 60.5), note(1, 60, -1), note(1, 60, NaN), note(1, 60, 1, 16),
      { ...note(1), velocity: 0 }, { ...note(1), velocity: 128 },
    ];
    for (const wrong of bad) assert.throws(() => sender.queue(1, [note(1), wrong]), { errorName: 'badValue' });
    assert.throws(() => sender.queue(1, [], [{ beat: 1, channel: 0, program: 200 }]), { errorName: 'badValue' });
    assert.throws(() => sender.queue(1, [], [], [{ beat: 1, channel: 0, controller: 7, value: -1 }]), { errorName: 'badValue' });
    assert.throws(() => sender.queue(256, [note(1)]), { errorName: 'badValue' });
    assert.throws(() => sender.silence(-1), { errorName: 'badValue' });
    assert.equal(sender.counters().queued, 0);
  });
});
