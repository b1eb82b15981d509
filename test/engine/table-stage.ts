import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration, type Configuration } from '../../src/engine/configuration.js';
import { ControllerDesk } from '../../src/engine/controllers/controller-desk.js';
import { engineContainer } from '../../src/engine/create-engine.js';
import { Engine } from '../../src/engine/engine.js';
import type { ParameterStore } from '../../src/engine/parameters/parameter-store.js';
import { builtInPlugins } from '../../src/plugins/manifest.js';
import { MidiControllers } from '../../src/transports/midi/midi-controllers.js';
import { QueryPeer } from '../transports/oscquery/support.js';
import { OscPeer } from '../transports/support/osc-peer.js';
import { WebSocketPeer } from '../transports/support/websocket-peer.js';

/** A running engine with perlin, and a program at every wire that its table can be reached by. */
export interface TableStage {
  readonly engine: Engine;
  readonly store: ParameterStore;
  /** What a MIDI driver would hand over; the drivers themselves are tested where there are some. */
  readonly knobs: MidiControllers;
  readonly control: OscPeer;
  readonly socket: WebSocketPeer;
  readonly query: QueryPeer;
  readonly webSocketPort: number;
  close(): Promise<void>;
}

export async function openTableStage(deckCount: number): Promise<TableStage> {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-table-'));
  const listen = { port: 0 };
  const configuration: Configuration = {
    ...loadConfiguration(),
    pack: 'perlin',
    decks: Array.from({ length: deckCount }, () => ({ outputs: 'all' })),
    transports: { midi: false, link: false, osc: { listen, destinations: [] }, oscquery: { listen }, websocket: { listen } },
    controllerFile: join(folder, 'controllers.json'),
    takes: { folder: join(folder, 'takes'), minutes: 1 },
  };
  const container = engineContainer(configuration, builtInPlugins);
  const engine = container.get(Engine);
  await engine.start();
  const knobs = new MidiControllers('knobs');
  container.get(ControllerDesk).register(knobs);
  const portOf = (what: RegExp): number => Number(what.exec(engine.notices.map(({ sentence }) => sentence).join('\n'))?.[1]);
  const webSocketPort = portOf(/ws:\/\/[\d.]+:(\d+)/);
  const control = await OscPeer.open(portOf(/OSC control listens at [\d.]+:(\d+)/));
  const socket = await WebSocketPeer.open(webSocketPort);
  const query = await QueryPeer.open(portOf(/OSCQuery answers at http:\/\/[\d.]+:(\d+)/));
  const close = async (): Promise<void> => {
    await Promise.all([control.close(), socket.close(), query.close()]);
    await engine.stop();
    rmSync(folder, { recursive: true });
  };
  return { engine, store: engine.parameters, knobs, control, socket, query, webSocketPort, close };
}
