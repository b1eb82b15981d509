/** A short round trip through a virtual port; prints its figures. */
import { run } from '../../../bench/loopback.js';

process.stdout.write(`${JSON.stringify(await run({ count: '150' }))}\n`);
