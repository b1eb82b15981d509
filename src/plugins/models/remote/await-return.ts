import { setTimeout as pause } from 'node:timers/promises';
import type { AwaitReturn } from '../../../engine/contracts/plugin.js';
import { modelPath } from './inference-protocol.js';
import { InferenceServer } from './inference-server.js';
import type { RemoteOptions } from './options.js';
import { serverAddress } from './server-address.js';

/** How often a server that is gone is asked whether it is back. */
const probeEveryMilliseconds = 1000;

/** Resolves once the server says that it is ready and knows the model. */
const awaitReturn: AwaitReturn = async ({ options, files, allowedHosts }, signal) => {
  const remote = options as RemoteOptions;
  const address = serverAddress(remote, { allowedHosts, environment: process.env, authorityFile: files.authority });
  const server = new InferenceServer(address, remote, signal, () => undefined);
  try {
    while (!((await server.isReady()) && (await server.isReady(modelPath(remote.model, remote.version))))) {
      await pause(probeEveryMilliseconds, undefined, { signal, ref: false });
    }
  } finally {
    server.close();
  }
};

export default awaitReturn;
