const Composer = Symbol.for('continuo.Composer');
const PluginContext = Symbol.for('continuo.PluginContext');

class Heartbeat {
  #root;
  #position = 0;

  constructor({ root }) {
    this.#root = root;
  }

  /** Load and warm up here: it runs before the swap, while the other pack plays. */
  async prepare() {}

  /** What was played before `atBeat`; a heartbeat does not care. */
  async prime(history, atBeat) {
    this.#position = atBeat;
  }

  /** Every onset from where we stand up to `untilBeat`, each given out once. */
  async compose(untilBeat, controls, stopped) {
    const fromBeat = this.#position;
    const notes = [];
    while (this.#position < untilBeat && !stopped()) {
      const half = Math.ceil(this.#position * 2);
      if (half / 2 < untilBeat) notes.push(...this.#beat(half, controls));
      this.#position = Math.min(untilBeat, (half + 1) / 2);
    }
    return { fromBeat, untilBeat: this.#position, notes, programs: [], controls: [], tokens: 0, micros: 0 };
  }

  #beat(half, { sampling, keySemitones, constraint }) {
    const onBeat = half % 2 === 0;
    if (!onBeat && chance(sampling.seed, half) > 0.25) return [];
    const fifth = half % 8 === 6 ? 7 : 0;
    const channel = constraint.channels?.[0] ?? 0;
    return [{ beat: half / 2, duration: 0.4, channel, pitch: this.#root + keySemitones + fifth, velocity: onBeat ? 100 : 60 }];
  }

  /** Forget what was composed from `toBeat` on. */
  async rewind(toBeat) {
    this.#position = Math.min(this.#position, toBeat);
  }

  async dispose() {}
}

/** 0..1 from seed and place alone, so that a take can be played again and a rewind composes the same. */
function chance(seed, place) {
  const mixed = Math.imul(seed ^ Math.imul(place, 0x9e3779b1), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

export default ({ bind }) => {
  bind(Composer)
    .toResolvedValue((context) => new Heartbeat(context.options), [PluginContext])
    .inSingletonScope();
};
