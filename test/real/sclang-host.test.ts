import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { monotonicClock } from '../../src/engine/time/clock.js';
import { beatAt } from '../../src/engine/time/timeline.js';
import type { LinkClockLeadsResult } from './inner/link-clock-leads-result.js';
import { hostStage, steps, type ToldTimeline } from './support/host-stage.js';
import { LinkNetwork, skipWithoutLink } from './support/link-network.js';
import { median } from './support/median.js';
import { skipWithoutSuperCollider } from './support/sclang.js';

describe('a TempoClock of SuperCollider leads by the Quark', { skip: skipWithoutSuperCollider }, () => {
  it('tempo, beat, bar, start and stop; and when it is gone the tempo stays', async (context) => {
    const { engine, parameters, timelines, program, ask, is } = await hostStage((close) => context.after(close), 'TempoClock', 132);
    await is('led by sclang', () => parameters.text('leader') === 'osc');
    await is('in its tempo', () => Math.abs(parameters.number('bpm') - 132) < 0.001);
    timelines.length = 0;
    await is('told ten beats', () => timelines.length >= 10);
    const apart = steps(timelines.slice(0, 10)).map(Math.abs);
    context.diagnostic(`µs between beats and where the beat before put them: ${apart.map((step) => step.toFixed(0)).join(' ')}`);
    assert.ok(median(apart) < 500, `${apart}`);
    const leads = timelines.map(({ told, timeOrigin }) => (timeOrigin - told) / 1000);
    context.diagnostic(`ms of notice: ${leads.map((lead) => lead.toFixed(1)).join(' ')}`);
    assert.ok(median(leads) > 150 && median(leads) < 202, 'stamped with the time of the sound, a latency ahead');

    await ask('tempo', 142);
    await is('in the new tempo', () => Math.abs(parameters.number('bpm') - 142) < 0.001);
    const at = timelines.findIndex(({ bpm }) => Math.abs(bpm - 142) < 0.001);
    const [step] = steps(timelines.slice(at - 1, at + 1));
    assert.ok(Math.abs(step) < 2_000, `the beat moved by ${step} µs with the tempo`);

    await ask('meter', 3);
    await is('in three', () => parameters.number('beats-per-bar') === 3);
    await ask('transport', 'stop');
    await is('stopped', () => !parameters.boolean('playing'));
    await ask('transport', 'start');
    await is('playing', () => parameters.boolean('playing'));
    const { told, ...timeline } = timelines.at(-1) as ToldTimeline;
    const bar = Math.ceil(beatAt(timeline, told) / 3) * 3;
    await is('past its bar', () => engine.position.beat() >= bar);

    await ask('command-period');
    await is('stopped by Cmd-Period', () => !parameters.boolean('playing'));
    const heard = timelines.length;
    await is('led on', () => timelines.length > heard + 4);

    await ask('transport', 'start');
    await is('playing again', () => parameters.boolean('playing'));
    const last = timelines.at(-1) as ToldTimeline;
    await program.stop();
    await is('led by itself', () => parameters.text('leader') === 'internal');
    assert.ok(Math.abs(parameters.number('bpm') - 142) < 0.001);
    assert.ok(parameters.boolean('playing'));
    assert.ok(Math.abs(engine.position.beat() - beatAt(last, monotonicClock.now())) < 0.01, 'the position goes on');
  });
});

describe('a LinkClock of SuperCollider leads by the Quark', { skip: skipWithoutLink({ sclang: 'supercollider-language' }) }, () => {
  it('as the session says: tempo, bar, start and stop', async (context) => {
    const network = await LinkNetwork.open();
    context.after(() => network.close());
    const inner = fileURLToPath(new URL('./inner/link-clock-leads.js', import.meta.url));
    const [program, ...words] = network.command(process.execPath, inner);
    const { stdout } = await promisify(execFile)(program, words, { timeout: 120_000 });
    const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as LinkClockLeadsResult;
    context.diagnostic(`µs beside the session, medians: ${JSON.stringify(result)}`);
    for (const aside of [result.aside, result.asideAfter, result.asidePlaying]) assert.ok(aside < 5_000, `${aside} µs beside the session`);
    assert.ok(result.between < 500, `${result.between} µs from beat to beat`);
    assert.ok(Math.abs(result.bpmAfter - 104) < 0.01 && Math.abs(result.sessionBpm - 104) < 0.01);
    assert.ok(Math.abs(result.bpmAlone - 104) < 0.01, 'the tempo stays');
  });
});
