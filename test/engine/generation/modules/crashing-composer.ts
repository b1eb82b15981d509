import { ContainerModule } from 'inversify';
import { Composer, type ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../../src/engine/contracts/null-composer.js';
import { PluginContext } from '../../../../src/engine/contracts/plugin.js';
import { ContinuoError } from '../../../../src/engine/errors.js';

export interface CrashOptions {
  /** What happens in the second `compose`, or in `prepare` for `refuse` and `fall`. */
  readonly manner: 'throw' | 'uncaught' | 'exit' | 'refuse' | 'fall' | 'linger' | 'hang';
}

/** A composer that comes to grief in a manner of your choice. */
class CrashingComposer extends NullComposer {
  private composed = 0;

  constructor(private readonly manner: CrashOptions['manner']) {
    super();
  }

  override async prepare(): Promise<void> {
    if (this.manner === 'refuse') throw new ContinuoError('badPack', 'this pack is no good');
    if (this.manner === 'fall') process.exit(7);
    // A plugin that leaves a timer behind must not keep the thread alive.
    if (this.manner === 'linger') setInterval(() => undefined, 1000);
    await super.prepare();
  }

  override async compose(...request: Parameters<NullComposer['compose']>): Promise<ComposedSpan> {
    this.composed += 1;
    if (this.composed === 2) await this.crash();
    return super.compose(...request);
  }

  private async crash(): Promise<void> {
    if (this.manner === 'throw') throw new TypeError('a slip of the pen');
    if (this.manner === 'exit') process.exit(3);
    // As a call into a driver that does not come back.
    if (this.manner === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    if (this.manner === 'uncaught') {
      setImmediate(() => {
        throw new Error('out of the blue');
      });
      await new Promise(() => undefined);
    }
  }
}

export default new ContainerModule(({ bind }) => {
  bind<Composer>(Composer)
    .toResolvedValue((context: PluginContext) => new CrashingComposer((context.options as CrashOptions).manner), [PluginContext])
    .inSingletonScope();
});
