import type { TransportChange } from '../contracts/sync-source.js';
import { ContinuoError } from '../errors.js';
import type { Note } from '../music/note.js';
import type { ControlMark, ProgramMark } from '../music/score.js';
import type { Beats, Micros } from '../music/units.js';
import type { NoteLimits } from './note-limits.js';
import { emptyCommand, maximumLanes, maximumOwner, type Command, type CommandKind } from './command.js';

const everyLane = 0xffff_ffff;

/** Where commands go. */
export interface CommandTarget {
  /** The clock that whoever takes the commands goes by. */
  now(): Micros;
  /** False when there is no room: the command is lost. */
  put(command: Command): boolean;
  /** Called when a call's commands have all been put. */
  wake(): void;
}

/**
 * Turns what a {@link Sender} is asked into commands: checks the numbers, names the notes, knows which output is which lane
 * and which owner reaches which. Music that finds no room is counted here; a target that takes no commands at all is for
 * its owner to report.
 * Thread: the sender's. Blocks: no.
 */
export class CommandWriter {
  private readonly command = emptyCommand();
  private readonly lanes = new Map<string, number>();
  /** How long before its time each output is given an event. */
  private readonly leads = new Map<string, { readonly leadMicros: Micros; offsetMicros: Micros }>();
  private readonly routes = new Map<number, readonly string[]>();
  private readonly limits = new Map<number, NoteLimits>();
  private nextNoteId = 1;
  private dropped = 0;

  constructor(private readonly target: CommandTarget) {}

  /** Onsets and marks for which there was no room. */
  get droppedFull(): number {
    return this.dropped;
  }

  /** How long before its beat an event leaves for the output that is given it the earliest; 0 or more. */
  get aheadMicros(): Micros {
    return Math.max(0, ...[...this.leads.values()].map(({ leadMicros, offsetMicros }) => leadMicros - offsetMicros));
  }

  /** Takes a free lane for an output. Errors: `badConfiguration` when the name is taken or all lanes are. */
  openLane(output: string, leadMicros: Micros = 0, offsetMicros: Micros = 0): number {
    if (this.lanes.has(output)) {
      throw new ContinuoError('badConfiguration', `There are two outputs named "${output}"; give one another name.`);
    }
    const taken = new Set(this.lanes.values());
    for (let lane = 0; lane < maximumLanes; lane += 1) {
      if (taken.has(lane)) continue;
      this.lanes.set(output, lane);
      this.leads.set(output, { leadMicros, offsetMicros });
      this.tellRoutes();
      return lane;
    }
    throw new ContinuoError('badConfiguration', `No more than ${maximumLanes} outputs can be open at a time; close one first.`);
  }

  closeLane(output: string): void {
    this.lanes.delete(output);
    this.leads.delete(output);
    this.tellRoutes();
  }

  /** Tells a send thread that has just started who reaches what, and what is too much. */
  tellAll(): void {
    for (const [owner, limits] of this.limits) this.tellLimits(owner, limits);
    this.tellRoutes();
  }

  /** Errors: `badValue` when a number is none that music has; then nothing of the call is queued. */
  queue(owner: number, notes: readonly Note[], programs: readonly ProgramMark[] = [], controls: readonly ControlMark[] = []): void {
    checkOwner(owner);
    for (const note of notes) checkNote(note);
    for (const { beat, channel, program } of programs) checkMark('program', beat, channel, program, 0);
    for (const { beat, channel, controller, value } of controls) checkMark('control', beat, channel, controller, value);
    // Controllers first: a bank is selected before the program in it.
    for (const { beat, channel, controller, value } of controls) this.music('control', owner, channel, controller, value, beat, 0);
    for (const { beat, channel, program } of programs) this.music('program', owner, channel, program, 0, beat, 0);
    for (const { beat, channel, pitch, velocity, duration } of notes) this.music('note', owner, channel, pitch, velocity, beat, duration);
    this.target.wake();
  }

  flush(owner: number, fromBeat: Beats): void {
    checkOwner(owner);
    this.tell('flush', owner, 0, fromBeat, 0);
  }

  silence(owner: number): void {
    checkOwner(owner);
    this.tell('silence', owner, 0, 0, 0);
  }

  panic(): void {
    this.tell('panic', 0, 0, 0, 0);
  }

