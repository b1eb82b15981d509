import type { Output, WireEvent } from '../../src/engine/contracts/output.js';
import type { Beats, Micros } from '../../src/engine/music/units.js';
import type { Clock } from '../../src/engine/time/clock.js';

const pulsesPerBeat = 24;
const pulsesPerSixteenth = 6;
const songPositions = 16_384;
const keys = 16 * 128;
/** A jump of the leader is known before the start or locate that explains it: until then pulses are of nowhere. */
const explainedWithin: Micros = 25_000;
/** Doubles of times of a day are off by less. */
const sameMicros: Micros = 1;
/** After a stop what was told early still begins and ends. */
const dyingAway: Micros = 500_000;
const mostTold = 20;

/** What an output looks for, and how often it was met. */
export interface OutputFigures {
  onsets: number;
  ends: number;
  clocks: number;
  /** Onsets on a key that sounds, ends on one that is silent or of another note, ends before their onset. */
  wrongPairs: number;
  /** Onsets that are heard after one of the same owner of a later beat, though nothing had moved the music meanwhile. */
  reorderedOnsets: number;
  /** Clocks that were not the next pulse, or did not fall on their 24th of a beat to the microsecond. */
  wrongClocks: number;
  /** Starts of followers that run, stops of those that stand, positions told to those that run. */
  wrongTransports: number;
  /** Onsets that are heard while the transport stands, and keys that still sound a moment after it stopped. */
  soundsWhileStopped: number;
}

/** What an output may know of its stage. */
export interface OutputGround {
  /** When a beat is heard through this output by the leader's timeline, where that is known. */
  dueOf(beat: Beats): Micros | undefined;
  /** By how much this output plays earlier than the leader's timeline says: music that joins in at the last moment is late by as much. */
  aheadMicros(): Micros;
  /** Since when the transport stands, as it is heard through this output; Infinity while it runs. */
  silentFrom(): Micros;
}

/**
 * The far end of a wire: a synthesizer that knows which keys sound, and a sequencer that counts the clock. It keeps no
 * history, so that a day fits; what is wrong is counted, and the first faults are told.
 */
export class WatchedOutput implements Output {
  readonly figures: OutputFigures = {
    onsets: 0, ends: 0, clocks: 0, wrongPairs: 0, reorderedOnsets: 0, wrongClocks: 0, wrongTransports: 0, soundsWhileStopped: 0,
  };
  readonly faults: string[] = [];
  /** Makes sending throw: the cable is out. */
  unplugged = false;
  private readonly noteIds = new Uint32Array(keys);
  private readonly heardAt = new Float64Array(keys);
  private sounds = 0;
  /** By owner: the onset of the latest beat, and when it is heard. */
  private readonly latestOnsets = new Map<number, { readonly beat: Beats; readonly heard: Micros }>();
  private running = false;
  /** Number of the pulse that comes next, since the beginning of the song. */
  private nextPulse = 0;
  /** A pulse that was not the next, since when; an explanation may come. */
  private astray: { readonly sentence: string; readonly since: Micros } | undefined;
  /** As told last, in sixteenths. */
  private position = 0;

  constructor(
    readonly name: string,
    private readonly clock: Clock,
    private readonly ground: OutputGround,
  ) {}

  async open(): Promise<void> {
    this.sounds = 0;
  }

  send(event: WireEvent, due: Micros): void {
    if (this.unplugged && event.kind === 'noteOn') throw new Error('the cable is out');
    this.judgeAstray(event);
    switch (event.kind) {
      case 'noteOn':
        return this.begin(event, due);
      case 'noteOff':
        return this.end(event, due);
      case 'clock':
        return this.pulse(event.beat, due);
      case 'start':
      case 'continue':
        return this.run(event);
      case 'stop':
        if (!this.running) this.fault('wrongTransports', 'a stop of followers that stand');
        this.running = false;
        return;
      case 'position':
        if (this.running) this.fault('wrongTransports', 'a song position for followers that run');
        this.position = event.data1;
        return;
      default:
        return;
    }
  }

  flush(): void {
    // Every event is judged as it comes: there is nothing to gather.
  }

  async close(): Promise<void> {
    this.running = false;
  }

  /** Notes that sound now. */
  get sounding(): number {
    return this.sounds;
  }

  get followersRun(): boolean {
    return this.running;
  }

