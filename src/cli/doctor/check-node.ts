import type { Finding } from './finding.js';

/** The runtime itself; that it is new enough was seen to before this could run. */
export function checkNode(): Finding {
  const { version, platform, arch } = process;
  return { topic: 'node', state: 'ready', sentence: `Node ${version.slice(1)} runs on ${platform} ${arch}.` };
}
