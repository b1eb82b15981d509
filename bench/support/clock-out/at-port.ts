/** Clock out through the sequencer of the machine this runs on; prints what `tickSpacing` gives. */
import { tickSpacing } from './tick-spacing.js';

const [seconds, pack] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await tickSpacing(Number(seconds), pack, true))}\n`);
