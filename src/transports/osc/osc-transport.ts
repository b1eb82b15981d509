import type { Notice, Transport, TransportContext, TransportOffer } from '../../engine/contracts/transport.js';
import type { OutputSpecification } from '../../engine/contracts/output.js';
import { ContinuoError } from '../../engine/errors.js';
import type { OscDestination, OscOptions } from './options.js';
import { OscPlayer } from './osc-player.js';
import { OscSocket } from './osc-socket.js';
import { OscSurface } from './osc-surface.js';
import { OscSyncSource } from './osc-sync-source.js';
import { WallClock } from './wall-clock.js';

/** The OSC wire: an output for every destination, one UDP port for control and sync. Thread: main. */
export class OscTransport implements Transport {
  readonly name = 'osc';
  private socket: OscSocket | undefined;

  constructor(private readonly context: TransportContext) {}

  /** A port that is taken leaves the notes flowing; only control is off then. */
  async open(): Promise<TransportOffer> {
    const { listen, destinations, beatsPerCycle, inputLatencyMilliseconds } = this.context.options as OscOptions;
    const sends = { outputs: destinations.map(outputOf), notices: destinations.map(noticeOf) };
    try {
      this.socket = await OscSocket.open(listen.host, listen.port);
    } catch (error) {
      const notice: Notice = { level: 'off', sentence: `OSC control is off: ${ContinuoError.from(error, 'portUnavailable').message}` };
      return { outputs: sends.outputs, syncSources: [], controlSurfaces: [], notices: [...sends.notices, notice] };
    }
    const { clock } = this.context;
    const wallClock = new WallClock(clock);
    const syncSource = new OscSyncSource(clock, wallClock, beatsPerCycle);
    const player = new OscPlayer(clock, wallClock, inputLatencyMilliseconds * 1000);
    const surface = new OscSurface(this.socket, clock, () => this.context.packs(), new Map([...syncSource.words, ...player.words]));
    const notice: Notice = { level: 'ready', sentence: `OSC control listens at ${listen.host}:${this.socket.port} (UDP).` };
    const endpoints = [{ service: '_osc._udp', host: listen.host, port: this.socket.port }];
    return { outputs: sends.outputs, syncSources: [syncSource], controlSurfaces: [surface], noteSources: [player], notices: [notice, ...sends.notices], endpoints };
  }

  async close(): Promise<void> {
    await this.socket?.close();
    this.socket = undefined;
  }
}

function outputOf(destination: OscDestination): OutputSpecification {
  return {
    name: `osc:${destination.name}`,
    implementation: new URL('./output-module.js', import.meta.url).href,
    options: destination,
    leadMicros: destination.leadMilliseconds * 1000,
    offsetMicros: destination.offsetMilliseconds * 1000,
    sendsClock: destination.clock && destination.format === 'continuo',
  };
}

function noticeOf(destination: OscDestination): Notice {
  const manner = destination.delivery === 'timetag' ? `time-tagged ${destination.leadMilliseconds} ms ahead` : 'when due';
  const words = destination.format === 'superdirt' ? ' as /dirt/play' : '';
  return { level: 'ready', sentence: `OSC notes${words} go to ${destination.name} at ${destination.host}:${destination.port}, ${manner}.` };
}
