import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repositoryRoot } from '../../../../src/engine/paths.js';
import awaitReturn from '../../../../src/plugins/models/remote/await-return.js';
import { remote } from '../../../../src/plugins/models/remote/descriptor.js';
import { optionsSchema, type RemoteOptions } from '../../../../src/plugins/models/remote/options.js';
import { RemoteLanguageModel } from '../../../../src/plugins/models/remote/remote-language-model.js';
import { serverAddress, type AddressGround } from '../../../../src/plugins/models/remote/server-address.js';
import { FakeInferenceServer, type FakeServerOptions, type ServedModel } from './fake-inference-server.js';
import { refused, remoteContext, remoteOptions, runtimeHere } from './remote-support.js';

const certificates = join(repositoryRoot, 'test/fixtures/remote');
const authority = join(certificates, 'server-certificate.pem');
const certificate = { cert: readFileSync(authority, 'utf8'), key: readFileSync(join(certificates, 'server-key.pem'), 'utf8') };

/** Four ids, all as likely. */
function small(changes: Partial<ServedModel> = {}): ServedModel {
  return {
    inputs: [{ name: 'ids', datatype: 'INT64', shape: [1, -1] }],
    outputs: [{ name: 'logits', datatype: 'FP32', shape: [1, 4] }],
    infer: async () => [{ name: 'logits', datatype: 'FP32', shape: [1, 4], values: [0, 1, 2, 3] }],
    ...changes,
  };
}

const smallOptions: Partial<RemoteOptions> = { vocabularySize: 4, contextTokens: 16, model: 'small' };

async function withServer(model: ServedModel, options: FakeServerOptions, work: (server: FakeInferenceServer) => Promise<void>): Promise<void> {
  const server = await new FakeInferenceServer({ small: model }, options).start();
  try {
    await work(server);
  } finally {
    await server.kill();
  }
}

async function logitsOf(server: FakeInferenceServer, changes: Partial<RemoteOptions> = {}, files: Record<string, string> = {}): Promise<number[]> {
  const model = new RemoteLanguageModel({ ...remoteContext(server, { ...smallOptions, ...changes }), files }, runtimeHere());
  try {
    await model.prepare();
    return Array.from(await model.extend([1, 2, 3]));
  } finally {
    await model.dispose();
  }
}

