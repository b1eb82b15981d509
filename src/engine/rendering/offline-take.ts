import { Ensemble } from '../ensemble.js';
import type { VoiceSource } from '../deck/voice.js';
import type { Score, TempoMark } from '../music/score.js';
import { blendedBpm } from '../music/tempo.js';
import type { Beats, Bpm, Micros } from '../music/units.js';
import { ParameterStore } from '../parameters/parameter-store.js';
import type { Boundary } from '../parameters/boundaries.js';
import { LocalSender } from '../scheduling/local-sender.js';
import { VirtualClock } from '../time/clock.js';
import { timeAt, type Timeline } from '../time/timeline.js';
import { TakeRecorder } from './take-recorder.js';

/** The music is let run this far before the decks are asked again. */
const stepBeats: Beats = 1;
/** An onset on the beat it runs to belongs to what comes next. */
const justBefore: Micros = 1;

/**
 * The same ensemble as on stage, on a clock that waits for it: music is composed as fast as the machine can, and the same
 * seed and the same doings give the same take. Thread: main.
 */
export class OfflineTake {
  readonly parameters = new ParameterStore();
  readonly recorder = new TakeRecorder();
  readonly ensemble: Ensemble;
  private readonly clock = new VirtualClock();
  private readonly sender: LocalSender;
  private readonly timeline: Timeline;
  /** Tempos the music was written for, in order. */
  private written: readonly TempoMark[] = [];
  private beat: Beats = 0;

  constructor(voices: VoiceSource, bpm: Bpm) {
    const { clock, parameters } = this;
    this.timeline = { bpm, beatOrigin: 0, timeOrigin: 0 };
    this.sender = new LocalSender(clock, { timeline: this.timeline });
    this.ensemble = new Ensemble({ clock, sender: this.sender, voices, parameters, timeline: this.timeline }, 1);
    parameters.onEvent((event) => {
      if (event.type === 'discarded') this.written = this.written.filter((mark) => mark.beat < event.fromBeat);
      if (event.type === 'planned') this.written = [...this.written, ...(event.tempos ?? [])];
    });
  }

  /** Loads the first pack, with `prompt` as what was played before beat 0, and starts. Errors: as a pack's load. */
  async start(pack: string, prompt?: Score): Promise<void> {
    await this.sender.attach({ name: 'take', leadMicros: 0, offsetMicros: 0, sendsClock: false }, this.recorder);
    const [deck] = this.ensemble.decks;
    await deck.load(pack, 'now', { premise: prompt });
    await deck.settled();
    this.ensemble.transport({ type: 'start', beat: 0, micros: 0 });
  }

  /** Swaps at the next boundary, as a performer would; resolves when the newcomer's first notes are queued. */
  async swap(pack: string, boundary: Boundary): Promise<void> {
    await this.playDuring(this.ensemble.decks[0].load(pack, boundary));
  }

  /** Lets the music run on until something is done that waits for it. Errors: those of `doing`. */
  async playDuring(doing: Promise<void>): Promise<void> {
    const [deck] = this.ensemble.decks;
    let pending = true;
    const done = doing.finally(() => {
      pending = false;
    });
    await deck.settled();
    while (pending) {
      await this.playUntil(this.beat + stepBeats);
      await deck.settled();
    }
    await done;
  }

  /**
   * The tempos of the take so far: those it was played in (`rubato` 0), those it was written for (1), or between. Music
   * is written for the tempo it is played in unless the deck's `host-tempo` is off.
   */
  tempos(rubato: number): readonly TempoMark[] {
    const { bpm } = this.timeline;
    const marks = this.written.filter((mark) => mark.beat < this.beat).map((mark) => ({ beat: mark.beat, bpm: blendedBpm(mark.bpm, bpm, rubato) }));
    const before = marks.filter((mark) => mark.beat <= 0).at(-1)?.bpm ?? bpm;
    const all = [{ beat: 0, bpm: before }, ...marks.filter((mark) => mark.beat > 0)];
    return all.filter((mark, index) => index === 0 || mark.bpm !== all[index - 1].bpm);
  }

  get nowBeat(): Beats {
    return this.beat;
  }

  /** Lets the music run to `untilBeat`, exclusive. */
  async playUntil(untilBeat: Beats, onBeat: (beat: Beats) => void = () => undefined): Promise<void> {
    const [deck] = this.ensemble.decks;
    while (this.beat < untilBeat) {
      await deck.settled();
      this.beat = Math.min(untilBeat, this.beat + stepBeats);
      this.sender.advanceTo(timeAt(this.timeline, this.beat) - justBefore);
      onBeat(this.beat);
    }
  }

  /** Ends every note and frees the voice; the recorder then holds the whole take. */
  async end(): Promise<void> {
    const micros = this.clock.now();
    this.ensemble.transport({ type: 'stop', beat: this.beat, micros });
    this.sender.run();
    await this.ensemble.dispose();
    await this.sender.close();
  }
}
