import { monotonicClock } from '../../../src/engine/time/clock.js';
import { websocketOptionsSchema } from '../../../src/transports/websocket/options.js';
import { WebSocketPlayer } from '../../../src/transports/websocket/websocket-player.js';
import { WebSocketServer } from '../../../src/transports/websocket/websocket-server.js';
import { WebSocketSurface } from '../../../src/transports/websocket/websocket-surface.js';
import { WebSocketSyncSource } from '../../../src/transports/websocket/websocket-sync-source.js';
import { controlSurfaceContract, type SurfaceClient } from '../../engine/contracts/control-surface-contract.js';
import { WebSocketPeer } from '../support/websocket-peer.js';

controlSurfaceContract('WebSocket', async () => {
  const server = await WebSocketServer.open(websocketOptionsSchema.parse({ listen: { port: 0 } }), monotonicClock);
  const peers: WebSocketPeer[] = [];
  return {
    surface: new WebSocketSurface(server, monotonicClock, () => [], new WebSocketSyncSource(monotonicClock), new WebSocketPlayer(monotonicClock)),
    async connect(): Promise<SurfaceClient> {
      const peer = await WebSocketPeer.open(server.port);
      peers.push(peer);
      const { parameters } = await peer.next('hello');
      const isAction = (address: string): boolean => parameters.some((entry) => entry.address === address && entry.kind === 'action');
      return {
        async read(address) {
          const answer = await peer.ask({ type: 'get', address });
          if (answer.type !== 'value') throw new Error(`answered ${JSON.stringify(answer)}`);
          return answer.value;
        },
        write: (address, values) =>
          peer.say(isAction(address) ? { type: 'invoke', address, arguments: values } : { type: 'set', address, value: values[0] }),
        told: async (address) => (await peer.next('value', (message) => message.address === address && !('id' in message))).value,
        sendGarbage: () => peer.socket.send('{"type":'),
        error: async () => (await peer.next('error')).code,
      };
    },
    async dispose() {
      await Promise.all(peers.map((peer) => peer.close()));
      await server.close();
    },
  };
});
