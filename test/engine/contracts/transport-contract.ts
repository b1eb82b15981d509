import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Output, OutputOptions } from '../../../src/engine/contracts/output.js';
import type { Transport, TransportOffer } from '../../../src/engine/contracts/transport.js';
import { loadInContainer } from '../../../src/engine/plugins/load-in-container.js';

/** What every wire must do, on a machine that has its devices as well as on one that does not. `make` gives a new one, not opened. */
export function transportContract(name: string, make: () => Transport | Promise<Transport>): void {
  describe(`${name}, as a transport`, () => {
    async function opened(look: (offer: TransportOffer, transport: Transport) => void | Promise<void>): Promise<void> {
      const transport = await make();
      const offer = await transport.open();
      try {
        await look(offer, transport);
      } finally {
        await transport.close();
      }
    }

    it('has a dash-case name', async () => {
      assert.match((await make()).name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    });

    it('says in whole sentences what is open and what is off', () =>
      opened(({ notices }) => {
        assert.ok(notices.length > 0);
        for (const { level, sentence } of notices) {
          assert.ok(level === 'ready' || level === 'off');
          assert.match(sentence, /^[A-Z].*\.$/);
        }
      }));

    it('explains an offer of nothing', () =>
      opened(({ outputs, syncSources, controlSurfaces, notices }) => {
        if (outputs.length + syncSources.length + controlSurfaces.length === 0) assert.ok(notices.some(({ level }) => level === 'off'));
      }));

    it('names each thing it offers once', () =>
      opened(({ outputs, syncSources, controlSurfaces }) => {
        for (const offered of [outputs, syncSources, controlSurfaces]) {
          const names = offered.map((thing) => thing.name);
          assert.equal(new Set(names).size, names.length, names.join(', '));
        }
      }));

    it('describes outputs that another thread can load', () =>
      opened(async ({ outputs }) => {
        for (const output of outputs) {
          const container = await loadInContainer(output, { options: {}, files: {} }, new Map([[OutputOptions, output.options]]));
          assert.ok(container.isBound(Output), `${output.implementation} binds no Output`);
          structuredClone({ ...output, transfer: undefined, renew: undefined }, { transfer: [...(output.transfer ?? [])] as ArrayBuffer[] });
          assert.ok(output.leadMicros >= 0);
          assert.ok(Number.isFinite(output.offsetMicros));
        }
      }));

    it('closes once, twice, or without having been opened', async () => {
      const transport = await make();
      await transport.close();
      await transport.open();
      await transport.close();
      await transport.close();
    });

    it('opens again what it closed', async () => {
      const summaries: string[][] = [];
      for (let time = 0; time < 2; time += 1) {
        await opened(({ outputs, syncSources, controlSurfaces }) => {
          summaries.push([...outputs, ...syncSources, ...controlSurfaces].map((thing) => thing.name));
        });
      }
      assert.deepEqual(summaries[1], summaries[0]);
    });

    it('can be closed while a source is started', () =>
      opened(async ({ syncSources }, transport) => {
        for (const source of syncSources) source.start({ timeline() {}, transport() {}, lost() {} });
        await transport.close();
        for (const source of syncSources) source.stop();
      }));
  });
}
