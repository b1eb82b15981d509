import { decode, encode, Message } from 'node-osc';
import { ContinuoError } from '../../engine/errors.js';
import { decodedValues } from '../../engine/parameters/decoded-values.js';
import type { Parameter, ParameterValue } from '../../engine/parameters/parameter.js';

export interface FrameMessage {
  readonly path: string;
  readonly values: readonly ParameterValue[];
}

interface Packet {
  readonly oscType: 'message' | 'bundle';
  readonly address: string;
  readonly args: readonly { readonly value: unknown }[];
  readonly elements: readonly Packet[];
}

const largestInteger = 2 ** 31 - 1;

/** A value as a binary frame, of the type that the namespace names. */
export function frameOf(path: string, entry: Parameter, value: ParameterValue): Buffer {
  return encode(new Message(path, typed(entry, value)));
}

/** What an action answers. */
export function replyFrame(path: string, values: readonly ParameterValue[]): Buffer {
  return encode(new Message(path, ...values.map((value) => typed(undefined, value))));
}

/** `/continuo/error number text`. */
export function errorFrame(code: number, sentence: string): Buffer {
  return encode(new Message('/continuo/error', { type: 'i', value: code }, { type: 's', value: sentence.replaceAll('\0', '') }));
}

/** The messages of a binary frame; nil is nothing. Errors: `badMessage`. */
export function readFrame(bytes: Buffer): readonly FrameMessage[] {
  let packet: Packet;
  try {
    packet = decode(bytes) as Packet;
  } catch (cause) {
    throw new ContinuoError('badMessage', `A frame of ${bytes.length} bytes is no OSC packet that can be read; use the types i f s T F N.`, { cause });
  }
  return messagesOf(packet);
}

function messagesOf(packet: Packet): readonly FrameMessage[] {
  if (packet.oscType === 'bundle') return packet.elements.flatMap(messagesOf);
  return [{ path: packet.address, values: decodedValues(packet.args.map(({ value }) => value)) }];
}

function typed(entry: Parameter | undefined, value: ParameterValue): { readonly type: string; readonly value: ParameterValue } {
  if (typeof value === 'boolean') return { type: value ? 'T' : 'F', value };
  if (typeof value === 'string') return { type: 's', value: value.replaceAll('\0', '') };
  const isInteger = entry === undefined ? Number.isInteger(value) : entry.kind === 'value' && entry.type === 'integer';
  const whole = isInteger && Math.abs(value) <= largestInteger;
  return { type: whole ? 'i' : 'f', value };
}
