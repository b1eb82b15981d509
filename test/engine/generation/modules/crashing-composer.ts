import { ContainerModule } from 'inversify';
import { Composer, type ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../../src/engine/contracts/null-composer.js';
import { PluginContext } from '../../../../src/engine/contracts/plugin.js';
import { ContinuoError } from '../../../../src/engine/errors.js';

export interface CrashOptions {
  /** What happens in the second `compose`, or in `prepare` for `refuse` and `fall`; `hang` in whatever it is asked after the first. */
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
    this.hangAfterFirst();
    this.composed += 1;
    if (this.composed === 2) await this.crash();
    return super.compose(...request);
  }

  override async prime(...past: Parameters<NullComposer['prime']>): Promise<void> {
    this.hangAfterFirst();
    await super.prime(...past);
  }

  override async rewind(toBeat: number): Promise<void> {
    this.hangAfterFirst();
    await super.rewind(toBeat);
  }

  override async nextNote(...question: Parameters<NullComposer['nextNote']>): ReturnType<NullComposer['nextNote']> {
    this.hangAfterFirst();
    return super.nextNote(...question);
  }

  /** As a call into a driver that does not come back. */
  private hangAfterFirst(): void {
    if (this.manner === 'hang' && this.composed > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }

  private async crash(): Promise<void> {
    if (this.manner === 'throw') throw new TypeError('a slip of the pen');
    if (this.manner === 'exit') process.exit(3);
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
