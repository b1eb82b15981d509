import type { ParameterValue } from '../../../src/engine/parameters/parameter.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { OscSocket } from '../../../src/transports/osc/osc-socket.js';
import { OscSurface } from '../../../src/transports/osc/osc-surface.js';
import { controlSurfaceContract, type SurfaceClient } from '../../engine/contracts/control-surface-contract.js';
import { OscPeer } from '../support/osc-peer.js';

controlSurfaceContract('OSC', async () => {
  const socket = await OscSocket.open('127.0.0.1', 0);
  const peers: OscPeer[] = [];
  return {
    surface: new OscSurface(socket, monotonicClock, () => []),
    async connect(): Promise<SurfaceClient> {
      // One program asks, another is told: answers and changes have the same shape on this wire.
      const asking = await OscPeer.open(socket.port);
      const listening = await OscPeer.open(socket.port);
      peers.push(asking, listening);
      listening.send('/continuo/listen');
      await listening.next('/continuo/packs');
      listening.heard.drain();
      return {
        async read(address) {
          asking.send(`/continuo/${address}`);
          return (await asking.next(`/continuo/${address}`)).values[0] as ParameterValue;
        },
        write: (address, values) => asking.send(`/continuo/${address}`, ...values),
        told: async (address) => (await listening.next(`/continuo/${address}`)).values[0] as ParameterValue,
        sendGarbage: () => asking.sendBytes(Buffer.from('no OSC at all')),
        error: async () => (await asking.next('/continuo/error')).values[0] as number,
      };
    },
    async dispose() {
      await Promise.all(peers.map((peer) => peer.close()));
      await socket.close();
    },
  };
});
