import type { Command } from 'commander';
import colours from 'picocolors';
import { examine } from '../doctor/examine.js';
import type { Diagnosis, Finding } from '../doctor/finding.js';

interface DoctorOptions {
  readonly config?: string;
  readonly json?: boolean;
}

const marks: Readonly<Record<Finding['state'], string>> = {
  ready: colours.green('ready'),
  off: colours.yellow('off  '),
  fault: colours.red('fault'),
};

/** `continuo doctor`: what is there, and what to do about each thing that is not. */
export function register(program: Command): void {
  program
    .command('doctor')
    .summary('look at what is there and say what to do about what is missing')
    .description('Tries Node, inference, plugins, packs and wires by using them. The exit code is 0 when the engine can play.')
    .option('--config <file>', 'configuration to look at')
    .option('--json', 'print one JSON document and nothing else')
    .action(doctor);
}

async function doctor({ config, json }: DoctorOptions): Promise<void> {
  const diagnosis = await examine(config);
  process.stdout.write(json ? `${JSON.stringify(diagnosis)}\n` : inWords(diagnosis));
  process.exitCode = diagnosis.canPlay ? 0 : 1;
}

function inWords({ canPlay, findings }: Diagnosis): string {
  const lines: string[] = [];
  let topic: Finding['topic'] | undefined;
  for (const finding of findings) {
    if (finding.topic !== topic) lines.push(colours.bold(finding.topic));
    topic = finding.topic;
    lines.push(`  ${marks[finding.state]}  ${finding.sentence}`);
  }
  lines.push('', canPlay ? 'Continuo can play.' : 'Continuo cannot play yet: see the faults above.');
  return `${lines.join('\n')}\n`;
}
