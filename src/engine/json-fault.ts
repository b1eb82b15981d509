/** Where and why a text is no JSON. */
export interface JsonFault {
  /** 1.. */
  readonly line: number;
  readonly reason: string;
}

const stringPattern = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalarPattern = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;
const spacePattern = /[ \t\r\n]*/y;

/**
 * The first fault of a text that JSON.parse refuses, told for people: messages of Node differ between versions, and
 * some give no position. Undefined when the text is good.
 *
 * @example findJsonFault('{\n "bpm": 120,\n}') // → { line: 2, reason: 'there is a comma before the closing }' }
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const reader = new Reader(text);
  try {
    reader.value();
    reader.end();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    return { line: text.slice(0, cause.position).split('\n').length, reason: cause.message };
  }
}

class Fault extends Error {
  constructor(
    readonly position: number,
    reason: string,
  ) {
    super(reason);
  }
}

class Reader {
  private position = 0;

  constructor(private readonly text: string) {}

  value(): void {
    const opening = this.next();
    if (opening === '{') this.list('}', () => this.member());
    else if (opening === '[') this.list(']', () => this.value());
    else if (opening === '"') this.string();
    else if (!this.take(scalarPattern)) throw this.unexpected('a value');
  }

  end(): void {
    if (this.next() !== '') throw new Fault(this.position, 'there is something after the end');
  }

  private list(closing: string, item: () => void): void {
    this.position += 1;
    if (this.next() === closing) {
      this.position += 1;
      return;
    }
    for (;;) {
      item();
      const comma = this.position;
      const following = this.next();
      this.position += 1;
      if (following === closing) return;
      if (following === '') throw new Fault(this.text.length, `the closing ${closing} is missing`);
      if (following !== ',') throw new Fault(comma, `a comma or ${closing} is missing after this value`);
      if (this.next() === closing) throw new Fault(comma, `there is a comma before the closing ${closing}`);
    }
  }

  private member(): void {
    if (this.next() !== '"') throw this.unexpected('a name in double quotes');
    this.string();
    if (this.next() !== ':') throw this.unexpected('a colon after the name');
    this.position += 1;
    this.value();
  }

  private string(): void {
    if (!this.take(stringPattern)) throw new Fault(this.position, 'this text has no closing ", or a \\ that means nothing');
  }

  /** The next character that is no space, or nothing at the end. */
  private next(): string {
    this.take(spacePattern);
    return this.text.charAt(this.position);
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text);
    if (found) this.position = pattern.lastIndex;
    return found !== null;
  }

  private unexpected(wanted: string): Fault {
    const rest = this.text.slice(this.position).split(/\s/, 1)[0].slice(0, 12);
    if (rest === '') return new Fault(this.position, `the text ends where ${wanted} should be`);
    if (/^(\/\/|\/\*|#)/.test(rest)) return new Fault(this.position, 'JSON has no comments');
    return new Fault(this.position, `${rest} stands where ${wanted} should be`);
  }
}
