/**
 * The words of a line, as a shell has them: what stands in quotes is one, also where it is empty. A backslash takes a quote, another
 * backslash and, outside of quotes, a blank after it as they are; before anything else, and in single quotes, it stands for itself.
 *
 * @example splitWords(`set chord "C Eb G"`) // → ['set', 'chord', 'C Eb G']
 */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '\\' && isEscapable(line[index + 1] ?? '', quote)) {
      index += 1;
      word = (word ?? '') + line[index];
    } else if (quote === '' ? character === '"' || character === "'" : character === quote) {
      quote = quote === '' ? character : '';
      word ??= '';
    } else if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** Whether a backslash takes what comes next as it is. */
function isEscapable(next: string, quote: string): boolean {
  return quote !== "'" && (quote === '' ? /[\s"'\\]/ : /["\\]/).test(next);
}
