import pc from 'picocolors';

const colours = [pc.cyan, pc.yellow, pc.green, pc.magenta, pc.blue, pc.red, pc.white, pc.gray];

/** Colours the decks of a set, or the channels of one deck, are told apart by. `index` counts from 0. */
export function colourOf(index: number): (text: string) => string {
  return colours[index % colours.length];
}
