/**
 * The descriptor: what the engine knows before anything is played. It is read on the main thread, so it imports nothing.
 * A plugin may export an array of these.
 */
export default {
  kind: 'composer',
  name: 'arpeggiator',
  summary: 'Breaks the last chord it heard into a pattern.',
  // `weightless`: it needs no files, so it is a pack of its own name.
  capabilities: ['weightless', 'constraint:pitchRange', 'constraint:channels'],
  // JSON Schema, or a zod schema. What it lets through, completed by its defaults, is `context.options` below.
  optionsSchema: {
    type: 'object',
    properties: {
      notesPerBeat: { type: 'integer', minimum: 1, maximum: 8, default: 4 },
      pattern: { enum: ['up', 'down', 'up-down'], default: 'up-down' },
      octaves: { type: 'integer', minimum: 1, maximum: 4, default: 2 },
    },
    additionalProperties: false,
  },
  implementation: new URL('./arpeggiator.js', import.meta.url).href,
};
