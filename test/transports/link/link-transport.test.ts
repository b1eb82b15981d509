import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Transport, TransportContext, type TransportOffer } from '../../../src/engine/contracts/transport.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { linkTransport } from '../../../src/transports/link/descriptor.js';
import { findHelper } from '../../../src/transports/link/find-helper.js';
import { LinkTransport } from '../../../src/transports/link/link-transport.js';
import { linkOptionsSchema } from '../../../src/transports/link/options.js';
import { transportContract } from '../../engine/contracts/transport-contract.js';

// With the helper itself: test/real/link-wire.test.ts.

function contextWith(options: object): TransportContext {
  return { options: linkOptionsSchema.parse(options), clock: monotonicClock, packs: () => [] };
}

/** A program of a few words of shell in the helper's place. */
function transportWith(shell: string): LinkTransport {
  return new LinkTransport(contextWith({ enabled: true, helper: ['sh', '-c', shell] }));
}

async function offerOf(transport: LinkTransport): Promise<TransportOffer> {
  const offer = await transport.open();
  await transport.close();
  return offer;
}

function saysOnly({ outputs, syncSources, controlSurfaces, notices }: TransportOffer, sentence: RegExp): void {
  assert.deepEqual([outputs, syncSources, controlSurfaces], [[], [], []]);
  assert.deepEqual(notices.map(({ level }) => level), ['off']);
  assert.match(notices[0].sentence, sentence);
}

transportContract('LinkTransport that was not asked for', () => new LinkTransport(contextWith({})));
transportContract('LinkTransport without a helper', () => new LinkTransport(contextWith({ enabled: true, helper: '/no/such/helper' })));

describe('LinkTransport', () => {
  it('is bound by its module', async () => {
    const container = await loadInContainer(linkTransport, { options: {}, files: {} }, new Map([[TransportContext, contextWith({})]]));
    assert.ok(container.get<Transport>(Transport) instanceof LinkTransport);
  });

  it('is off unless it is asked for, and says how to ask', async () => {
    saysOnly(await offerOf(new LinkTransport(contextWith({}))), /off, because it speaks to everybody on the network; .*"enabled": true/);
  });

  it('says how to build a helper that is not there', async (context) => {
    if (findHelper() !== undefined) return context.skip('the helper is there');
    saysOnly(await offerOf(new LinkTransport(contextWith({ enabled: true }))), /its helper program is not built; npm run build-link builds it\.$/);
  });

  it('says what a helper that does not start said last', async () => {
    saysOnly(await offerOf(new LinkTransport(contextWith({ enabled: true, helper: '/no/such/helper' }))), /cannot be started: .*ENOENT/);
    saysOnly(await offerOf(transportWith('echo no libstdc++ here >&2; exit 127')), /has ended with code 127 \(no libstdc\+\+ here\)\.$/);
  });

  it('says that a helper of another version must be built again', async () => {
    saysOnly(await offerOf(transportWith('echo \'{"type":"hello","protocol":99}\'; exec cat')), /version 99 of its protocol, not 1; build it again/);
  });

  it('offers what it has once a helper has said hello, and lets it end', async () => {
    const transport = transportWith('echo \'{"type":"hello","protocol":1}\'; exec cat >/dev/null');
    const offer = await transport.open();
    assert.deepEqual(offer.syncSources.map(({ name }) => name), ['link']);
    assert.deepEqual(offer.controlSurfaces.map(({ name }) => name), ['link']);
    assert.match(offer.notices[0].sentence, /tempo, beat and bar, start and stop are shared with everybody in the session/);
    await transport.close();
  });

  it('offers nothing to follow where it is to lead', async () => {
    const options = { enabled: true, role: 'lead', helper: ['sh', '-c', 'echo \'{"type":"hello","protocol":1}\'; exec cat >/dev/null'] };
    const offer = await offerOf(new LinkTransport(contextWith(options)));
    assert.deepEqual(offer.syncSources, []);
    assert.match(offer.notices[0].sentence, /leads everybody/);
  });
});

describe('findHelper', () => {
  it('takes the command it is given before anything else', () => {
    assert.deepEqual(findHelper(['nsenter', 'x']), ['nsenter', 'x']);
  });

  it('takes the program that the environment names', (context) => {
    const before = process.env.CONTINUO_LINK_HELPER;
    context.after(() => {
      if (before === undefined) delete process.env.CONTINUO_LINK_HELPER;
      else process.env.CONTINUO_LINK_HELPER = before;
    });
    process.env.CONTINUO_LINK_HELPER = '/somewhere/continuo-link';
    assert.deepEqual(findHelper(), ['/somewhere/continuo-link']);
  });
});
