import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeResponse, encodeRequest, modelPath, parseModelMetadata, ProtocolFault, reasonOf } from '../../../../src/plugins/models/remote/inference-protocol.js';
import { floatsFromHalves, sizeOf, type Tensor } from '../../../../src/plugins/models/remote/tensor.js';

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const tensor: fc.Arbitrary<Tensor> = shape.chain((lengths) => {
  const size = { minLength: sizeOf(lengths), maxLength: sizeOf(lengths) };
  return fc.oneof(
    fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), size).map((values): Tensor => ({ name: 'a', datatype: 'FP32', shape: lengths, data: Float32Array.from(values) })),
    fc.array(fc.maxSafeInteger(), size).map((values): Tensor => ({ name: 'b', datatype: 'INT64', shape: lengths, data: BigInt64Array.from(values, BigInt) })),
    fc.array(fc.boolean(), size).map((values): Tensor => ({ name: 'c', datatype: 'BOOL', shape: lengths, data: Uint8Array.from(values, Number) })),
  );
});

describe('the open inference protocol', () => {
  it('writes a request as the protocol and its binary extension have it', () => {
    const ids: Tensor = { name: 'ids', datatype: 'INT64', shape: [1, 2], data: BigInt64Array.of(7n, -1n) };
    const plain = encodeRequest([ids], ['logits'], 'json');
    assert.deepEqual(JSON.parse(plain.body.toString()), {
      inputs: [{ name: 'ids', shape: [1, 2], datatype: 'INT64', data: [7, -1] }],
      outputs: [{ name: 'logits' }],
    });
    assert.equal(plain.headers['content-type'], 'application/json');
    const { headers, body } = encodeRequest([ids], ['logits'], 'binary');
    const head = Number(headers['inference-header-content-length']);
    assert.deepEqual(JSON.parse(body.toString('utf8', 0, head)), {
      inputs: [{ name: 'ids', shape: [1, 2], datatype: 'INT64', parameters: { binary_data_size: 16 } }],
      outputs: [{ name: 'logits', parameters: { binary_data: true } }],
    });
    assert.equal(body.subarray(head).toString('hex'), '0700000000000000ffffffffffffffff');
  });

  it('reads what it writes, in both encodings: requests and answers have the same form', () => {
    fc.assert(
      fc.property(fc.array(tensor, { maxLength: 3 }), fc.constantFrom('binary' as const, 'json' as const), (tensors, encoding) => {
        const named = tensors.map((each, index) => ({ ...each, name: `t${index}` }));
        const { headers, body } = encodeRequest(named, [], encoding);
        const head = Number(headers['inference-header-content-length'] ?? body.length);
        const renamed = Buffer.from(body.toString('utf8', 0, head).replace('"outputs":[]', '"rest":[]').replace('"inputs"', '"outputs"'));
        const answer = { headers: { ...headers, ...(encoding === 'binary' && { 'inference-header-content-length': String(renamed.length) }) }, body: Buffer.concat([renamed, body.subarray(head)]) };
        const read = decodeResponse(answer);
        for (const each of named) {
          const found = read.get(each.name);
          assert.deepEqual(found?.shape, each.shape);
          assert.deepEqual(Array.from<number | bigint>(found.data as ArrayLike<number | bigint>).map((value) => Number(value) + 0), Array.from(each.data as ArrayLike<number | bigint>).map((value) => Number(value) + 0));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('meets no bytes that it can do anything with but read or refuse', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      fc.json().map((text) => Buffer.from(text)),
      fc.record({ name: fc.string(), datatype: fc.constantFrom('FP32', 'INT64', 'BOOL', 'x'), shape: fc.array(fc.oneof(fc.integer(), fc.double())), data: fc.anything(), parameters: fc.option(fc.record({ binary_data_size: fc.integer() })) })
        .map((output) => Buffer.from(JSON.stringify({ outputs: [output] }) ?? '')),
    );
    fc.assert(
      fc.property(bytes, fc.option(fc.string(), { nil: undefined }), (body, length) => {
        for (const read of [() => decodeResponse({ headers: { 'inference-header-content-length': length }, body }), () => parseModelMetadata(body)]) {
          try {
            read();
          } catch (cause) {
            assert.ok(cause instanceof ProtocolFault, String(cause));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('names a model and its version in the path', () => {
    assert.equal(modelPath('pop', undefined), 'v2/models/pop');
    assert.equal(modelPath('pop', '3'), 'v2/models/pop/versions/3');
  });

  it('gives the reason of a refusal in one short line', () => {
    const answer = (status: number, text: string) => ({ status, headers: {}, body: Buffer.from(text) });
    assert.equal(reasonOf(answer(400, '{"error":"bad\\nshape"}')), 'status 400, bad shape');
    assert.equal(reasonOf(answer(502, '<html><b>Bad gateway</b></html>')), 'status 502, Bad gateway');
    assert.equal(reasonOf(answer(503, '')), 'status 503');
    assert.ok(reasonOf(answer(500, 'x'.repeat(5000))).length < 400);
  });

  it('reads numbers of half precision', () => {
    assert.deepEqual([...floatsFromHalves(Uint16Array.of(0, 0x8000, 0x3c00, 0xc500, 0x7bff, 0x0001, 0x7c00, 0xfc00))], [0, -0, 1, -5, 65504, 2 ** -24, Infinity, -Infinity]);
    assert.ok(Number.isNaN(floatsFromHalves(Uint16Array.of(0x7e00))[0]));
  });
});
