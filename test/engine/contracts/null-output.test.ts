import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NullOutput, nullOutputSpecification } from '../../../src/engine/contracts/null-output.js';
import { loadOutput } from '../../../src/engine/scheduling/output-loader.js';
import { outputContract } from './output-contract.js';

outputContract('the null output', () => ({ output: new NullOutput() }));

describe('nullOutputSpecification', () => {
  it('describes an output that can be loaded', async () => {
    assert.ok((await loadOutput(nullOutputSpecification())) instanceof NullOutput);
    assert.equal(nullOutputSpecification('quiet').name, 'quiet');
  });
});
