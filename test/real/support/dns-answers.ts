/** One record of a DNS message, as far as service discovery is concerned. */
export interface DnsRecord {
  readonly name: string;
  readonly type: 'PTR' | 'SRV' | 'other';
  readonly ttl: number;
  /** What a PTR points to. */
  readonly target?: string;
  /** Of a SRV. */
  readonly port?: number;
}

/** A question for every service of a type, e.g. `_oscjson._tcp.local`. */
export function serviceQuestion(type: string): Buffer {
  const labels = type.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 12, 0, 1]);
}

/** All records of an answer (RFC 1035, 4.1); none of a question. */
export function recordsOf(message: Buffer): readonly DnsRecord[] {
  if ((message[2] & 0x80) === 0) return [];
  let at = 12;
  for (let question = message.readUInt16BE(4); question > 0; question -= 1) at = nameAt(message, at).end + 4;
  const count = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  return Array.from({ length: count }, () => {
    const { name, end } = nameAt(message, at);
    const type = message.readUInt16BE(end);
    const ttl = message.readUInt32BE(end + 4);
    const data = end + 10;
    at = data + message.readUInt16BE(end + 8);
    if (type === 12) return { name, type: 'PTR', ttl, target: nameAt(message, data).name };
    return type === 33 ? { name, type: 'SRV', ttl, port: message.readUInt16BE(data + 4) } : { name, type: 'other', ttl };
  });
}

function nameAt(message: Buffer, start: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === 0) return { name: labels.join('.'), end: at + 1 };
    if (length >= 0xc0) {
      const rest = nameAt(message, message.readUInt16BE(at) & 0x3fff).name;
      return { name: [...labels, rest].join('.'), end: at + 2 };
    }
    labels.push(message.toString('utf8', at + 1, at + 1 + length));
    at += 1 + length;
  }
}
