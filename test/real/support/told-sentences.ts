import type { ServerMessage } from '../../../src/transports/websocket/server-message.js';
import type { WebSocketPeer } from '../../transports/support/websocket-peer.js';

/** The sentences that are told over a connection, growing as they come. */
export function toldSentences({ socket }: WebSocketPeer): readonly string[] {
  const sentences: string[] = [];
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as ServerMessage;
    if (message.type === 'event' && message.event.type === 'notice') sentences.push(message.event.sentence);
  });
  return sentences;
}
