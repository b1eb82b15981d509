import { ContainerModule } from 'inversify';
import { readlinkSync } from 'node:fs';
import { getPriority } from 'node:os';
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Composer, type ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../../src/engine/contracts/null-composer.js';

const ownPriority = (): number => getPriority(Number(basename(readlinkSync('/proc/thread-self'))));

/**
 * Tells at what priority it works: the velocity of its notes is that of its thread, the pitch that of a thread which it
 * made as it was prepared, as a runtime makes its own.
 */
class PriorityComposer extends NullComposer {
  private helper: Worker | undefined;
  private helperId = 0;

  override async prepare(): Promise<void> {
    await super.prepare();
    const code = `import { parentPort, workerData } from 'node:worker_threads';
      import { readlinkSync } from 'node:fs';
      import { basename } from 'node:path';
      parentPort.postMessage(Number(basename(readlinkSync('/proc/thread-self'))));
      parentPort.on('message', () => process.exit());`;
    this.helper = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    this.helperId = await new Promise<number>((resolve) => this.helper?.once('message', resolve));
  }

  override async compose(...request: Parameters<NullComposer['compose']>): Promise<ComposedSpan> {
    const span = await super.compose(...request);
    return { ...span, notes: span.notes.map((note) => ({ ...note, velocity: ownPriority(), pitch: getPriority(this.helperId) })) };
  }

  override async dispose(): Promise<void> {
    this.helper?.postMessage('end');
    await super.dispose();
  }
}

export default new ContainerModule(({ bind }) => {
  bind<Composer>(Composer).toResolvedValue(() => new PriorityComposer()).inSingletonScope();
});
