import { execFileSync } from 'node:child_process';

/** A port of the ALSA sequencer as `aconnect -l` lists it. */
export interface AlsaPort {
  /** `client:port`, as aconnect and aseqdump take it. */
  readonly address: string;
  readonly client: string;
  readonly name: string;
}

export function alsaPorts(): readonly AlsaPort[] {
  const ports: AlsaPort[] = [];
  let number = '';
  let client = '';
  for (const line of execFileSync('aconnect', ['-l'], { encoding: 'utf8' }).split('\n')) {
    const clientLine = /^client (\d+): '(.*?)'/.exec(line);
    if (clientLine) [, number, client] = clientLine;
    const portLine = /^ +(\d+) '(.*?) *'/.exec(line);
    if (portLine) ports.push({ address: `${number}:${portLine[1]}`, client, name: portLine[2] });
  }
  return ports;
}

/** Errors: when no port, or more than one, has this name. */
export function alsaPort(name: string): AlsaPort {
  const found = alsaPorts().filter((port) => port.name === name);
  if (found.length !== 1) throw new Error(`${found.length} ports are called "${name}"`);
  return found[0];
}

/** Subscribes `to` to `from`; both are addresses. */
export function connectPorts(from: string, to: string): void {
  execFileSync('aconnect', [from, to]);
}
