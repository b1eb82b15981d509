/** A box of knobs: turns its first knob up and down, and prints `lamp CHANNEL CONTROLLER VALUE` for all it is shown. */
import { Input, Output } from '@julusian/midi/lazy';

const turnMilliseconds = 400;
const firstKnob = 20;

const lamps = new Input();
lamps.on('message', (_seconds, [status, controller, value]) => process.stdout.write(`lamp ${status & 0x0f} ${controller} ${value}\n`));
lamps.openVirtualPort('Test Lamps');
const knobs = new Output();
knobs.openVirtualPort('Test Box');
let position = 0;
setInterval(() => {
  position = position === 0 ? 127 : 0;
  knobs.sendMessage([0xb0, firstKnob, position]);
}, turnMilliseconds);
