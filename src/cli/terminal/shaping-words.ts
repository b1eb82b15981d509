import { neutralShaping, type Shaping } from '../../engine/deck/shaping/shaping.js';

/** What of a deck's shaping is not as written, in a few words each. */
export function shapingWords({ routing, program, transposeSemitones, gain, swing, humanise, accents }: Shaping): string[] {
  const words: [boolean, string][] = [
    [routing.channel > 0, `channel ${routing.channel}`],
    [routing.drums === 'off', 'no drums'],
    [program >= 0, `program ${program}`],
    [transposeSemitones !== 0, `${transposeSemitones > 0 ? '+' : ''}${transposeSemitones}`],
    [gain !== neutralShaping.gain, `gain ${gain.toFixed(2)}`],
    [swing.share !== neutralShaping.swing.share, `swing ${Math.round(swing.share * 100)} %`],
    [humanise.timingBeats > 0 || humanise.velocitySpread > 0, 'human'],
    [accents.amount > 0, 'accents'],
  ];
  return words.filter(([isSo]) => isSo).map(([, word]) => word);
}
