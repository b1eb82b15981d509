import { getResponder, type Protocol, type Responder } from '@homebridge/ciao';
import { isEverywhere } from './host-info.js';

/** What programs find on the network. */
export interface Announced {
  /** DNS-SD type without dots and underscores, e.g. `oscjson`. */
  readonly type: string;
  readonly protocol: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
  readonly text?: Readonly<Record<string, string>>;
}

/**
 * Services as they are announced by mDNS, under one name; where that is taken on the network, one with a number behind.
 * Thread: main. Blocks: no.
 */
export class Announcement {
  private constructor(private readonly responder: Responder) {}

  /** Resolves once the network has been asked whether the name is free. Errors: what the network says. */
  static async publish(name: string, services: readonly Announced[]): Promise<Announcement> {
    const responder = getResponder();
    try {
      await Promise.all(
        services.map(({ type, protocol, host, port, text }) =>
          responder
            .createService({
              name,
              type,
              // Each its own, or the second is taken for a stranger of the first one's name.
              hostname: `${name}-${type}`.replaceAll(/[^A-Za-z0-9]+/g, '-'),
              // A constant enumeration, whose names are gone once it is compiled: its values are these.
              protocol: protocol as Protocol,
              port,
              txt: text,
              ...(isEverywhere(host) ? {} : { restrictedAddresses: [host] }),
            })
            .advertise(),
        ),
      );
    } catch (error) {
      await responder.shutdown();
      throw error;
    }
    return new Announcement(responder);
  }

  /** Takes the services back, which the network is told. */
  async withdraw(): Promise<void> {
    await this.responder.shutdown();
  }
}
