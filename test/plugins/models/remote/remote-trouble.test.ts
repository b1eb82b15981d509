import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { after, afterEach, before, describe, it } from 'node:test';
import { WorkerComposer } from '../../../../src/engine/generation/worker-composer.js';
import type { RemoteOptions } from '../../../../src/plugins/models/remote/options.js';
import { RemoteLanguageModel } from '../../../../src/plugins/models/remote/remote-language-model.js';
import { plainControls, twoBars } from '../../../engine/contracts/composer-contract.js';
import { FakeInferenceServer, sendJson } from './fake-inference-server.js';
import { refused, remoteContext, remoteRecipe, runtimeHere } from './remote-support.js';
import { ServedTinyLm } from './served-tiny-lm.js';

const rows = [1, 0, 0, 0, 0, 0, 0, 0, 7, 9, 137, 2201, 3372, 3386, 0, 0];
const isInference = (path: string): boolean => path.endsWith('/infer');
/** Nothing in these tests may take as long as a request to a dead server would without a limit. */
const soonMilliseconds = 7000;

function soon<Value>(promise: Promise<Value>): Promise<Value> {
  const limit = AbortSignal.timeout(soonMilliseconds);
  return Promise.race([promise, once(limit, 'abort').then((): never => assert.fail('it hangs'))]);
}

