/** The names under which the engine asks for things; Symbol.for gives the same symbol in every module and thread. */
const Composer = Symbol.for('continuo.Composer');
const PluginContext = Symbol.for('continuo.PluginContext');

const drumChannel = 9;
const cMajor = [60, 64, 67];

/** Called in the inference worker with an empty container: bind the contract, and say what it is made of. */
export default ({ bind }) => {
  bind(Composer)
    .toResolvedValue((context) => new Arpeggiator(context.options), [PluginContext])
    .inSingletonScope();
};

/** What it plays hangs on the beat and the chord alone, so that going back needs no memory. Beats are quarter notes. */
class Arpeggiator {
  #options;
  #chord = cMajor;
  #channel = 0;
  #position = 0;

  constructor(options) {
    this.#options = options;
  }

  /** Load and warm up what is slow. */
  async prepare() {}

  /** Forget everything; `history.notes` is what was played before `atBeat`, in order. */
  async prime(history, atBeat) {
    const heard = lastChord(history.notes.filter((note) => note.beat < atBeat && note.channel !== drumChannel));
    this.#chord = heard ? heard.map((note) => note.pitch) : cMajor;
    this.#channel = heard ? heard[0].channel : 0;
    this.#position = atBeat;
  }

  /** Every onset from where it stands to `untilBeat` (exclusive), each once; end early when `stopped()` says so. */
  async compose(untilBeat, { constraint }, stopped) {
    const fromBeat = this.#position;
    const { notesPerBeat } = this.#options;
    const steps = this.#steps(constraint.pitchRange);
    const channel = constraint.channels && !constraint.channels.includes(this.#channel) ? constraint.channels[0] : this.#channel;
    const notes = [];
    for (let index = Math.floor(fromBeat * notesPerBeat); this.#position < untilBeat && !stopped(); index += 1) {
      const beat = index / notesPerBeat;
      if (beat >= fromBeat && beat < untilBeat && channel !== undefined && steps.length > 0) {
        const pitch = steps[((index % steps.length) + steps.length) % steps.length];
        notes.push({ beat, duration: 0.9 / notesPerBeat, channel, pitch, velocity: index % notesPerBeat === 0 ? 96 : 72 });
      }
      this.#position = Math.min(untilBeat, Math.max(fromBeat, (index + 1) / notesPerBeat));
    }
    return { fromBeat, untilBeat: this.#position, notes, programs: [], controls: [], tokens: notes.length, micros: 0 };
  }

  /** Forget what was composed at or after `toBeat`. */
  async rewind(toBeat) {
    this.#position = Math.min(this.#position, toBeat);
  }

  /** Free everything; may be called twice. */
  async dispose() {}

  #steps({ low = 0, high = 127 } = {}) {
    const { pattern, octaves } = this.#options;
    const up = Array.from({ length: octaves }, (_, octave) => this.#chord.map((pitch) => pitch + 12 * octave))
      .flat()
      .filter((pitch) => pitch >= low && pitch <= high);
    const down = up.toReversed();
    if (pattern === 'up') return up;
    return pattern === 'down' ? down : [...up, ...down.slice(1, -1)];
  }
}

/** The last three or more notes struck within an eighth of a beat, from the lowest up, or undefined. */
function lastChord(notes) {
  for (let last = notes.length - 1; last >= 2; last -= 1) {
    const struck = notes.filter((note) => note.beat <= notes[last].beat && note.beat > notes[last].beat - 0.125);
    const chord = [...new Map(struck.map((note) => [note.pitch, note])).values()].sort((a, b) => a.pitch - b.pitch);
    if (chord.length >= 3) return chord;
  }
  return undefined;
}
