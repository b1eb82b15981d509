export default {
  kind: 'composer',
  name: 'heartbeat',
  summary: 'A walking pulse: root and fifth, with seeded double beats.',
  capabilities: ['weightless', 'constraint:channels'],
  optionsSchema: {
    type: 'object',
    properties: { root: { type: 'integer', minimum: 0, maximum: 120, default: 36 } },
    additionalProperties: false,
  },
  implementation: new URL('./composer.js', import.meta.url).href,
};
