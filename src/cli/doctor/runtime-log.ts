/** What onnxruntime prints of a session in verbose mode, without what only its makers can use. */
export interface RuntimeLog {
  /** Names of the providers that nodes were placed on. */
  readonly placedOn: readonly string[];
  /** Warnings, errors, and what other libraries print, each once, the first ones. */
  readonly printed: readonly string[];
}

/** `2026-11-22 02:25:10.7 [W:onnxruntime:name, file.cc:12 Function] words`, with colours on some systems. */
const logLine = /^\d{4}-\d\d-\d\d \S+ \[([VIWEF]):[^\]]*\] ?(.*)$/;
const colours = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');
const mostLines = 8;

/** @example readRuntimeLog('… [V:onnxruntime:, session_state.cc:1381 …]  All nodes placed on [CPUExecutionProvider]. …').placedOn // → ['CPUExecutionProvider'] */
export function readRuntimeLog(text: string): RuntimeLog {
  const lines = text.replace(colours, '').split('\n').map((line) => line.trimEnd());
  const placedOn = new Set<string>();
  const printed = new Set<string>();
  for (const line of lines) {
    const placement = /(?:All nodes|Node\(s\)) placed on \[(\w+)\]/.exec(line);
    if (placement) placedOn.add(placement[1]);
    const logged = logLine.exec(line);
    const words = logged ? ('WEF'.includes(logged[1]) ? logged[2] : '') : line;
    // A line that begins with white space goes on with what was said before: call stacks, places in sources.
    if (words.trim() !== '' && !/^\s/.test(line)) printed.add(words.trim());
  }
  return { placedOn: [...placedOn], printed: [...printed].slice(0, mostLines) };
}
