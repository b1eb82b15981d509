import type { TestContext } from 'node:test';
import type { Container } from 'inversify';
import { loadConfiguration, type Configuration } from '../../src/engine/configuration.js';
import { engineContainer } from '../../src/engine/create-engine.js';
import { Engine } from '../../src/engine/engine.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';
import { OscPeer } from '../transports/support/osc-peer.js';
import { WebSocketPeer } from '../transports/support/websocket-peer.js';

export interface WiredEngine {
  readonly container: Container;
  readonly engine: Engine;
  /** Programs that notes are sent to. */
  readonly hearers: readonly OscPeer[];
  /** A program that controls it over OSC. */
  readonly control: OscPeer;
  /** And one over WebSocket. */
  readonly socket: WebSocketPeer;
}

/** The whole engine with perlin over real sockets. `destinations`: OSC options of each program that hears it, but for its port. */
export async function wiredEngine(context: TestContext, bpm: number, destinations: readonly object[]): Promise<WiredEngine> {
  const hearers = await Promise.all(destinations.map(() => OscPeer.open(0)));
  const ported = destinations.map((options, index) => ({ ...options, port: hearers[index].port }));
  const transports = { midi: false, oscquery: false, link: false, osc: { listen: { port: 0 }, destinations: ported }, websocket: { listen: { port: 0 } } } as Configuration['transports'];
  const container = engineContainer({ ...loadConfiguration(), pack: 'perlin', bpm, transports }, builtInPlugins);
  const engine = container.get(Engine);
  context.after(async () => {
    await Promise.all(hearers.map((hearer) => hearer.close()));
    await engine.stop();
  });
  await engine.start();
  const portOf = (what: RegExp): number => Number(what.exec(engine.notices.map(({ sentence }) => sentence).join('\n'))?.[1]);
  const control = await OscPeer.open(portOf(/OSC control listens at [\d.]+:(\d+)/));
  const socket = await WebSocketPeer.open(portOf(/ws:\/\/[\d.]+:(\d+)/));
  context.after(async () => {
    await socket.close();
    await control.close();
  });
  return { container, engine, hearers, control, socket };
}
