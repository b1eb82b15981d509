import type { Output, OutputSpecification } from './output.js';

/** Takes everything and plays nothing: an engine without a wire, and the quiet end of tests and measurements. */
export class NullOutput implements Output {
  async open(): Promise<void> {
    // There is no port.
  }

  send(): void {
    // Nobody listens.
  }

  flush(): void {
    // Nothing was gathered.
  }

  async close(): Promise<void> {
    // There is no port.
  }
}

/** Describes a null output, with clock so that it is the whole work of sending but the wire. */
export function nullOutputSpecification(name = 'null'): OutputSpecification {
  return {
    name,
    implementation: new URL('./null-output-module.js', import.meta.url).href,
    options: {},
    leadMicros: 0,
    offsetMicros: 0,
    sendsClock: true,
  };
}
