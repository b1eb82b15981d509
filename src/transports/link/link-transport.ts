import type { Notice, Transport, TransportContext, TransportOffer } from '../../engine/contracts/transport.js';
import { commonTime, beatsPerBar } from '../../engine/time/meter.js';
import { ContinuoError } from '../../engine/errors.js';
import { findHelper } from './find-helper.js';
import { LinkSession } from './link-session.js';
import { LinkSyncSource } from './link-sync-source.js';
import type { LinkOptions } from './options.js';
import { SessionMirror } from './session-mirror.js';

/** The Ableton Link wire, by way of a helper program. Where that is not there, a sentence says how to get it. Thread: main. */
export class LinkTransport implements Transport {
  readonly name = 'link';
  private session: LinkSession | undefined;

  constructor(private readonly context: TransportContext) {}

  async open(): Promise<TransportOffer> {
    const { enabled, role, startStop, quantum, helper } = this.context.options as LinkOptions;
    if (!enabled) {
      return nothing('Ableton Link is off, because it speaks to everybody on the network; {"transports": {"link": {"enabled": true}}} in the configuration turns it on.');
    }
    const command = findHelper(helper);
    if (command === undefined) return nothing('Ableton Link is off: its helper program is not built; npm run build-link builds it.');
    const session = new LinkSession({ command, startStop, quantum: quantum ?? beatsPerBar(commonTime) });
    try {
      await session.open();
    } catch (error) {
      return nothing(`Ableton Link is off: ${ContinuoError.from(error, 'deviceUnavailable').message}`);
    }
    this.session = session;
    const { clock } = this.context;
    const leads = role === 'lead';
    const shared = `tempo, beat and bar${startStop ? ', start and stop' : ''}`;
    const sentence = leads
      ? `Ableton Link is on: Continuo leads everybody in the session by ${shared}.`
      : `Ableton Link is on: ${shared} are shared with everybody in the session.`;
    return {
      outputs: [],
      syncSources: leads ? [] : [new LinkSyncSource(session, clock)],
      controlSurfaces: [new SessionMirror(session, clock, { leads, followsBars: quantum === undefined })],
      notices: [{ level: 'ready', sentence }],
    };
  }

  async close(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    await session?.close();
  }
}

function nothing(sentence: string): TransportOffer {
  const notice: Notice = { level: 'off', sentence };
  return { outputs: [], syncSources: [], controlSurfaces: [], notices: [notice] };
}