describe('where a pack may compute', () => {
  const options = (changes: Partial<RemoteOptions> = {}): RemoteOptions =>
    optionsSchema.parse({ url: 'https://gpu.example:8443/triton', model: 'm', vocabularySize: 4, contextTokens: 16, ...changes });
  const ground: AddressGround = { allowedHosts: ['gpu.example'], environment: { CONTINUO_REMOTE_TOKEN: 'secret' } };
  const address = (changes: Partial<RemoteOptions>, ...groundChanges: Partial<AddressGround>[]) =>
    serverAddress(options(changes), Object.assign({}, ground, ...groundChanges) as AddressGround);

  it('is nowhere until the performer allows it, and the refusal says what to set', () => {
    assert.throws(() => address({}, { allowedHosts: [] }), refused('deviceUnavailable', /add "gpu\.example:8443" to inference\.allowedHosts/));
  });

  it('is the host that is allowed, on any port or on the one that is named, and no other', () => {
    assert.equal(address({}).name, 'gpu.example:8443');
    assert.equal(address({}, { allowedHosts: ['GPU.example:8443'] }).name, 'gpu.example:8443');
    assert.equal(address({ url: 'https://gpu.example' }, { allowedHosts: ['gpu.example:443'] }).name, 'gpu.example:443');
    assert.equal(address({ url: 'http://[::1]:8000' }, { allowedHosts: ['[::1]:8000'] }).name, '[::1]:8000');
    for (const allowed of ['gpu.example:8444', 'example', 'xgpu.example', 'gpu.example.org', '*']) {
      assert.throws(() => address({}, { allowedHosts: [allowed] }), refused('deviceUnavailable', /allows no connection/));
    }
  });

  it('is no address that hides another one', () => {
    for (const url of ['https://me:you@gpu.example', 'ftp://gpu.example', 'gpu.example', 'https://gpu.example?x=1', 'https://gpu.example#x']) {
      assert.ok(!remote.optionsSchema.safeParse({ ...options(), url }).success, url);
    }
    for (const model of ['../x', 'a/b', '', '.x']) assert.ok(!remote.optionsSchema.safeParse({ ...options(), model }).success, model);
  });

  it('gets a token only from a variable made for it, and never in the clear', () => {
    const tokenVariable = 'CONTINUO_REMOTE_TOKEN';
    assert.deepEqual(address({ tokenVariable }).headers, { authorization: 'Bearer secret' });
    assert.deepEqual(address({}).headers, {});
    assert.deepEqual(address({ tokenVariable, url: 'http://127.0.0.1:1' }, { allowedHosts: ['127.0.0.1'] }).headers, { authorization: 'Bearer secret' });
    assert.throws(() => address({ tokenVariable }, { environment: {} }), refused('deviceUnavailable', /put it into the environment variable CONTINUO_REMOTE_TOKEN/));
    assert.throws(() => address({ tokenVariable, url: 'http://gpu.example' }), refused('deviceUnavailable', /in the clear; serve it over https/));
    assert.throws(() => address({ tokenVariable }, { environment: { CONTINUO_REMOTE_TOKEN: 'a\nb' } }), refused('deviceUnavailable', /no header can carry/));
    assert.ok(!remote.optionsSchema.safeParse({ ...options(), tokenVariable: 'AWS_SECRET_ACCESS_KEY' }).success);
  });

  it('connects nowhere when it is refused', async () => {
    await withServer(small(), {}, async (server) => {
      const model = new RemoteLanguageModel(remoteContext(server, smallOptions), runtimeHere([], { allowedHosts: undefined }));
      await assert.rejects(model.prepare(), refused('deviceUnavailable', /inference\.allowedHosts/));
      assert.equal(server.connections, 0);
    });
  });

  it('shows its token, and says so when the server wants another', async () => {
    await withServer(small(), { token: 'secret' }, async (server) => {
      process.env.CONTINUO_REMOTE_TEST = 'secret';
      assert.deepEqual(await logitsOf(server, { tokenVariable: 'CONTINUO_REMOTE_TEST' }), [0, 1, 2, 3]);
      process.env.CONTINUO_REMOTE_TEST = 'other';
      await assert.rejects(logitsOf(server, { tokenVariable: 'CONTINUO_REMOTE_TEST' }), refused('deviceUnavailable', /does not let us in \(status 401, who are you\)/));
      delete process.env.CONTINUO_REMOTE_TEST;
    });
  });

  it('trusts a certificate that comes with the pack, and no stranger', async () => {
    await withServer(small(), { certificate }, async (server) => {
      assert.deepEqual(await logitsOf(server, {}, { authority }), [0, 1, 2, 3]);
      await assert.rejects(logitsOf(server), refused('deviceUnavailable', /certificate is signed by itself; put it into the pack/));
      await assert.rejects(logitsOf(server, {}, { authority: join(certificates, 'gone.pem') }), refused('deviceUnavailable', /gone\.pem cannot be read/));
    });
  });

  it('hears that a server is back, and stops listening when nobody asks any more', async () => {
    const server = await new FakeInferenceServer({ small: small() }).start();
    const context = { options: remoteOptions(server, smallOptions), files: {}, allowedHosts: ['127.0.0.1'] };
    await server.kill();
    const ended = new AbortController();
    const abandoned = awaitReturn(context, ended.signal);
    ended.abort();
    await assert.rejects(abandoned);
    const back = awaitReturn(context, new AbortController().signal);
    server.ready = false;
    await server.start();
    server.ready = true;
    await back;
    await assert.rejects(awaitReturn({ ...context, allowedHosts: [] }, ended.signal), refused('deviceUnavailable', /allowedHosts/));
    await server.kill();
  });
});

