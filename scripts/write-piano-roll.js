import { readFileSync, writeFileSync } from 'node:fs';
import { pianoRoll } from './docs/piano-roll.js';
import { setUpOrExit } from './setup/set-up.js';

const [midiFile, pictureFile, bars = '16', title = 'A piano roll'] = process.argv.slice(2);
if (midiFile === undefined || pictureFile === undefined) {
  process.stderr.write('Draws a MIDI file: node scripts/write-piano-roll.js FILE.mid PICTURE.svg [BARS] [TITLE]\n');
  process.exit(2);
}
setUpOrExit();
const { readPrompt } = await import('../dist/src/engine/midi-file/prompt.js');
writeFileSync(pictureFile, pianoRoll(readPrompt(readFileSync(midiFile)).notes, Number(bars), title));