describe('a server in trouble', () => {
  let tiny: ServedTinyLm;
  let server: FakeInferenceServer;
  let open: RemoteLanguageModel[] = [];

  before(async () => {
    tiny = await ServedTinyLm.load();
    server = await new FakeInferenceServer({ tiny }).start();
  });

  afterEach(async () => {
    server.mischief = () => false;
    server.ready = true;
    await Promise.all(open.map((model) => model.dispose()));
    open = [];
  });

  after(async () => {
    await server.kill();
    await tiny.dispose();
  });

  async function prepared(changes: Partial<RemoteOptions> = {}, said: string[] = []): Promise<RemoteLanguageModel> {
    const model = new RemoteLanguageModel(remoteContext(server, changes), runtimeHere(said));
    open.push(model);
    await model.prepare();
    return model;
  }

  it('waits for a server that is slow but lives, and says so', async () => {
    const said: string[] = [];
    const model = await prepared({ timeoutMilliseconds: 60 }, said);
    server.mischief = async (path) => {
      if (isInference(path)) await new Promise((resolve) => setTimeout(resolve, 400));
      return false;
    };
    assert.equal((await soon(model.extend(rows))).length, 3406);
    assert.equal((await soon(model.extend([0]))).length, 3406);
    assert.equal(said.filter((sentence) => /lives but takes longer than 60 ms/.test(sentence)).length, 1);
    const { timeouts, p95Milliseconds } = model.link();
    assert.ok(timeouts >= 2);
    assert.ok(p95Milliseconds >= 390, String(p95Milliseconds));
  });

  it('gives up a server that answers neither a request nor a health probe, as soon as both are late', async () => {
    const model = await prepared({ timeoutMilliseconds: 100, probeMilliseconds: 100 });
    server.mischief = () => true;
    await assert.rejects(soon(model.extend(rows)), refused('deviceLost', /neither a request nor a health probe was answered/));
  });

  it('gives up a server that says it is ready and never answers', async () => {
    const model = await prepared({ timeoutMilliseconds: 100, patienceMilliseconds: 300 });
    server.mischief = isInference;
    await assert.rejects(soon(model.extend(rows)), refused('deviceLost', /says that it is ready, but has not answered for 300 ms/));
  });

  it('gives up a server whose answer comes a byte at a time', async () => {
    const model = await prepared({ timeoutMilliseconds: 100, patienceMilliseconds: 400 });
    const dripping: NodeJS.Timeout[] = [];
    server.mischief = (path, response) => {
      if (isInference(path)) dripping.push(setInterval(() => response.write(' '), 20));
      return isInference(path);
    };
    await assert.rejects(soon(model.extend(rows)), refused('deviceLost', /has not answered for 400 ms/));
    dripping.forEach(clearInterval);
  });

  it('gives up a server that is gone at once', async () => {
    const model = await prepared();
    await server.kill();
    await assert.rejects(soon(model.extend(rows)), refused('deviceLost', /lost: nothing listens there/));
    assert.equal(model.link().reconnects, 2);
    await server.start();
    assert.equal((await model.extend(rows)).length, 3406, 'it can be asked again');
  });

  it('goes on in the same place when the server was restarted between two requests', async () => {
    const model = await prepared();
    await model.extend(rows);
    const expected = Float32Array.from(await model.extend([3, 9]));
    model.rewind({ tokens: rows.length });
    await server.kill();
    await server.start();
    assert.deepEqual(await model.extend([3, 9]), expected);
  });

  it('asks again when the server is restarted in the middle of a request', async () => {
    const model = await prepared({ retries: 8 });
    let broken = 0;
    server.mischief = async (path) => {
      if (!isInference(path) || broken > 0) return false;
      broken += 1;
      await server.kill();
      setTimeout(() => void server.start(), 200);
      return true;
    };
    assert.equal((await soon(model.extend(rows))).length, 3406);
    assert.ok(model.link().reconnects >= 1);
  });

  for (const status of [500, 503, 429]) {
    it(`asks again when it is told ${status}, and gives up when it is told so always`, async () => {
      const model = await prepared();
      let left = 1;
      server.mischief = (path, response) => {
        if (!isInference(path) || left <= 0) return false;
        left -= 1;
        sendJson(response, status, { error: 'out of memory' });
        return true;
      };
      assert.equal((await soon(model.extend(rows))).length, 3406);
      left = 100;
      await assert.rejects(soon(model.extend(rows)), refused('deviceLost', new RegExp(`status ${status}, out of memory`)));
    });
  }

  it('gives up a server that says it is not ready', async () => {
    const model = await prepared();
    server.ready = false;
    await assert.rejects(soon(model.extend(rows)), refused('deviceLost', /status 503, not ready/));
  });

  it('does not ask again what the server refuses, and gives its reason', async () => {
    const model = await prepared();
    const before = server.inferences;
    server.mischief = (path, response) => {
      if (isInference(path)) sendJson(response, 400, { error: 'unexpected shape\nfor ids' });
      return isInference(path);
    };
    await assert.rejects(model.extend(rows), refused('modelFailed', /refuses the request: status 400, unexpected shape for ids/));
    assert.equal(server.inferences, before + 1);
  });

  const garbage: [string, (response: ServerResponse) => void, RegExp][] = [
    ['no JSON', (response) => response.end('<html>hello</html>'), /its answer is no JSON/],
    ['nothing', (response) => response.end(), /its answer is no JSON/],
    ['another form', (response) => sendJson(response, 200, { predictions: [1] }), /not in the form of the open inference protocol: outputs/],
    ['no output', (response) => sendJson(response, 200, { outputs: [] }), /logits .* are missing/],
    ['a wrong shape', (response) => sendJson(response, 200, logits([2, 5], 10)), /are FP32 \[2, 5\] and should be FP32 \[1, 3406\]/],
    ['rows that are too many', (response) => sendJson(response, 200, logits([3, 3406], 3 * 3406)), /are FP32 \[3, 3406\]/],
    ['a wrong count', (response) => sendJson(response, 200, logits([1, 3406], 17)), /does not hold 3406 values/],
    ['words for numbers', (response) => sendJson(response, 200, { outputs: [{ name: 'logits', datatype: 'FP32', shape: [1], data: ['x'] }] }), /does not hold 1 values/],
    ['another type', (response) => sendJson(response, 200, { outputs: [{ name: 'logits', datatype: 'BYTES', shape: [1], data: ['x'] }] }), /of type BYTES/],
    ['a header that lies', (response) => response.writeHead(200, { 'inference-header-content-length': '99999' }).end('{}'), /says that 99999 of them are JSON/],
    ['too few bytes', (response) => sendBinary(response, { ...logits([1, 3406], 0).outputs[0], parameters: { binary_data_size: 13624 } }, 12), /has 12 bytes instead of 13624/],
    ['numbers that are none', (response) => sendBinary(response, { ...logits([1, 3406], 0).outputs[0], parameters: { binary_data_size: 13624 } }, 13624), /logits that are no numbers/],
    ['a redirect', (response) => response.writeHead(302, { location: 'http://127.0.0.2/' }).end(), /refuses the request: status 302/],
    ['a length beyond all measure', (response) => response.writeHead(200, { 'content-length': String(2 ** 40) }).end('{'), /answers with more than/],
    ['an answer without end', (response) => pour(response), /answers with more than/],
  ];
  for (const [what, answer, words] of garbage) {
    it(`says what is wrong when the answer is ${what}, and goes on`, async () => {
      const model = await prepared();
      server.mischief = (path, response) => {
        if (isInference(path)) answer(response);
        return isInference(path);
      };
      await assert.rejects(soon(model.extend(rows)), refused('modelFailed', words));
      assert.equal(model.mark().tokens, 0);
      server.mischief = () => false;
      assert.equal((await model.extend(rows)).length, 3406);
    });
  }

  it('hangs on nothing when it is disposed of while the server is silent', async () => {
    const composer = new WorkerComposer(remoteRecipe(server, { timeoutMilliseconds: 9000 }));
    await composer.prepare();
    await composer.prime(twoBars, 8);
    const silent = new Promise<void>((resolve) => {
      server.mischief = (path) => {
        if (isInference(path)) resolve();
        return true;
      };
    });
    const composing = composer.compose(20, plainControls, () => false);
    const failed = assert.rejects(composing, refused('modelFailed', /disposed of/));
    await silent;
    await soon(composer.dispose());
    await failed;
  });

  it('hangs on nothing when it is disposed of while it is loaded', async () => {
    const composer = new WorkerComposer(remoteRecipe(server, { timeoutMilliseconds: 9000 }));
    const silent = new Promise<void>((resolve) => {
      server.mischief = () => {
        resolve();
        return true;
      };
    });
    const loading = assert.rejects(composer.prepare());
    await silent;
    await soon(composer.dispose());
    await loading;
  });
});

function logits(shape: number[], count: number): { outputs: [{ name: string; datatype: string; shape: number[]; data: number[] }] } {
  return { outputs: [{ name: 'logits', datatype: 'FP32', shape, data: new Array<number>(count).fill(0.5) }] };
}

/** Bytes of 0xff, which are no float. */
function sendBinary(response: ServerResponse, output: object, bytes: number): void {
  const head = Buffer.from(JSON.stringify({ outputs: [output] }));
  response.writeHead(200, { 'inference-header-content-length': String(head.length) });
  response.end(Buffer.concat([head, Buffer.alloc(bytes, 0xff)]));
}

function pour(response: ServerResponse): void {
  response.on('error', () => undefined);
  const chunk = Buffer.alloc(1 << 16, 0x20);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
