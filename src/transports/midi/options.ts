import { z } from 'zod';

/** The names our virtual ports carry on every system, so that a host's saved set finds them again. */
export const defaultOutputName = 'Continuo Out';
export const defaultInputName = 'Continuo In';

/**
 * Which port is meant: one of our own that other programs connect to, or somebody else's.
 * A bare string in the configuration is a device, unless it is the default name of our own port.
 */
export type PortWish = { readonly virtual: string } | { readonly device: string };

const portName = z.string().trim().min(1);

function portWish(defaultName: string) {
  return z
    .union([
      z.strictObject({ virtual: portName }),
      z.strictObject({ device: portName }),
      portName.transform((name): PortWish => (name === defaultName ? { virtual: name } : { device: name })),
    ])
    .default({ virtual: defaultName });
}

const wish = z.union([z.strictObject({ virtual: portName }), z.strictObject({ device: portName }), portName.transform((name): PortWish => ({ device: name }))]);

const controllerBox = z.union([
  portName.transform((name): ControllerBoxOptions => ({ input: { device: name } })),
  z.strictObject({ input: wish, output: wish.optional() }),
]);

/** A box of knobs: the port it says them on, and the one that its lamps and motors are told on. */
export interface ControllerBoxOptions {
  readonly input: PortWish;
  readonly output?: PortWish;
}

/**
 * The `midi` part of the configuration.
 *
 * @example midiOptionsSchema.parse({ outputPort: 'Launchpad', offsetMilliseconds: -5 })
 */
export const midiOptionsSchema = z.strictObject({
  outputPort: portWish(defaultOutputName).describe('Where notes and clock go: {"virtual": NAME} makes a port, {"device": NAME} or just NAME uses one that is there.'),
  inputPort: portWish(defaultInputName).describe('Where the host\'s clock comes in, named as the output port is.'),
  clockOut: z.boolean().default(true).describe('Whether the output carries 24-ppqn clock, start, stop and song position.'),
  followClock: z.boolean().default(true).describe('Whether the clock of the input port is offered as a leader.'),
  controllers: z.boolean().default(true).describe('Whether controllers of the input port may move parameters.'),
  controllerBoxes: z
    .array(controllerBox)
    .max(16)
    .default([])
    .describe('More boxes of knobs: a port, or {"input": PORT, "output": PORT} where lamps or motors are to show what is.'),
  notes: z.boolean().default(true).describe('Whether notes, pedals and wheels of the input port are heard.'),
  inputLatencyMilliseconds: z.number().min(0).max(500).default(0).describe('How long a note takes from the finger to the port: it is taken to be so much earlier.'),
  offsetMilliseconds: z.number().min(-1000).max(1000).default(0).describe('Signed correction of everything sent; positive plays later.'),
});

export type MidiOptions = z.output<typeof midiOptionsSchema>;
