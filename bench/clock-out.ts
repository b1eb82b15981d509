import { fileURLToPath } from 'node:url';
import { runScriptInSequencer, skipWithoutSequencer } from '../test/real/support/sequencer.js';
import { tickSpacing } from './support/clock-out/tick-spacing.js';

export const summary = 'how even MIDI clock out is, at the send thread and where it is received, at rest and under load: seconds=60 pack=NAME|none';

const goals = { deviationMicros: 300 };

/**
 * Gaps between the 24 ticks of a beat at 120 BPM, 20,833 µs. `hereMicros`: handed over by the send thread of this machine. `atPortMicros`:
 * the same through an ALSA sequencer, and received by another port of it; where this machine has none, in a kernel that is
 * started for it, in which all share one processor: that is slower than any machine on a stage.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { seconds = '60', pack = '' } = options;
  const here = await tickSpacing(Number(seconds), pack, false);
  const missing = skipWithoutSequencer();
  const script = fileURLToPath(new URL('./support/clock-out/at-port.js', import.meta.url));
  const words = [seconds, pack];
  return { goals, hereMicros: here, atPortMicros: missing === false ? await runScriptInSequencer(script, { limitSeconds: Number(seconds) + 120, words }) : missing };
}
