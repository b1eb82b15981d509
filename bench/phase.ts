import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ContinuoError } from '../src/engine/errors.js';
import { LinkNetwork, skipWithoutLink } from '../test/real/support/link-network.js';
import { runInSequencer, skipWithoutSequencer } from '../test/real/support/sequencer.js';
import { finished } from './support/phase/finished.js';
import type { PhaseReport } from './support/phase/phase-reports.js';

export const summary = "how far from its leader's beat our music leaves, in ms, by MIDI clock and by Link: against=midi-clock|link|both seconds=600 bpm=113 ppm=80";

const goals = { p99Milliseconds: 3 };

/**
 * The whole program follows somebody, and a third process hears what it sends.
 *
 * - `midi-clock`: a host in a process of its own, on a quartz of its own, at an ALSA sequencer; this machine's, or one in a kernel that is
 *   started for it, where all share one processor. Pulses and onsets at our port, by the driver's stamps, against when the host's pulses were due.
 * - `link`: SuperCollider's LinkClock, on a network that both have to themselves. Beats and onsets against the time of the beat by sclang:
 *   by the time tags we send, and by when the datagrams arrive that we send when they are due.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const { against = 'both', seconds = '600', bpm = '113', ppm = '80' } = options;
  if (!['midi-clock', 'link', 'both'].includes(against)) throw new ContinuoError('badValue', `There is no leader "${against}"; there are midi-clock, link and both.`);
  return {
    goals,
    loadAverage: loadavg()[0],
    ...(against === 'link' ? {} : { midiClock: await phaseToMidiClock([bpm, seconds, ppm]) }),
    ...(against === 'midi-clock' ? {} : { link: await phaseToLink([bpm, seconds]) }),
  };
}

async function phaseToMidiClock(words: readonly string[]): Promise<PhaseReport | string> {
  const missing = skipWithoutSequencer('aconnect');
  if (missing !== false) return missing;
  const limitSeconds = Number(words[1]) + 120;
  return reportOf(await runInSequencer([process.execPath, script('phase-to-midi-clock'), ...words], { limitSeconds }));
}

async function phaseToLink(words: readonly string[]): Promise<PhaseReport | string> {
  const missing = skipWithoutLink({ sclang: 'supercollider-language' });
  if (missing !== false) return missing;
  const network = await LinkNetwork.open();
  try {
    return reportOf(await finished(network.command(process.execPath, script('phase-to-link'), ...words)));
  } finally {
    await network.close();
  }
}

function reportOf({ stdout, stderr, code }: { readonly stdout: string; readonly stderr: string; readonly code: number }): PhaseReport {
  const lastLine = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (code !== 0 || !lastLine.startsWith('{')) throw new ContinuoError('deviceUnavailable', `The measurement ended with ${code}: ${stderr.slice(-2_000) || stdout.slice(-2_000)}`);
  return JSON.parse(lastLine) as PhaseReport;
}

function script(name: string): string {
  return fileURLToPath(new URL(`./support/phase/${name}.js`, import.meta.url));
}
