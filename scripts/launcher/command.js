const withoutModels = new Set(['ctl', 'detokenize', 'plugins', 'takes', 'tokenize']);

/**
 * What has to be known of a command before it runs: whether it plays, and whether models may compute in it.
 * @param {readonly string[]} words of the command line; without a command it plays
 * @example natureOf(['--pack', 'perlin']) // { plays: true, runsModels: true }
 */
export function natureOf([first = 'play']) {
  const command = first.startsWith('-') ? 'play' : first;
  return { plays: command === 'play', runsModels: !withoutModels.has(command) };
}
