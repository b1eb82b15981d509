const sameMachine = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a browser page of this origin may connect. Pages of this machine may, whatever their port; programs that are
 * no browser send no origin and may; all others only when they are in `allowed`. `null` is nobody in particular: a file,
 * but also a frame that any web page can make, so it is refused unless allowed by name.
 *
 * @example originAllowed('http://localhost:5173', []) // → true
 * @example originAllowed('https://example.com', []) // → false
 */
export function originAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return (protocol === 'http:' || protocol === 'https:') && sameMachine.has(hostname);
}
