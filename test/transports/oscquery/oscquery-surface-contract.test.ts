import type { ParameterValue } from '../../../src/engine/parameters/parameter.js';
import { oscQueryOptionsSchema } from '../../../src/transports/oscquery/options.js';
import { OscQuerySurface } from '../../../src/transports/oscquery/oscquery-surface.js';
import { hostInfo } from '../../../src/transports/oscquery/host-info.js';
import { QueryServer } from '../../../src/transports/oscquery/query-server.js';
import { controlSurfaceContract, type SurfaceClient } from '../../engine/contracts/control-surface-contract.js';
import type { NamespaceNode } from '../../../src/transports/oscquery/namespace.js';
import { QueryPeer } from './support.js';

controlSurfaceContract('OSCQuery', async () => {
  const server = await QueryServer.open(oscQueryOptionsSchema.parse({ listen: { port: 0 } }));
  const peers: QueryPeer[] = [];
  return {
    surface: new OscQuerySurface(server, () => hostInfo('Continuo', '127.0.0.1', undefined)),
    async connect(): Promise<SurfaceClient> {
      const asking = await QueryPeer.open(server.port);
      const listening = await QueryPeer.open(server.port);
      peers.push(asking, listening);
      const tree = (await (await asking.get('/continuo')).json()) as NamespaceNode;
      for (const path of readable(tree)) {
        listening.say('LISTEN', path);
        await listening.next(path);
      }
      return {
        async read(address) {
          asking.send(`/continuo/${address}`);
          return (await asking.next(`/continuo/${address}`)).values[0] as ParameterValue;
        },
        write: (address, values) => asking.send(`/continuo/${address}`, ...values),
        told: async (address) => (await listening.next(`/continuo/${address}`)).values[0] as ParameterValue,
        sendGarbage: () => asking.socket.send(Buffer.from('no OSC at all')),
        error: async () => (await asking.next('/continuo/error')).values[0] as number,
      };
    },
    async dispose() {
      await Promise.all(peers.map((peer) => peer.close()));
      await server.close();
    },
  };
});

function readable(node: NamespaceNode): readonly string[] {
  if (node.CONTENTS) return Object.values(node.CONTENTS).flatMap(readable);
  return node.VALUE ? [node.FULL_PATH] : [];
}