  /** Pulses of the song that followers have heard. */
  get pulsesHeard(): number {
    return this.nextPulse;
  }

  /** The music was moved: what comes next, of an owner or of all, may be of an earlier beat. */
  moved(owner?: number): void {
    if (owner === undefined) this.latestOnsets.clear();
    else this.latestOnsets.delete(owner);
  }

  /** Looks whether everything has ended a moment after the transport stopped. */
  judgeSilence(): void {
    const isSilent = this.clock.now() > this.ground.silentFrom() + dyingAway;
    if (isSilent && this.sounds > 0) this.fault('soundsWhileStopped', `${this.sounds} notes sound though the transport stands`);
  }

  private begin({ beat, channel, data1, noteId, owner }: WireEvent, due: Micros): void {
    const key = channel * 128 + data1;
    this.figures.onsets += 1;
    if (this.noteIds[key] === 0) this.sounds += 1;
    else this.fault('wrongPairs', `an onset on key ${channel}/${data1}, which sounds`);
    this.noteIds[key] = noteId;
    this.heardAt[key] = due;
    if (due > this.ground.silentFrom()) this.fault('soundsWhileStopped', `an onset of owner ${owner}, beat ${beat}, while the transport stands`);
    // An output that is told early plays in the order of times, whatever came first: what it has not played yet may be overtaken.
    const now = this.clock.now();
    const latest = this.latestOnsets.get(owner);
    const ahead = this.ground.aheadMicros();
    const joinsLate = ahead > 0 && now - due <= ahead;
    if (latest && beat < latest.beat && now >= latest.heard && !joinsLate) this.fault('reorderedOnsets', `owner ${owner}: an onset of beat ${beat} after one of ${latest.beat}`);
    if (!latest || beat >= latest.beat) this.latestOnsets.set(owner, { beat, heard: Math.max(due, now) });
  }

  private end({ channel, data1, noteId }: WireEvent, due: Micros): void {
    const key = channel * 128 + data1;
    this.figures.ends += 1;
    if (this.noteIds[key] !== noteId) this.fault('wrongPairs', `the end of note ${noteId} on key ${channel}/${data1}, which holds ${this.noteIds[key]}`);
    if (due < this.heardAt[key] - sameMicros) this.fault('wrongPairs', `an end ${this.heardAt[key] - due} µs before its onset`);
    if (this.noteIds[key] !== 0) this.sounds -= 1;
    this.noteIds[key] = 0;
  }

  private pulse(beat: Beats, due: Micros): void {
    this.figures.clocks += 1;
    const pulse = Math.round(beat * pulsesPerBeat);
    if (Math.abs(beat - pulse / pulsesPerBeat) > 1e-9) this.fault('wrongClocks', `a clock at beat ${beat}`);
    const expected = this.ground.dueOf(pulse / pulsesPerBeat) ?? due;
    if (Math.abs(due - expected) > sameMicros) this.fault('wrongClocks', `the clock of beat ${beat} is due ${due}, not ${expected}`);
    if (!this.running) return;
    if (pulse !== this.nextPulse) this.astray ??= { sentence: `pulse ${pulse} where followers count ${this.nextPulse}`, since: this.clock.now() };
    this.nextPulse = pulse + 1;
  }

  /** Followers that are stopped count anew. */
  private judgeAstray({ kind }: WireEvent): void {
    if (!this.astray) return;
    if (this.clock.now() - this.astray.since > explainedWithin) this.fault('wrongClocks', this.astray.sentence);
    else if (kind !== 'stop') return;
    this.astray = undefined;
  }

  private run({ kind, beat }: WireEvent): void {
    if (this.running) this.fault('wrongTransports', `a ${kind} of followers that run`);
    this.running = true;
    const pulse = Math.round(beat * pulsesPerBeat);
    const told = kind === 'start' ? 0 : this.position * pulsesPerSixteenth;
    if (pulse % (songPositions * pulsesPerSixteenth) !== told) this.fault('wrongTransports', `a ${kind} at pulse ${pulse} where followers were told ${told}`);
    this.nextPulse = pulse;
  }

  private fault(kind: keyof OutputFigures, sentence: string): void {
    this.figures[kind] += 1;
    if (this.faults.length < mostTold) this.faults.push(`${this.name} at ${(this.clock.now() / 1e6).toFixed(3)} s: ${sentence}`);
  }
}
