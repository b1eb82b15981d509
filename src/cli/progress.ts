import { Presets, SingleBar } from 'cli-progress';

/** How far a long piece of work has come. */
export interface Progress {
  /** One more unit done. */
  step(): void;
  stop(): void;
}

const silent: Progress = { step: () => undefined, stop: () => undefined };

/** A bar on stderr where that is a terminal, and nothing elsewhere: logs and pipes stay clean. */
export function startProgress(title: string, total: number): Progress {
  if (!process.stderr.isTTY || total < 2) return silent;
  const bar = new SingleBar(
    { format: `${title} [{bar}] {value}/{total} | {eta_formatted} left`, stream: process.stderr, clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { step: () => bar.increment(), stop: () => bar.stop() };
}
