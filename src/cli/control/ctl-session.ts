import { clearScreenDown, createInterface, cursorTo } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { ContinuoError } from '../../engine/errors.js';
import { reasonOf } from '../../engine/reason-of.js';
import { complain } from '../complain.js';
import { addressesOf, ctlCommands, linesOf, type Running } from './ctl-commands.js';
import { EngineRefusal } from './engine-connection.js';
import { completions } from './find-address.js';
import { splitWords } from './split-words.js';

/** Words that end a session. */
const farewells: ReadonlySet<string> = new Set(['quit', 'exit']);

/** Who leaves does not wait longer for answers; what was asked is done all the same. */
const farewellMilliseconds = 1000;

/**
 * Takes commands from an input, one a line, until that ends or one says `quit`: one after the other or, on a terminal, as they are
 * typed, as some are answered only when the music has come to their bar. What begins with `#` is passed over. What goes wrong is
 * said, and the next line counts: with JSON in its place among the answers, else on stderr. On a terminal there is a prompt, answers
 * come beside what is being typed, and the tabulator completes. Resolves with whether all went well. Errors: `deviceLost`
 * when the engine goes before the input ends.
 */
export async function session(running: Running, input: Readable, terminal?: Writable): Promise<boolean> {
  const { engine } = running;
  let { listings } = running;
  const complete = (line: string): [readonly string[], string] => {
    const words = line.split(' ');
    const last = words[words.length - 1];
    const known = words.length === 1 ? ctlCommands.map(({ name }) => name).filter((name) => name.startsWith(last)) : completions(addressesOf(listings), last);
    return [known, last];
  };
  const lines = createInterface({ input, ...(terminal && { output: terminal, prompt: 'continuo> ', completer: complete }) });
  // The input may end while a command waits for its answer, and lines that came before that are still to be done.
  let isOpen = true;
  let loss: ContinuoError | undefined;
  lines.once('close', () => {
    isOpen = false;
  });
  void engine.closed.then((error) => {
    if (isOpen) loss = error;
    lines.close();
  });
  /** Says something above the line that is being typed. */
  const above = (say: () => void): void => {
    if (!terminal || !isOpen) return say();
    cursorTo(terminal, 0);
    clearScreenDown(terminal);
    say();
    lines.prompt(true);
  };
  const write = (text: string): void => above(() => running.write(text));
  let isWell = true;
  const attempt = async (words: readonly string[]): Promise<void> => {
    try {
      // Decks come and go, and values move.
      if (words[0] === 'list') listings = await engine.list();
      await perform({ ...running, listings, write }, words).catch(async (cause: unknown) => {
        if (!(cause instanceof ContinuoError && cause.errorName === 'unknownAddress')) throw cause;
        listings = await engine.list();
        await perform({ ...running, listings, write }, words);
      });
    } catch (cause) {
      isWell = false;
      if (cause instanceof ContinuoError && cause.errorName === 'deviceLost') loss ??= cause;
      else above(() => tell(cause, running));
    }
  };
  if (terminal) write(linesOf(`${ctlCommands.map(({ name }) => name).join(', ')}; quit ends.`));
  const underWay: Promise<void>[] = [];
  for await (const line of lines) {
    const words = splitWords(line);
    if (words.length === 1 && farewells.has(words[0])) break;
    if (words.length > 0 && !words[0].startsWith('#')) {
      const done = attempt(words);
      if (terminal) underWay.push(done);
      else await done;
    }
    if (loss) break;
    if (terminal && isOpen) lines.prompt();
  }
  lines.close();
  await within(Promise.all(underWay), farewellMilliseconds);
  if (loss) throw loss;
  return isWell;
}

/** Resolves once something is done, or after so long. */
async function within(done: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([done, over]).finally(() => clearTimeout(timer));
}

async function perform(running: Running, [name, ...words]: readonly string[]): Promise<void> {
  const command = ctlCommands.find((each) => each.name === name);
  if (!command) throw new ContinuoError('badMessage', `"${name}" is no command: write ${ctlCommands.map((each) => each.name).join(', ')} or quit.`);
  if (words.length < command.least) throw new ContinuoError('badMessage', `Write ${name} ${command.words}.`);
  await command.perform(running, ...words);
}

function tell(cause: unknown, { json, write }: Running): void {
  const code = cause instanceof EngineRefusal || cause instanceof ContinuoError ? cause.code : undefined;
  if (json) write(linesOf(JSON.stringify({ error: reasonOf(cause), code })));
  else complain(reasonOf(cause));
}
