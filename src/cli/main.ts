import { Command } from 'commander';
import { reasonOf } from '../engine/reason-of.js';
import { complain } from './complain.js';
import { register as registerBench } from './commands/bench.js';
import { register as registerCtl } from './commands/ctl.js';
import { register as registerDetokenize } from './commands/detokenize.js';
import { register as registerDoctor } from './commands/doctor.js';
import { register as registerPacks } from './commands/packs.js';
import { register as registerPlay } from './commands/play.js';
import { register as registerPlugins } from './commands/plugins.js';
import { register as registerRender } from './commands/render.js';
import { register as registerTakes } from './commands/takes.js';
import { register as registerTokenize } from './commands/tokenize.js';

/** Each command registers itself on the program. */
const commands = [registerBench, registerCtl, registerDetokenize, registerDoctor, registerPacks, registerPlay, registerPlugins, registerRender, registerTakes, registerTokenize];

const program = new Command('continuo')
  .description('A real-time engine that improvises MIDI on stage, in time with the host.')
  .showHelpAfterError();
for (const register of commands) register(program);

try {
  await program.parseAsync();
} catch (cause) {
  complain(reasonOf(cause));
  process.exitCode = 1;
}
