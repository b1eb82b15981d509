/**
 * SuperCollider's LinkClock leads the engine by OSC, in a session with somebody else; all on a network of their own, where this runs.
 * Prints a LinkClockLeadsResult.
 */
import type { Micros } from '../../../src/engine/music/units.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { beatAt } from '../../../src/engine/time/timeline.js';
import { findHelper } from '../../../src/transports/link/find-helper.js';
import { grownSession } from '../support/grown-session.js';
import { hostStage, steps } from '../support/host-stage.js';
import { apart, LinkPeer } from '../support/link-peer.js';
import { median } from '../support/median.js';
import type { LinkClockLeadsResult } from './link-clock-leads-result.js';

const quantum = 4;
const closing: (() => Promise<void>)[] = [];
try {
  const peer = await LinkPeer.join({ helper: findHelper() ?? [] }, { bpm: 132 });
  closing.push(async () => void (await peer.leave()));
  await grownSession();
  const { engine, parameters, timelines, ask, is } = await hostStage((close) => closing.push(close), 'LinkClock', 90);
  await is('led by sclang in the tempo of the session', () => parameters.text('leader') === 'osc' && Math.abs(parameters.number('bpm') - 132) < 0.01);

  /** How far the engine's bar is from the session's, at ten beats. */
  const asideOf = async (): Promise<Micros> => {
    timelines.length = 0;
    const aside: Micros[] = [];
    for (let count = 1; count <= 10; count += 1) {
      await is('told a beat', () => timelines.length >= count);
      const now = monotonicClock.now();
      aside.push(apart(beatAt(timelines[timelines.length - 1], now), peer.beatAt(now), quantum, parameters.number('bpm')));
    }
    return median(aside);
  };
  const aside = await asideOf();
  const between = median(steps(timelines).map(Math.abs));

  peer.say('tempo 104');
  await is('in the new tempo', () => Math.abs(parameters.number('bpm') - 104) < 0.01);
  const asideAfter = await asideOf();
  const bpmAfter = parameters.number('bpm');

  await ask('transport', 'stop');
  await is('stopped', () => !parameters.boolean('playing'));
  peer.press('start');
  await is('started by the session', () => parameters.boolean('playing'));
  const bar = Math.ceil(engine.position.beat() / quantum) * quantum + quantum;
  await is('past its bar', () => engine.position.beat() >= bar);
  const now = monotonicClock.now();
  const asidePlaying = apart(engine.position.beat(), peer.beatAt(now), quantum, 104);
  peer.press('stop');
  await is('stopped by the session', () => !parameters.boolean('playing'));

  await ask('command-period');
  timelines.length = 0;
  await is('led on after Cmd-Period', () => timelines.length > 2);
  await ask('free');
  await is('led by itself', () => parameters.text('leader') === 'internal');
  const result: LinkClockLeadsResult = { aside, between, asideAfter, bpmAfter, asidePlaying, bpmAlone: parameters.number('bpm'), sessionBpm: peer.state.bpm };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  for (const close of closing.reverse()) await close();
}
