import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OutputSpecification } from '../../src/engine/contracts/output.js';
import { ContinuoError } from '../../src/engine/errors.js';
import { OutputPorts } from '../../src/engine/output-ports.js';
import type { Sender } from '../../src/engine/scheduling/sender.js';

const synth: OutputSpecification = { name: 'midi', implementation: 'none', options: {}, leadMicros: 0, offsetMicros: 0, sendsClock: true };

/** Outputs of a fake sender, whose ports open where `opens` says so. */
function stage() {
  const state = { opens: false };
  const said: string[] = [];
  const sender: Pick<Sender, 'addOutput'> = {
    addOutput: async () => {
      if (!state.opens) throw new ContinuoError('portUnavailable', 'Another program holds it.');
      return { dispose: async () => void said.push('closed') };
    },
  };
  const outputs = new OutputPorts({
    sender: sender as Sender,
    fault: (error, origin) => said.push(`${origin}: ${error.message}`),
    notice: ({ sentence }) => said.push(sentence),
    changed: (names) => said.push(`now ${names.join()}`),
    arrived: () => said.push('arrived'),
  });
  return { state, said, outputs, heard: () => said.splice(0) };
}

describe('an output of a wire that watches its devices', () => {
  it('is known not to be open where it could not be opened at the start', async () => {
    const { outputs, state, heard } = stage();
    await outputs.add([synth]);
    assert.equal(outputs.watcher.isOutputOpen('midi'), false);
    assert.deepEqual(heard(), ['midi: Another program holds it.']);
    state.opens = true;
    await outputs.add([synth]);
    assert.equal(outputs.watcher.isOutputOpen('midi'), true);
  });

  it('tells whether it opened, and only once why it does not', async () => {
    const { outputs, state, heard } = stage();
    const { watcher } = outputs;
    assert.deepEqual([await watcher.outputFound(synth), await watcher.outputFound(synth)], [false, false]);
    assert.deepEqual(heard(), ['midi: Another program holds it.']);
    state.opens = true;
    assert.equal(await watcher.outputFound(synth), true);
    assert.deepEqual(heard(), ['now midi', 'arrived']);
    watcher.outputLost('midi');
    state.opens = false;
    assert.equal(await watcher.outputFound(synth), false);
    assert.deepEqual(heard(), ['now ', 'closed', 'midi: Another program holds it.']);
  });
});