  /** Names of outputs that are not there yet count when they come. */
  route(owner: number, outputs: readonly string[] | 'all'): void {
    checkOwner(owner);
    if (outputs === 'all') this.routes.delete(owner);
    else this.routes.set(owner, [...outputs]);
    this.tellRoute(owner);
    this.target.wake();
  }

  /** Errors: `badValue` for limits that are none. */
  limit(owner: number, limits: NoteLimits): void {
    checkOwner(owner);
    const { mostSounding, longestMicros } = limits;
    if (!isMidi(mostSounding, 1, 255) || !(longestMicros > 0 && longestMicros < Infinity)) {
      throw new ContinuoError('badValue', `At most 1 to 255 notes may sound at once, and each for a time, not ${mostSounding} for ${longestMicros} microseconds.`);
    }
    this.limits.set(owner, limits);
    this.tellLimits(owner, limits);
    this.target.wake();
  }

  /** Errors: `badValue` when there is no such output. */
  setOffset(output: string, offsetMicros: Micros): void {
    const lane = this.lanes.get(output);
    if (lane === undefined) throw new ContinuoError('badValue', `There is no output named "${output}".`);
    const lead = this.leads.get(output);
    if (lead) lead.offsetMicros = offsetMicros;
    this.tell('offset', 0, lane, 0, offsetMicros);
  }

  transport({ type, beat, micros }: TransportChange): void {
    this.tell(type, 0, 0, beat, micros);
  }

  private tellRoutes(): void {
    for (const owner of this.routes.keys()) this.tellRoute(owner);
    this.target.wake();
  }

  private tellLimits(owner: number, { mostSounding, longestMicros }: NoteLimits): void {
    this.put('limit', owner, mostSounding, 0, longestMicros);
  }

  private tellRoute(owner: number): void {
    const outputs = this.routes.get(owner);
    let mask = outputs ? 0 : everyLane;
    for (const output of outputs ?? []) {
      const lane = this.lanes.get(output);
      if (lane !== undefined) mask |= 1 << lane;
    }
    this.put('route', owner, 0, 0, mask >>> 0);
  }

  private tell(kind: CommandKind, owner: number, data1: number, beat: Beats, amount: number): void {
    this.put(kind, owner, data1, beat, amount);
    this.target.wake();
  }

  private put(kind: CommandKind, owner: number, data1: number, beat: Beats, amount: number): void {
    const { command } = this;
    command.kind = kind;
    command.owner = owner;
    command.channel = command.data2 = command.noteId = 0;
    command.data1 = data1;
    command.beat = beat;
    command.amount = amount;
    command.queuedMicros = 0;
    this.target.put(command);
  }

  private music(kind: CommandKind, owner: number, channel: number, data1: number, data2: number, beat: Beats, duration: Beats): void {
    const { command } = this;
    command.kind = kind;
    command.owner = owner;
    command.channel = channel;
    command.data1 = data1;
    command.data2 = data2;
    command.noteId = kind === 'note' ? this.newNoteId() : 0;
    command.beat = beat;
    command.amount = duration;
    command.queuedMicros = this.target.now();
    if (!this.target.put(command)) this.dropped += 1;
  }

  private newNoteId(): number {
    const noteId = this.nextNoteId;
    this.nextNoteId = noteId === 0xffff_ffff ? 1 : noteId + 1;
    return noteId;
  }
}

function isMidi(value: number, minimum = 0, maximum = 127): boolean {
  return Number.isInteger(value) && value >= minimum && value <= maximum;
}

function checkOwner(owner: number): void {
  if (!isMidi(owner, 0, maximumOwner)) throw new ContinuoError('badValue', `An owner is a whole number of 0 to ${maximumOwner}, not ${owner}.`);
}

function checkNote(note: Note): void {
  const { beat, duration, channel, pitch, velocity } = note;
  if (Number.isFinite(beat) && Number.isFinite(duration) && duration >= 0 && isMidi(channel, 0, 15) && isMidi(pitch) && isMidi(velocity, 1)) return;
  throw new ContinuoError('badValue', `This is no note that can be played: ${JSON.stringify(note)}.`);
}

function checkMark(kind: string, beat: Beats, channel: number, data1: number, data2: number): void {
  if (Number.isFinite(beat) && isMidi(channel, 0, 15) && isMidi(data1) && isMidi(data2)) return;
  throw new ContinuoError('badValue', `This is no ${kind} that can be sent: beat ${beat}, channel ${channel}, ${data1}, ${data2}.`);
}
