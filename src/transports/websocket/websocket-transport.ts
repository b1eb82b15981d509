import type { OutputSpecification } from '../../engine/contracts/output.js';
import type { Transport, TransportContext, TransportOffer } from '../../engine/contracts/transport.js';
import { NoteFeed } from '../../engine/scheduling/note-feed.js';
import type { WebSocketOptions } from './options.js';
import type { WireMessage } from './server-message.js';
import { WebSocketPlayer } from './websocket-player.js';
import { WebSocketServer } from './websocket-server.js';
import { WebSocketSurface } from './websocket-surface.js';
import { WebSocketSyncSource } from './websocket-sync-source.js';

/** The WebSocket wire: one server for notes, control and events. Thread: main. */
export class WebSocketTransport implements Transport {
  readonly name = 'websocket';
  private server: WebSocketServer | undefined;
  private feed: NoteFeed<WireMessage> | undefined;

  constructor(private readonly context: TransportContext) {}

  /** Errors: `portUnavailable`: without its port there is nothing this wire can do. */
  async open(): Promise<TransportOffer> {
    const options = this.context.options as WebSocketOptions;
    const { clock } = this.context;
    const server = await WebSocketServer.open(options, clock);
    const feed = new NoteFeed<WireMessage>((messages) => {
      for (const message of messages) server.broadcast(message);
    });
    server.counted = (clients) => feed.setListeners(clients);
    this.server = server;
    this.feed = feed;
    const syncSource = new WebSocketSyncSource(clock);
    const player = new WebSocketPlayer(clock, options.inputLatencyMilliseconds * 1000);
    return {
      outputs: [outputOf(feed, options)],
      syncSources: [syncSource],
      controlSurfaces: [new WebSocketSurface(server, clock, () => this.context.packs(), syncSource, player)],
      noteSources: [player],
      notices: [{ level: 'ready', sentence: `WebSocket listens at ws://${options.listen.host}:${server.port}, notes ${options.leadMilliseconds} ms ahead.` }],
    };
  }

  async close(): Promise<void> {
    await this.server?.close();
    this.feed?.close();
    this.server = undefined;
    this.feed = undefined;
  }
}

function outputOf(feed: NoteFeed<WireMessage>, options: WebSocketOptions): OutputSpecification {
  return {
    name: 'websocket',
    implementation: new URL('./output-module.js', import.meta.url).href,
    options: feed.far,
    transfer: [feed.far.port],
    renew: () => {
      const far = feed.renew();
      return { options: far, transfer: [far.port] };
    },
    leadMicros: options.leadMilliseconds * 1000,
    offsetMicros: options.offsetMilliseconds * 1000,
    sendsClock: true,
  };
}
