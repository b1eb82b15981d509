import type { OutputSpecification } from './contracts/output.js';
import type { Notice, TransportWatcher } from './contracts/transport.js';
import { ContinuoError } from './errors.js';
import type { Sender } from './scheduling/sender.js';

export interface OutputPortsParts {
  readonly sender: Sender;
  fault(error: ContinuoError, origin: string): void;
  notice(notice: Notice): void;
  /** The outputs there are now. */
  changed(names: readonly string[]): void;
  /** An output has come while it plays: it has not heard which sounds are chosen, and has nothing of what is queued. */
  arrived(): void;
}

/** The outputs that are open. What opens and closes them comes one after the other. Thread: main. Blocks: no. */
export class OutputPorts {
  private readonly open = new Map<string, { dispose(): Promise<void> }>();
  private work: Promise<void> = Promise.resolve();
  /** Why an output could not be opened when it was tried last. */
  private readonly refusals = new Map<string, string>();

  constructor(private readonly parts: OutputPortsParts) {}

  get names(): readonly string[] {
    return [...this.open.keys()];
  }

  has(name: string): boolean {
    return this.open.has(name);
  }

  /** Resolves when they are open; one that cannot be is a fault, and the others are. */
  async add(specifications: readonly OutputSpecification[]): Promise<void> {
    for (const specification of specifications) await this.enqueue(specification.name, () => this.addOne(specification));
  }

  /** What a wire tells of that loses devices and finds them again. */
  get watcher(): TransportWatcher {
    return {
      outputLost: (name) => void this.enqueue(name, () => this.drop(name)),
      outputFound: async (specification) => {
        await this.enqueue(specification.name, async () => {
          await this.addOne(specification);
          this.parts.arrived();
        });
        return this.open.has(specification.name);
      },
      isOutputOpen: (name) => this.has(name),
      notice: (notice) => this.parts.notice(notice),
    };
  }

  private async addOne(specification: OutputSpecification): Promise<void> {
    this.open.set(specification.name, await this.parts.sender.addOutput(specification));
    this.refusals.delete(specification.name);
    this.parts.changed(this.names);
  }

  private async drop(name: string): Promise<void> {
    const output = this.open.get(name);
    this.open.delete(name);
    this.refusals.delete(name);
    this.parts.changed(this.names);
    await output?.dispose();
  }

  private enqueue(name: string, work: () => Promise<void>): Promise<void> {
    this.work = this.work.then(work).catch((cause: unknown) => this.refused(name, ContinuoError.from(cause, 'portUnavailable')));
    return this.work;
  }

  private refused(name: string, error: ContinuoError): void {
    const isTold = this.refusals.get(name) === error.message;
    this.refusals.set(name, error.message);
    if (!isTold) this.parts.fault(error, name);
  }
}
