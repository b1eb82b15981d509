/**
 * Run as a process of its own in place of `continuo`: the same command line, and at its end the parent is told the most
 * memory the process ever held and the processor time it took.
 */
await import('../../src/cli/main.js');
const { user, system } = process.cpuUsage();
process.send?.({ peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024), seconds: (user + system) / 1e6 });
process.disconnect?.();
