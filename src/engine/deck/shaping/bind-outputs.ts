import { ContinuoError } from '../../errors.js';
import type { ParameterStore } from '../../parameters/parameter-store.js';
import { takeOutputName } from '../../recording/take-output.js';
import type { Sender } from '../../scheduling/sender.js';

const every = 'all';

/** The outputs that a text names. @example outputNames('midi, osc:sc') // → ['midi', 'osc:sc'] */
export function outputNames(text: string): readonly string[] | typeof every {
  if (text.trim() === every) return every;
  return text.split(',').map((name) => name.trim()).filter((name) => name !== '');
}

/** What names the outputs in a text. */
export function outputText(outputs: readonly string[] | typeof every): string {
  return outputs === every ? every : outputs.join(', ');
}

/**
 * Lets the performer move a deck between outputs: what sounds ends where it began, and `onMoved` tells the new ones what is
 * in force. Names of outputs there are not are refused; those of the start may come later. Thread: main.
 */
export function bindOutputs(number: number, parameters: ParameterStore, sender: Sender, onMoved: () => void): void {
  const address = `deck/${number}/outputs`;
  parameters.handle(address, ([text]) => {
    const known = outputNames(parameters.text('outputs'));
    const wanted = outputNames(String(text));
    const unknown = wanted === every || known === every ? [] : wanted.filter((name) => !known.includes(name));
    if (unknown.length === 0) return;
    const there = parameters.text('outputs') || 'none';
    throw new ContinuoError('badValue', `There is no output "${unknown[0]}"; there are ${there}.`);
  });
  sender.route(number, outputNames(parameters.text(address)));
  parameters.onChange((changed, value) => {
    if (changed !== address) return;
    const wanted = outputNames(String(value));
    // Wherever it plays, it is recorded.
    sender.route(number, wanted === every ? every : [...wanted, takeOutputName]);
    onMoved();
  });
}
