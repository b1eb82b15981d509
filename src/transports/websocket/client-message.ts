import { z } from 'zod';
import { ContinuoError } from '../../engine/errors.js';
import { farthestBeat, maximumBpm, minimumBpm } from '../../engine/music/units.js';

const value = z.union([z.number(), z.string().max(1024), z.boolean()]);
/** Of one entry of the table, or a pattern for several. */
const address = z.string().max(256);
const subjects = z.array(z.string().max(256)).max(64);
/** Chosen by the client; comes back in the answer. */
const id = z.union([z.number(), z.string().max(64)]).optional();

/** When a note was played: on the engine's clock, or on the client's own; without either, now. */
const playedWhen = { timeMicros: z.number().optional(), clientMilliseconds: z.number().optional() };
const channel = z.int().min(0).max(15).default(0);
const midiNumber = z.int().min(0).max(127);

const clientMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('get'), id, address }),
  z.object({ type: z.literal('set'), id, address, value }),
  z.object({ type: z.literal('invoke'), id, address, arguments: z.array(value).max(16).default([]) }),
  z.object({ type: z.literal('capabilities'), id, address: address.optional() }),
  z.object({ type: z.literal('listen'), id, to: subjects.min(1) }),
  z.object({ type: z.literal('unlisten'), id, to: subjects.optional() }),
  z.object({ type: z.literal('ping'), id }),
  z.object({
    type: z.literal('sync'),
    id,
    bpm: z.number().min(minimumBpm).max(maximumBpm),
    beat: z.number().min(0 - farthestBeat).max(farthestBeat),
    /** When the beat is: on the engine's clock, or on the client's own; without either, now. */
    timeMicros: z.number().optional(),
    clientMilliseconds: z.number().optional(),
    playing: z.boolean().optional(),
    beatsPerBar: z.number().positive().max(64).optional(),
  }),
  z.object({
    type: z.literal('note'),
    id,
    channel,
    pitch: midiNumber,
    velocity: midiNumber,
    /** Where it is known already: no `noteOff` follows. */
    durationBeats: z.number().positive().max(64).optional(),
    ...playedWhen,
  }),
  z.object({ type: z.literal('noteOff'), id, channel, pitch: midiNumber, ...playedWhen }),
  z.object({ type: z.literal('control'), id, channel, controller: midiNumber, value: midiNumber, ...playedWhen }),
  z.object({ type: z.literal('probe'), id, probe: z.number(), clientMilliseconds: z.number() }),
]);

export type ClientMessage = z.output<typeof clientMessageSchema>;
export type MessageId = ClientMessage['id'];

/** What a client says. Errors: `badMessage`, with what is wrong. */
export function readClientMessage(text: string): ClientMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ContinuoError('badMessage', `This is no JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
  const result = clientMessageSchema.safeParse(json);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  const field = path.join('.');
  if (field === '' || field === 'type') {
    throw new ContinuoError('badMessage', 'A message of type get, set, invoke, capabilities, listen, unlisten, ping, sync, probe, note, noteOff or control is expected.');
  }
  throw new ContinuoError('badMessage', `In a message of type ${(json as ClientMessage).type}, ${field}: ${message}.`);
}

/** The id of a message that may be anything else but right, so that its error can name it. */
export function idOf(text: string): MessageId {
  try {
    const json: unknown = JSON.parse(text);
    const found = z.object({ id }).safeParse(json);
    return found.success ? found.data.id : undefined;
  } catch {
    // Not even JSON: it has no id, and the error that says so is raised by the reader.
    return undefined;
  }
}
