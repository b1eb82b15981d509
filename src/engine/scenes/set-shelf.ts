import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Disposable } from '../disposable.js';
import { ContinuoError } from '../errors.js';
import { reasonOf } from '../reason-of.js';
import { writeWhole } from '../write-whole.js';
import { FileWatch } from './file-watch.js';
import { textOf, writeScene } from './set-document.js';
import { parseSetFile, type ParameterTypes, type SetFile } from './set-file.js';
import type { Scene, SetList } from './set-list.js';
import type { SetNeed } from './set-needs.js';

export interface SetShelfListener {
  /** Another set holds: another file, or the same one as it was changed. */
  changed(set: SetList, file: string, needs: readonly SetNeed[]): void;
  /** The file was changed and is not good: what held before holds on. */
  refused(error: ContinuoError): void;
}

/**
 * The set that holds, read from a file that is watched: as soon as it is changed and good, it holds in its new form.
 * Thread: main. Blocks: no.
 */
export class SetShelf implements Disposable {
  private held: { readonly file: string; readonly text: string; readonly content: SetFile } | undefined;
  private watch: FileWatch | undefined;
  /** One reading or writing after the other. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly parameters: ParameterTypes,
    private readonly listener: SetShelfListener,
  ) {}

  /** Errors while there is none: `badSetFile`. */
  get set(): SetList {
    return this.content().content.set;
  }

  /** Takes the set of another file. Errors: `badSetFile`, and what held before holds on. */
  async open(path: string): Promise<void> {
    const file = resolve(path);
    await this.inTurn(() => this.read(file));
    this.watch?.dispose();
    this.watch = new FileWatch(file, {
      stirred: () => void this.readAgain(file),
      lost: (cause) => this.listener.refused(new ContinuoError('badSetFile', `${file} is watched no longer: ${reasonOf(cause)}`, { cause })),
    });
    await this.watch.look();
  }

  /** Writes a scene into the file. Errors: `badSetFile` where it cannot be written. */
  async save(scene: Scene): Promise<void> {
    await this.inTurn(async () => {
      const { file } = this.content();
      // As it is now, not as it was read: somebody may be editing it.
      const { text: written, content } = await this.parse(file);
      writeScene(content.document, scene);
      const text = textOf(content.document, written);
      // What cannot be read back must not take the place of what can.
      const saved = this.understand(file, text);
      await this.write(file, text);
      this.hold(file, text, saved);
    });
  }

  dispose(): void {
    this.watch?.dispose();
    this.watch = undefined;
  }

  private content(): NonNullable<SetShelf['held']> {
    if (this.held) return this.held;
    throw new ContinuoError('badSetFile', 'There is no set: name its file with `set-file`, or in the configuration as `set`.');
  }

  private async read(file: string): Promise<void> {
    const { text, content } = await this.parse(file);
    if (this.held?.file !== file || this.held.text !== text) this.hold(file, text, content);
  }

  private async parse(file: string): Promise<{ text: string; content: SetFile }> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (cause) {
      throw new ContinuoError('badSetFile', `${file} cannot be read: ${reasonOf(cause)}`, { cause });
    }
    return { text, content: this.understand(file, text) };
  }

  private understand(file: string, text: string): SetFile {
    return parseSetFile(text, basename(file), this.parameters, dirname(file));
  }

  private async write(file: string, text: string): Promise<void> {
    try {
      await writeWhole(file, text);
    } catch (cause) {
      throw new ContinuoError('badSetFile', `${file} cannot be written: ${reasonOf(cause)}`, { cause });
    }
  }

  private hold(file: string, text: string, content: SetFile): void {
    this.held = { file, text, content };
    this.listener.changed(content.set, file, content.needs);
  }

  private async readAgain(file: string): Promise<void> {
    try {
      // Another file may have been opened meanwhile.
      await this.inTurn(async () => {
        if (this.held?.file !== file) return;
        await this.watch?.look();
        await this.read(file);
      });
    } catch (cause) {
      this.listener.refused(ContinuoError.from(cause, 'badSetFile'));
    }
  }

  private inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(task, task);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
