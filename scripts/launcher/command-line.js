const answersByThemselves = ['--help', '-h', '--version', '-V'];

/**
 * Splits what `npm start -- …` and `continuo …` were given: `--quiet` is the launcher's own (no remarks about what
 * is off), the rest goes to the engine, which plays when no command is named.
 * @param {readonly string[]} given
 * @example commandLine(['--bpm', '100']).words // ['play', '--bpm', '100']
 */
export function commandLine(given) {
  const quiet = given[0] === '--quiet';
  const words = quiet ? given.slice(1) : [...given];
  const namesCommand = words.length > 0 && (!words[0].startsWith('-') || answersByThemselves.includes(words[0]));
  return { quiet, words: namesCommand ? words : ['play', ...words] };
}
