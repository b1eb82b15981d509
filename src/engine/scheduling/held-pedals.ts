import { maximumOwner } from './command.js';

const sustainPedal = 64;
/** From this value on a pedal is down. */
const down = 64;
const channelCount = 16;

/** Which sustain pedals an owner holds down on one output. Thread: the lane's. Blocks: no. Allocates: no. */
export class HeldPedals {
  /** By owner, a bit for each channel. */
  private readonly held = new Uint16Array(maximumOwner + 1);

  /** A controller has been sent. */
  moved(owner: number, channel: number, controller: number, value: number): void {
    if (controller !== sustainPedal) return;
    if (value >= down) this.held[owner] |= 1 << channel;
    else this.held[owner] &= ~(1 << channel);
  }

  /** Lifts what the owner holds; `lift` does it for a channel. */
  release(owner: number, lift: (owner: number, channel: number, controller: number) => void): void {
    for (let channel = 0; this.held[owner] !== 0 && channel < channelCount; channel += 1) {
      if ((this.held[owner] & (1 << channel)) !== 0) lift(owner, channel, sustainPedal);
    }
    this.held[owner] = 0;
  }

  /** Nobody holds any. */
  clear(): void {
    this.held.fill(0);
  }
}
