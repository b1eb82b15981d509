import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ContinuoError } from '../../engine/errors.js';
import { complain, sentenceOf } from '../complain.js';
import { addressesOf, ctlCommands, print, type Running } from './ctl-commands.js';
import { EngineRefusal } from './engine-connection.js';
import { completions } from './find-address.js';
import { splitWords } from './split-words.js';

/** Words that end a session. */
const farewells: ReadonlySet<string> = new Set(['quit', 'exit']);

/**
 * Takes commands from an input, one a line, one after the other, until that ends or one says `quit`. What begins with `#` is passed
 * over. What goes wrong is said, and the next line counts: with JSON in its place among the answers, else on stderr. On a terminal
 * there is a prompt, and the tabulator completes. Resolves with whether all went well. Errors: `deviceLost`
 * when the engine goes before the input ends.
 */
export async function session(running: Running, input: Readable, isTerminal: boolean): Promise<boolean> {
  const { engine } = running;
  let { listings } = running;
  const complete = (line: string): [readonly string[], string] => {
    const words = line.split(' ');
    const last = words[words.length - 1];
    const known = words.length === 1 ? ctlCommands.map(({ name }) => name).filter((name) => name.startsWith(last)) : completions(addressesOf(listings), last);
    return [known, last];
  };
  const lines = createInterface({ input, ...(isTerminal && { output: process.stdout, prompt: 'continuo> ', completer: complete }) });
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
  const prompt = (): void => {
    if (isTerminal && isOpen) lines.prompt();
  };
  if (isTerminal) print(`${ctlCommands.map(({ name }) => name).join(', ')}; quit ends.`);
  let isWell = true;
  prompt();
  for await (const line of lines) {
    const words = splitWords(line);
    if (words.length === 1 && farewells.has(words[0])) {
      lines.close();
      return isWell;
    }
    if (words.length > 0 && !words[0].startsWith('#')) {
      try {
        // Decks come and go, and values move.
        if (words[0] === 'list') listings = await engine.list();
        await perform({ ...running, listings }, words).catch(async (cause: unknown) => {
          if (!(cause instanceof ContinuoError && cause.errorName === 'unknownAddress')) throw cause;
          listings = await engine.list();
          await perform({ ...running, listings }, words);
        });
      } catch (cause) {
        if (cause instanceof ContinuoError && cause.errorName === 'deviceLost') throw cause;
        isWell = false;
        tell(cause, running.json);
      }
    }
    prompt();
  }
  if (loss) throw loss;
  return isWell;
}

async function perform(running: Running, [name, ...words]: readonly string[]): Promise<void> {
  const command = ctlCommands.find((each) => each.name === name);
  if (!command) throw new ContinuoError('badMessage', `"${name}" is no command: write ${ctlCommands.map((each) => each.name).join(', ')} or quit.`);
  if (words.length < command.least) throw new ContinuoError('badMessage', `Write ${name} ${command.words}.`);
  await command.perform(running, ...words);
}

function tell(cause: unknown, json: boolean): void {
  const code = cause instanceof EngineRefusal || cause instanceof ContinuoError ? cause.code : undefined;
  if (json) print(JSON.stringify({ error: sentenceOf(cause), code }));
  else complain(sentenceOf(cause));
}
