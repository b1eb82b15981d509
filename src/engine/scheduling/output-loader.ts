import { Output, OutputOptions, type OutputSpecification } from '../contracts/output.js';
import { loadInContainer } from '../plugins/load-in-container.js';

/**
 * Makes the output a specification describes, not yet open, in this thread and a container of its own.
 * Thread: the one that will send. Blocks: while the module is imported. Errors: `badPlugin`.
 */
export async function loadOutput(specification: Pick<OutputSpecification, 'implementation' | 'options'>): Promise<Output> {
  const { options } = specification;
  const container = await loadInContainer(specification, { options, files: {} }, new Map([[OutputOptions, options]]));
  return container.getAsync<Output>(Output);
}
