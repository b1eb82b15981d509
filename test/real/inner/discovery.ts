import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { oscQueryOptionsSchema } from '../../../src/transports/oscquery/options.js';
import { OscQueryTransport } from '../../../src/transports/oscquery/oscquery-transport.js';
import { Inbox, within } from '../../transports/support/within.js';
import { recordsOf, serviceQuestion, type DnsRecord } from '../support/dns-answers.js';

const group = '224.0.0.251';
const port = 5353;
const oscPort = 57190;

const socket = createSocket({ type: 'udp4', reuseAddr: true });
const heard = new Inbox<DnsRecord>();
socket.on('message', (message) => recordsOf(message).forEach((record) => heard.add(record)));
socket.bind(port);
await once(socket, 'listening');
socket.addMembership(group, '127.0.0.1');
socket.setMulticastInterface('127.0.0.1');

const transport = new OscQueryTransport({
  options: oscQueryOptionsSchema.parse({ listen: { host: '0.0.0.0', port: 0 }, name: 'Continuo of a test' }),
  clock: monotonicClock,
  packs: () => [],
  endpoints: () => [{ service: '_osc._udp', host: '0.0.0.0', port: oscPort }],
});
const offer = await transport.open();
heard.drain();

/** What is found when somebody looks for a type. */
async function find(type: string): Promise<{ readonly name: string | undefined; readonly port: number | undefined }> {
  socket.send(serviceQuestion(`${type}.local`), port, group);
  const { target } = await heard.take(type, (record) => record.type === 'PTR' && record.name === `${type}.local` && record.ttl > 0);
  const service = await heard.take(`the place of ${target}`, (record) => record.type === 'SRV' && record.name === target);
  return { name: target, port: service.port };
}

const json = await find('_oscjson._tcp');
const osc = await find('_osc._udp');
heard.drain();
const goodbye = heard.takeWhenever((record) => record.type === 'PTR' && record.name === '_oscjson._tcp.local' && record.ttl === 0);
await transport.close();
await within('a goodbye', goodbye);
socket.close();
process.stdout.write(`${JSON.stringify({ json, osc, port: offer.endpoints?.[0].port, oscPort, notices: offer.notices })}\n`);
