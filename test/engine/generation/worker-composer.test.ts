import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ContinuoError } from '../../../src/engine/errors.js';
import { makeComposer } from '../../../src/engine/generation/make-composer.js';
import { WorkerComposer } from '../../../src/engine/generation/worker-composer.js';
import { composerContract, plainControls, twoBars } from '../contracts/composer-contract.js';
import type { CrashOptions } from './modules/crashing-composer.js';
import { crashingRecipe, fixtureRecipe, nullComposerRecipe, nullTokenRecipe } from './recipes.js';

const never = (): boolean => false;

composerContract('a composer plugin in a worker', () => new WorkerComposer(nullComposerRecipe), { constraints: ['pitchRange'] });
composerContract('null plugins in a worker', () => new WorkerComposer(nullTokenRecipe), { constraints: ['pitchRange'], beats: 4 });

function failed(words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ContinuoError, String(error));
    assert.equal(error.errorName, 'modelFailed');
    assert.match(error.message, words);
    return true;
  };
}

describe('WorkerComposer', () => {
  it('plays what the same composer plays in this thread', async () => {
    const here = await makeComposer(nullTokenRecipe, () => undefined);
    const there = new WorkerComposer(nullTokenRecipe);
    const spans = [];
    for (const composer of [here, there]) {
      await composer.prepare();
      await composer.prime(twoBars, 8);
      spans.push((await composer.compose(24, plainControls, never)).notes);
      await composer.dispose();
    }
    assert.deepEqual(spans[0], spans[1]);
  });

  it('ends a span early when it is stopped meanwhile', async () => {
    const composer = new WorkerComposer(fixtureRecipe('tiny-lm'));
    await composer.prepare();
    await composer.prime(twoBars, 8);
    let questions = 0;
    const span = await composer.compose(100_000, plainControls, () => (questions += 1) > 5);
    assert.ok(span.untilBeat < 100_000);
    const next = await composer.compose(span.untilBeat + 2, plainControls, never);
    assert.equal(next.fromBeat, span.untilBeat);
    assert.equal(next.untilBeat, span.untilBeat + 2);
    await composer.dispose();
  });

  it('ends a span early when it is disposed of meanwhile', async () => {
    const composer = new WorkerComposer(fixtureRecipe('tiny-lm'));
    await composer.prepare();
    const composing = composer.compose(100_000, plainControls, never);
    await Promise.all([composer.dispose(), composing.then((span) => assert.ok(span.untilBeat < 100_000))]);
    await assert.rejects(composer.compose(1, plainControls, never), failed(/disposed/));
  });

  const deaths: [CrashOptions['manner'], RegExp][] = [
    ['uncaught', /out of the blue/],
    ['exit', /ended by itself with code 3/],
  ];
  for (const [manner, words] of deaths) {
    it(`survives the death of its thread (${manner}): what is under way fails, and it says so once`, async () => {
      const told: ContinuoError[] = [];
      const composer = new WorkerComposer(crashingRecipe(manner), (error) => told.push(error));
      await composer.prepare();
      await composer.compose(4, plainControls, never);
      const [first, second] = await Promise.allSettled([composer.compose(8, plainControls, never), composer.rewind(2)]);
      assert.ok(first.status === 'rejected' && failed(words)(first.reason));
      assert.ok(second.status === 'rejected' && failed(words)(second.reason));
      await assert.rejects(composer.compose(8, plainControls, never), failed(words));
      await composer.dispose();
      assert.equal(told.length, 1);
      failed(words)(told[0]);
    });
  }

  it('passes on what the composer throws, and lives', async () => {
    const composer = new WorkerComposer(crashingRecipe('throw'), () => assert.fail('it lives'));
    await composer.prepare();
    await composer.compose(4, plainControls, never);
    await assert.rejects(composer.compose(8, plainControls, never), failed(/a slip of the pen/));
    assert.equal((await composer.compose(8, plainControls, never)).untilBeat, 8);
    await composer.dispose();
  });

  it('leaves nothing behind when it cannot be prepared', async () => {
    const refused = new WorkerComposer(crashingRecipe('refuse'), () => assert.fail('nobody played yet'));
    await assert.rejects(refused.prepare(), (error) => error instanceof ContinuoError && error.errorName === 'badPack');
    const fallen = new WorkerComposer(crashingRecipe('fall'), () => assert.fail('nobody played yet'));
    await assert.rejects(fallen.prepare(), failed(/code 7/));
    const missing = new WorkerComposer({ ...nullTokenRecipe, model: { implementation: 'file:///nowhere/x.js', options: {}, files: {} } });
    await assert.rejects(missing.prepare(), (error) => error instanceof ContinuoError && error.errorName === 'badPlugin');
    await Promise.all([refused.dispose(), fallen.dispose(), missing.dispose()]);
  });

  it('ends its thread though a plugin left a timer in it', async () => {
    const composer = new WorkerComposer(crashingRecipe('linger'));
    await composer.prepare();
    await composer.dispose();
  });

  it('can be disposed of though it never started', async () => {
    await new WorkerComposer(nullComposerRecipe).dispose();
  });

  it('lets a process exit in the middle of a run', async () => {
    const script = fileURLToPath(new URL('./modules/exit-while-composing.js', import.meta.url));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await assert.rejects(promisify(execFile)(process.execPath, [script]), (error: { code?: unknown; stderr?: string }) => {
        assert.equal(error.code, 5, error.stderr);
        return true;
      });
    }
  });

  it('lets go of a run that hangs, as of a lost device, whatever it was asked, and the process can still be ended', async () => {
    const script = fileURLToPath(new URL('./modules/hang-and-end.js', import.meta.url));
    const lost = ['told deviceLost', 'rejected deviceLost: what the model runs on hangs: a run has not ended for 0.5 seconds', 'ending'];
    const disposed = ['rejected modelFailed: the composer was not prepared, or was disposed of; call prepare first', 'ending'];
    const expected: readonly [string, readonly string[]][] = [
      ...['compose', 'prime', 'rewind', 'nextNote'].map((call): [string, readonly string[]] => [call, lost]),
      ['compose while it is disposed of', disposed],
    ];
    await Promise.all(expected.map(([call, lines]) =>
      assert.rejects(promisify(execFile)(process.execPath, [script, call], { timeout: 60_000, killSignal: 'SIGTERM' }), (error: { signal?: unknown; stdout?: string; stderr?: string }) => {
        assert.deepEqual([error.signal, error.stdout?.trim().split('\n')], ['SIGKILL', lines], `${call}: ${error.stderr}`);
        return true;
      }),
    ));
  });

  it('tells nobody that it runs: the runtime writes no identifier and makes no uploader', async (context) => {
    if (process.platform === 'win32') return context.skip('the switch is for the other systems');
    const home = await mkdtemp(join(tmpdir(), 'continuo-home-'));
    const { CI: _ci, ...environment } = process.env;
    delete environment.ORT_DISABLE_TELEMETRY;
    const script = fileURLToPath(new URL('./modules/load-once.js', import.meta.url));
    assert.ok(existsSync(script));
    await promisify(execFile)(process.execPath, [script], { env: { ...environment, HOME: home, XDG_CACHE_HOME: join(home, 'cache') }, cwd: home });
    assert.deepEqual(await readdir(home), []);
    await rm(home, { recursive: true });
  });
});
