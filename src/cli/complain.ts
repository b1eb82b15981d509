/** One sentence to the person at the terminal, on stderr. */
export function complain(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

const meaningOfSystemError: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file.',
  EISDIR: 'This is a folder, not a file.',
  EACCES: 'This file may not be read.',
};

/** What went wrong, as a sentence; system errors in words. */
export function sentenceOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = (cause as NodeJS.ErrnoException).code;
  return (typeof code === 'string' ? meaningOfSystemError[code] : undefined) ?? cause.message;
}
