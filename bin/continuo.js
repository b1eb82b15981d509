#!/usr/bin/env node
process.argv.splice(2, 0, '--quiet');
await import('../scripts/start.js');
