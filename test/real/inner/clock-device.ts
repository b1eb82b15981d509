/** A sequencer with a port of its own: starts, then sends its clock until it is switched off. */
import { Output } from '@julusian/midi/lazy';

export const clockDeviceName = 'Test Sequencer';
const bpm = 100;
const settleMilliseconds = 1_000;

const port = new Output();
port.openVirtualPort(clockDeviceName);
const interval = 60_000 / bpm / 24;
let due = performance.now() + settleMilliseconds;
let started = false;
const pulse = (): void => {
  if (!started) port.sendMessage([0xfa]);
  started = true;
  while (due <= performance.now()) {
    port.sendMessage([0xf8]);
    due += interval;
  }
  setTimeout(pulse, Math.max(1, due - performance.now()));
};
setTimeout(pulse, settleMilliseconds);
