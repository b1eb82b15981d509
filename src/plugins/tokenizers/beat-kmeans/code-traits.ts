import type { Codebook } from './codebook.js';
import { runsOf, type Pattern } from './pattern.js';
import { firstPitch, framesOfCode } from './vocabulary.js';

/** What a grammar asks of a code, in frames from the code's beginning. */
export interface CodeTraits {
  readonly id: number;
  readonly frames: number;
  readonly pattern: Pattern;
  readonly isSilent: boolean;
  /** Frames for which a sound from before goes on; 0 where none does. */
  readonly heldUntil: number;
  /** Whether sound reaches the end. */
  readonly endsSounding: boolean;
  readonly onsets: number;
  /** -1 without one. */
  readonly firstOnset: number;
  readonly lastOnset: number;
  /** Lengths of the sounds that begin and end inside; `shortest` is infinite and `longest` 0 where there are none. */
  readonly shortest: number;
  readonly longest: number;
}

/** The traits of every code that has a pattern, by id. */
export function traitsOf(codebook: Codebook): (CodeTraits | undefined)[] {
  return Array.from({ length: firstPitch }, (_, id) => {
    const pattern = codebook.patternOf(id);
    return pattern === undefined ? undefined : traits(id, pattern);
  });
}

function traits(id: number, pattern: Pattern): CodeTraits {
  const frames = framesOfCode(id);
  const runs = runsOf(pattern, frames);
  const struck = runs.filter((run) => !run.held);
  const inside = struck.filter((run) => run.end < frames).map((run) => run.end - run.start);
  return {
    id,
    frames,
    pattern,
    isSilent: runs.length === 0,
    heldUntil: runs[0]?.held ? runs[0].end : 0,
    endsSounding: runs.at(-1)?.end === frames,
    onsets: struck.length,
    firstOnset: struck[0]?.start ?? -1,
    lastOnset: struck.at(-1)?.start ?? -1,
    shortest: Math.min(...inside),
    longest: Math.max(0, ...inside),
  };
}
