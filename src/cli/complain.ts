/** One sentence to the person at the terminal, on stderr. */
export function complain(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
