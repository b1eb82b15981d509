import { cpus } from 'node:os';

/** Processor time so far, in milliseconds: of this process, and of the whole machine. */
export interface ProcessorTime {
  readonly own: number;
  readonly all: number;
}

export function processorTime(): ProcessorTime {
  const { user, system } = process.cpuUsage();
  const all = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { own: (user + system) / 1000, all };
}

/** How many cores other processes kept busy since `before`: what a timing on a shared machine has to be read with. */
export function busyCoresOfOthers(before: ProcessorTime, milliseconds: number): number {
  const now = processorTime();
  return Math.max(0, (now.all - before.all - (now.own - before.own)) / milliseconds);
}
