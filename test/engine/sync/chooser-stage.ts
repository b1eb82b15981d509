import { InternalSource } from '../../../src/engine/sync/internal-source.js';
import { SyncChooser } from '../../../src/engine/sync/sync-chooser.js';
import { VirtualClock } from '../../../src/engine/time/clock.js';
import { beatAt, type Timeline } from '../../../src/engine/time/timeline.js';
import { fakeAlarms, FakeHost } from './fakes.js';

/** A chooser with an internal source and three hosts, wanted in the order best, good, other. */
export function stage(order = ['best', 'good'], beatsPerBar = 4) {
  const clock = new VirtualClock(50_000_000);
  const { alarm, pass } = fakeAlarms(clock);
  const heard: string[] = [];
  let timeline: Timeline | undefined;
  const internal = new InternalSource(clock);
  const chooser = new SyncChooser(
    clock,
    internal,
    {
      leader: (name) => heard.push(`leader ${name}`),
      timeline: (told) => {
        timeline = told;
        heard.push(`timeline ${told.bpm}`);
      },
      transport: ({ type, beat }) => heard.push(`${type} ${beat}`),
    },
    { order, alarm, beatsPerBar: () => beatsPerBar },
  );
  const hosts = { best: new FakeHost('best', clock), good: new FakeHost('good', clock), other: new FakeHost('other', clock) };
  const registrations = { other: chooser.register(hosts.other), good: chooser.register(hosts.good), best: chooser.register(hosts.best) };
  const beat = () => beatAt(chooser.timeline, clock.now());
  const said = () => heard.splice(0);
  return { clock, pass, chooser, internal, hosts, registrations, beat, said, told: () => timeline };
}