describe('what a server serves', () => {
  const ids = { name: 'ids', datatype: 'INT64', shape: [1, -1] };
  const logits = { name: 'logits', datatype: 'FP32', shape: [1, 4] };
  const wrong: [string, Partial<ServedModel>, RegExp][] = [
    ['another vocabulary', { outputs: [{ ...logits, shape: [-1, 5] }] }, /has logits of shape \[-1, 5\] and the pack 4 ids/],
    ['another input', { inputs: [{ ...ids, name: 'input_ids' }] }, /has no input ids; it has input_ids/],
    ['no input', { inputs: [] }, /has no input ids; it has none/],
    ['another output', { outputs: [{ ...logits, name: 'y' }] }, /has no output logits; it has y/],
    ['one input too many', { inputs: [ids, { name: 'past', datatype: 'FP32', shape: [-1] }] }, /has an input past that nobody feeds/],
    ['ids of another type', { inputs: [{ ...ids, datatype: 'BYTES' }] }, /has ids of type BYTES, which must be INT64 or INT32/],
    ['logits of another type', { outputs: [{ ...logits, datatype: 'UINT8' }] }, /has logits of type UINT8/],
    ['a fixed length', { inputs: [{ ...ids, shape: [1, 128] }] }, /takes ids of shape \[1, 128\]; it must be \[1, -1\] or \[-1\]/],
  ];
  for (const [what, changes, words] of wrong) {
    it(`is refused when it is loaded if it has ${what}, with a sentence`, async () => {
      await withServer(small(changes), {}, (server) => assert.rejects(logitsOf(server), refused('badPack', words)));
    });
  }

  it('is refused when there is no such model, no server or something else there', async () => {
    await withServer(small(), {}, async (server) => {
      await assert.rejects(logitsOf(server, { model: 'large' }), refused('modelFailed', /status 404, Request for unknown model: 'large'/));
      server.mischief = (_path, response) => Boolean(response.end('<html>Welcome</html>'));
      await assert.rejects(logitsOf(server), refused('modelFailed', /cannot be understood: its metadata of the model is no JSON; see whether the url leads to an inference server/));
      await server.kill();
      await assert.rejects(logitsOf(server), refused('deviceUnavailable', /cannot be loaded without its server 127\.0\.0\.1:\d+: .* nothing listens there/));
    });
  });

  it('may take flat ids, 32 bits wide, and answer after every id, in half precision', async () => {
    const model = small({
      inputs: [{ name: 'ids', datatype: 'INT32', shape: [-1] }],
      outputs: [{ name: 'logits', datatype: 'FP16', shape: [-1, -1] }],
      infer: async (inputs) => {
        const { shape, values, datatype } = inputs.get('ids') ?? assert.fail('no ids');
        assert.equal(datatype, 'INT32');
        assert.deepEqual(shape, [values.length]);
        const rows = values.map((id) => [0x3c00, 0xc000, 0x0001, 0x3c00 + id]);
        return [{ name: 'logits', datatype: 'FP16', shape: [values.length, 4], values: rows.flat() }];
      },
    });
    await withServer(model, {}, async (server) => {
      assert.deepEqual(await logitsOf(server), [1, -2, 2 ** -24, 1 + 3 / 1024]);
    });
  });

  it('is spoken to in JSON where the server takes no bytes', async () => {
    for (const announcesBinary of [false, true]) {
      await withServer(small(), { announcesBinary }, async (server) => {
        assert.deepEqual(await logitsOf(server), [0, 1, 2, 3]);
        assert.equal(server.encodings.at(-1), 'binary');
      });
    }
    await withServer(small(), { announcesBinary: false, plainJson: true }, async (server) => {
      assert.deepEqual(await logitsOf(server), [0, 1, 2, 3]);
      assert.equal(server.encodings.at(-1), 'json');
    });
  });
});
