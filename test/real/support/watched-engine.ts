import type { EngineEvent } from '../../../src/engine/events.js';
import type { Beats, Bpm } from '../../../src/engine/music/units.js';
import type { ParameterValue } from '../../../src/engine/parameters/parameter.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import type { ServerMessage } from '../../../src/transports/websocket/server-message.js';
import { within } from '../../transports/support/within.js';
import { WebSocketPeer } from '../../transports/support/websocket-peer.js';
import { alsaPort } from './alsa-ports.js';
import { Aseqdump, type DumpedEvent } from './aseqdump.js';
import { startEngine, type EngineProcess } from './engine-process.js';
import { until } from './until.js';

/** For anything: a busy machine may need seconds for what takes none, a swap waits for its bar. */
const deadlineMilliseconds = 60_000;

type TransportEvent = Extract<EngineEvent, { type: 'transport' }>;
type ToldClock = Extract<ServerMessage, { type: 'clock' }>;
type ToldNote = Extract<ServerMessage, { type: 'note' }>;

/** What was planned, told and heard since the last take. */
export interface TakenMusic {
  readonly events: readonly EngineEvent[];
  /** As the WebSocket told them, ahead of their time. */
  readonly told: readonly ToldNote[];
  readonly dumped: readonly DumpedEvent[];
}

/** An engine in its own process, as two other programs know it: one at its WebSocket, one at its MIDI port. */
export class WatchedEngine {
  readonly #events: EngineEvent[] = [];
  readonly #told: ToldNote[] = [];
  #leader: ParameterValue = '';
  #asked = 0;
  #clock: ToldClock | undefined;

  private constructor(
    private readonly engine: EngineProcess,
    private readonly peer: WebSocketPeer,
    private readonly dump: Aseqdump,
  ) {
    peer.socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as ServerMessage;
      if (message.type === 'event') this.#events.push(message.event);
      if (message.type === 'note') this.#told.push(message);
      if (message.type === 'clock') this.#clock = message;
      if (message.type === 'value' && message.address === 'leader') this.#leader = message.value;
    });
  }

  static async start(configuration: { readonly bpm: Bpm; readonly pack: string }): Promise<WatchedEngine> {
    const engine = await startEngine(configuration, { destinations: [] }, {}, {});
    const dump = new Aseqdump(alsaPort('Continuo Out').address);
    await dump.ready();
    return new WatchedEngine(engine, await WebSocketPeer.open(engine.webSocketPort), dump);
  }

  get events(): readonly EngineEvent[] {
    return this.#events;
  }

  /** How many notes sound at the port at this moment, of those that were heard to begin. */
  get sounding(): number {
    const keys = new Set<string>();
    for (const { kind, channel, data1 } of this.dump.events) {
      if (kind === 'Note on') keys.add(`${channel} ${data1}`);
      if (kind === 'Note off') keys.delete(`${channel} ${data1}`);
    }
    return keys.size;
  }

  async get(address: string): Promise<ParameterValue> {
    const answer = await this.ask({ type: 'get', address });
    if (answer.type !== 'value') throw new Error(`asked for ${address}, it said ${JSON.stringify(answer)}`);
    return answer.value;
  }

  /** Where the music is now, by the last beat that was told and the clock that all programs of a machine share. */
  beat(): Beats {
    if (!this.#clock) return -Infinity;
    const { beat, bpm, timeMicros } = this.#clock;
    return beat + ((monotonicClock.now() - timeMicros) * bpm) / 60_000_000;
  }

  async set(address: string, value: ParameterValue): Promise<void> {
    const answer = await this.ask({ type: 'set', address, value });
    if (answer.type !== 'done') throw new Error(`set ${address}, it said ${JSON.stringify(answer)}`);
  }

  /** Resolves with a value once it is as it should be. */
  async becomes(address: string, isRight: (value: ParameterValue) => boolean): Promise<ParameterValue> {
    let value = await this.get(address);
    const deadline = performance.now() + deadlineMilliseconds;
    while (!isRight(value) && performance.now() < deadline) value = await this.get(address);
    if (!isRight(value)) throw new Error(`waited in vain for ${address}, which is ${String(value)}`);
    return value;
  }

  /** Resolves when it is done. Errors: when it cannot be. */
  async invoke(address: string, ...values: readonly ParameterValue[]): Promise<void> {
    const answer = await this.ask({ type: 'invoke', address, arguments: values });
    if (answer.type !== 'done') throw new Error(`asked for ${address}, it said ${JSON.stringify(answer)}`);
  }

  /** Resolves when a pulse of its clock has been heard at the port. */
  async pulses(): Promise<void> {
    await until('a clock is heard', () => this.dump.count('Clock') > 0, () => this.standing());
  }

  /** Resolves when the music is at `beat`, by what the WebSocket tells. */
  async reaches(beat: Beats, milliseconds = deadlineMilliseconds): Promise<void> {
    let reached = false;
    const listen = (data: Buffer): void => {
      const message = JSON.parse(data.toString()) as ServerMessage;
      reached ||= message.type === 'clock' && message.beat >= beat;
    };
    this.peer.socket.on('message', listen);
    await until(`the music is at beat ${beat}`, () => reached, () => this.standing(), milliseconds);
    this.peer.socket.off('message', listen);
  }

  /** Resolves when it has stopped, and all that it sent before has been heard. */
  async stopped(milliseconds = deadlineMilliseconds): Promise<TransportEvent> {
    const change = (): TransportEvent | undefined => this.#events.findLast((event) => event.type === 'transport');
    const stands = (): boolean => change()?.playing === false && this.lastMark === 'Stop' && this.sounding === 0;
    await until('it has stopped', stands, () => this.standing(), milliseconds);
    return change() as TransportEvent;
  }

  /** Resolves when the lead has been handed to this source. */
  async leads(source: string): Promise<void> {
    await until(`${source} leads`, () => this.#leader === source, () => this.standing(), deadlineMilliseconds);
  }

  /** Hands out what has come, and forgets it. */
  take(): TakenMusic {
    return { events: this.#events.splice(0), told: this.#told.splice(0), dumped: this.dump.events.splice(0) };
  }

  /** Ends it as Ctrl-C does, and waits until its end has been heard. */
  async interrupt(): Promise<number | undefined> {
    const code = await this.engine.stop();
    const isOver = (): boolean => this.lastMark !== 'Start' && this.lastMark !== 'Continue' && this.sounding === 0;
    await until('its end is heard', isOver, () => this.standing());
    return code;
  }

  /** Leaves nothing running, whatever has happened. */
  async dispose(): Promise<void> {
    this.dump.stop();
    this.peer.socket.terminate();
    await this.engine.program.stop();
  }

  private ask(message: object): Promise<ServerMessage> {
    this.#asked += 1;
    const id = `question ${this.#asked}`;
    this.peer.say({ ...message, id });
    const answer = this.peer.heard.takeWhenever((heard) => 'id' in heard && heard.id === id);
    return within(`an answer to ${JSON.stringify(message)}`, answer, deadlineMilliseconds);
  }

  private get lastMark(): string | undefined {
    return this.dump.events.findLast(({ kind }) => kind === 'Start' || kind === 'Continue' || kind === 'Stop')?.kind;
  }

  private standing(): unknown {
    const events = this.#events.filter(({ type }) => type !== 'planned' && type !== 'timeline').slice(-20);
    return { events, sounding: this.sounding, lastMark: this.lastMark, said: this.engine.program.said.slice(-20) };
  }
}
