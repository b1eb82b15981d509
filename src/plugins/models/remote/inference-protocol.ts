import { z } from 'zod';
import type { HttpAnswer } from './http-connection.js';
import { bytesOf, byteSize, dataFromBytes, dataFromNumbers, isDatatype, numbersOf, sizeOf, type Tensor } from './tensor.js';

/*
 * The open inference protocol, version 2, over REST (kserve/open-inference-protocol, inference_rest.md) with the binary
 * tensor extension (triton-inference-server/server, extension_binary_data.md): the JSON object first, as long as
 * Inference-Header-Content-Length says, then the tensors' bytes in the order in which the JSON names them. Pure.
 */

export type Encoding = 'binary' | 'json';

/** The server's name for the extension, in its metadata. */
export const binaryExtension = 'binary_tensor_data';
const headerLength = 'inference-header-content-length';

/** What came back is not what the protocol says. */
export class ProtocolFault extends Error {}

const metadataTensor = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.coerce.number().int()) });
const modelMetadata = z.object({
  name: z.string(),
  versions: z.array(z.string()).optional(),
  platform: z.string().default(''),
  inputs: z.array(metadataTensor),
  outputs: z.array(metadataTensor),
});
const serverMetadata = z.object({ name: z.string().default(''), version: z.string().default(''), extensions: z.array(z.string()).default([]) });
const responseOutput = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.coerce.number().int().min(0)),
  parameters: z.looseObject({ binary_data_size: z.int().min(0).optional() }).nullish(),
  data: z.array(z.unknown()).nullish(),
});
const inferenceResponse = z.object({ outputs: z.array(responseOutput) });
const errorResponse = z.object({ error: z.string() });

export type MetadataTensor = z.output<typeof metadataTensor>;
export type ModelMetadata = z.output<typeof modelMetadata>;
export type ServerMetadata = z.output<typeof serverMetadata>;

export interface InferenceRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** `v2/models/NAME[/versions/VERSION]`. */
export function modelPath(model: string, version: string | undefined): string {
  return `v2/models/${encodeURIComponent(model)}${version === undefined ? '' : `/versions/${encodeURIComponent(version)}`}`;
}

/** The body that asks for `outputs`, in either encoding; what comes back is asked for in the same. */
export function encodeRequest(inputs: readonly Tensor[], outputs: readonly string[], encoding: Encoding): InferenceRequest {
  const binary = encoding === 'binary';
  const json = JSON.stringify({
    inputs: inputs.map((tensor) => {
      const { name, datatype, shape, data } = tensor;
      const content = binary ? { parameters: { binary_data_size: data.byteLength } } : { data: numbersOf(tensor) };
      return { name, shape, datatype, ...content };
    }),
    outputs: outputs.map((name) => ({ name, ...(binary && { parameters: { binary_data: true } }) })),
  });
  const head = Buffer.from(json);
  if (!binary) return { headers: { 'content-type': 'application/json' }, body: head };
  return {
    headers: { 'content-type': 'application/octet-stream', [headerLength]: String(head.length) },
    body: Buffer.concat([head, ...inputs.map(bytesOf)]),
  };
}

/** The tensors of a good answer, by name. Errors: {@link ProtocolFault}. */
export function decodeResponse({ headers, body }: Pick<HttpAnswer, 'headers' | 'body'>): ReadonlyMap<string, Tensor> {
  const stated = headers[headerLength];
  const jsonLength = stated === undefined ? body.length : Number(stated);
  if (!Number.isInteger(jsonLength) || jsonLength < 0 || jsonLength > body.length) {
    throw new ProtocolFault(`its answer of ${body.length} bytes says that ${String(stated)} of them are JSON`);
  }
  const { outputs } = parse(inferenceResponse, body.subarray(0, jsonLength), 'answer');
  const tensors = new Map<string, Tensor>();
  let at = jsonLength;
  for (const output of outputs) {
    const bytes = output.parameters?.binary_data_size;
    tensors.set(output.name, decodeOutput(output, bytes === undefined ? undefined : body.subarray(at, at + bytes)));
    at += bytes ?? 0;
  }
  return tensors;
}

export function parseModelMetadata(body: Buffer): ModelMetadata {
  return parse(modelMetadata, body, 'metadata of the model');
}

export function parseServerMetadata(body: Buffer): ServerMetadata {
  return parse(serverMetadata, body, 'metadata');
}

/** Why a server refused, in its own words where it gave any; one line, short. */
export function reasonOf({ status, body }: HttpAnswer): string {
  const text = body.toString('utf8', 0, 2000);
  let words = text;
  try {
    words = errorResponse.parse(JSON.parse(text)).error;
  } catch {
    // Servers behind a proxy answer with pages of their own: what they say is shown as it is.
    words = text.replace(/<[^>]*>/g, ' ');
  }
  const line = words.replace(/[\s\p{Cc}]+/gu, ' ').trim().slice(0, 300);
  return line === '' ? `status ${status}` : `status ${status}, ${line}`;
}

function decodeOutput({ name, datatype, shape, data }: z.output<typeof responseOutput>, bytes: Buffer | undefined): Tensor {
  if (!isDatatype(datatype)) throw new ProtocolFault(`its output ${name} is of type ${datatype}, which nothing here reads`);
  if (bytes !== undefined) {
    const expected = byteSize(datatype, shape);
    if (bytes.length !== expected) {
      throw new ProtocolFault(`its output ${name} ${datatype} [${shape.join(', ')}] has ${bytes.length} bytes instead of ${expected}`);
    }
    return { name, datatype, shape, data: dataFromBytes(datatype, bytes) };
  }
  const flat = (data ?? []).flat(Infinity);
  const numbers = flat.length === sizeOf(shape) ? dataFromNumbers(datatype, flat) : undefined;
  if (!numbers) throw new ProtocolFault(`its output ${name} does not hold ${sizeOf(shape)} values of ${datatype}`);
  return { name, datatype: datatype === 'FP16' ? 'FP32' : datatype, shape, data: numbers };
}

function parse<Schema extends z.ZodType>(schema: Schema, body: Buffer, what: string): z.output<Schema> {
  let content: unknown;
  try {
    content = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new ProtocolFault(`its ${what} is no JSON`, { cause });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new ProtocolFault(`its ${what} is not in the form of the open inference protocol: ${path.join('.')} ${message}`);
}
