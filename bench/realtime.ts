import { availableParallelism, cpus, loadavg } from 'node:os';
import { nullOutputSpecification } from '../src/engine/contracts/null-output.js';
import type { Deck } from '../src/engine/deck/deck.js';
import type { VoiceSource } from '../src/engine/deck/voice.js';
import { Ensemble } from '../src/engine/ensemble.js';
import type { Beats, Bpm } from '../src/engine/music/units.js';
import { ParameterStore } from '../src/engine/parameters/parameter-store.js';
import { SendThread } from '../src/engine/scheduling/send-thread.js';
import type { SenderCounters } from '../src/engine/scheduling/sender.js';
import { monotonicClock } from '../src/engine/time/clock.js';
import { mainThreadDelay } from './support/main-thread-delay.js';
import { openVoices } from './support/open-voices.js';
import { busyCoresOfOthers, processorTime } from './support/processor-time.js';
import { SimulatedStage } from './support/simulated-stage.js';

export const summary =
  'the real-time law with a change on every sixteenth, by pack and tempo: packs=a,b tempos=120,180,300 beats=64 horizon=8 clock=wall|processor threads=1';

/** What is committed: a sixteenth, so that a change is to be heard in the next. */
const commitBeats: Beats = 0.25;
const ticksPerBeat = 4;
/** As often as the engine looks after its decks; changes are made by the same clock, but more exactly. */
const lookMilliseconds = 10;
const changeMilliseconds = 2;
/** ISRw that is aimed at, by tempo. */
const goals: Readonly<Record<string, number>> = { 120: 0.995, 180: 0.99 };

interface KnobSet {
  readonly beats: Beats;
  readonly commit: Beats;
  readonly horizon: Beats;
}

interface Outcome {
  readonly deck: Deck;
  readonly counters: SenderCounters;
  readonly sentences: readonly string[];
  readonly busyCoresOfOthers?: number;
  readonly mainThreadLateMilliseconds?: ReturnType<ReturnType<typeof mainThreadDelay>>;
}

/**
 * A deck plays each pack at each tempo while somebody turns a knob on every sixteenth. `clock=wall` plays it, as a stage does,
 * with a real send thread. `clock=processor` lets time go on by what the processor time of the process says a request took:
 * what a machine would do that does nothing else.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const clock = options.clock ?? 'wall';
  const set = { beats: Number(options.beats ?? 64), commit: commitBeats, horizon: Number(options.horizon ?? 8) };
  const tempos = (options.tempos ?? '120,180,300').split(',').map(Number);
  const { voices, names } = await openVoices(options);
  const packs = options.packs?.split(',') ?? names;
  const play = clock === 'processor' ? playSimulated : playLive;
  const rows: object[] = [];
  for (const pack of packs) {
    for (const bpm of tempos) rows.push(rowOf(pack, bpm, await play(voices, pack, bpm, set)));
  }
  return { clock, ...set, goals, processor: cpus()[0]?.model, cores: availableParallelism(), threads: Number(options.threads ?? 1), loadAverage: loadavg()[0], rows };
}

async function playSimulated(voices: VoiceSource, pack: string, bpm: Bpm, { beats, ...settings }: KnobSet): Promise<Outcome> {
  const stage = new SimulatedStage(voices, bpm, ({ processorMicros }) => processorMicros);
  for (const [name, value] of Object.entries(settings)) await stage.parameters.write(name, [value], 'bench');
  await stage.start(pack);
  await stage.playUntil(beats, (tick) => void stage.parameters.write('deck/1/seed', [tick + 1], 'bench'));
  const { deck, sentences } = stage;
  const outcome = { deck, counters: stage.sender.counters(), sentences };
  await stage.end();
  return outcome;
}

async function playLive(voices: VoiceSource, pack: string, bpm: Bpm, { beats, ...settings }: KnobSet): Promise<Outcome> {
  const parameters = new ParameterStore();
  const sentences: string[] = [];
  parameters.onEvent((event) => event.type === 'notice' && sentences.push(event.sentence));
  const sender = new SendThread();
  await sender.addOutput(nullOutputSpecification());
  const ensemble = new Ensemble({ clock: monotonicClock, sender, voices, parameters, timeline: { bpm, beatOrigin: 0, timeOrigin: monotonicClock.now() } }, 1);
  const [deck] = ensemble.decks;
  for (const [name, value] of Object.entries(settings)) await parameters.write(name, [value], 'bench');
  const looks = setInterval(() => ensemble.advance(), lookMilliseconds);
  try {
    await deck.load(pack, 'now');
    await deck.settled();
    const micros = monotonicClock.now() + 100_000;
    ensemble.follow({ bpm, beatOrigin: 0, timeOrigin: micros });
    ensemble.transport({ type: 'start', beat: 0, micros });
    const before = processorTime();
    const delay = mainThreadDelay();
    await turningAKnob(parameters, ensemble, beats);
    return { deck, counters: sender.counters(), sentences, busyCoresOfOthers: busyCoresOfOthers(before, (beats * 60_000) / bpm), mainThreadLateMilliseconds: delay() };
  } finally {
    clearInterval(looks);
    await ensemble.dispose();
    await sender.close();
  }
}

async function turningAKnob(parameters: ParameterStore, { session }: Ensemble, beats: Beats): Promise<void> {
  await new Promise<void>((resolve) => {
    let ticks = 0;
    const timer = setInterval(() => {
      const beat = session.beat();
      if (beat * ticksPerBeat >= ticks) {
        ticks += 1;
        void parameters.write('deck/1/seed', [ticks], 'bench');
      }
      if (beat < beats) return;
      clearInterval(timer);
      resolve();
    }, changeMilliseconds);
  });
}

function rowOf(pack: string, bpm: Bpm, { deck, counters, sentences, ...rest }: Outcome): object {
  const { inTime, staleness, inTimeWeighted, answerMilliseconds, missedTicks, pace } = deck.realTime;
  return {
    pack,
    bpm,
    isr: inTime,
    staleness,
    isrWeighted: inTimeWeighted,
    ...(goals[bpm] !== undefined && { reached: inTimeWeighted >= goals[bpm] }),
    answerMilliseconds95: answerMilliseconds,
    requestIntervalTicks: pace.intervalTicks,
    requestLengthTicks: pace.lengthTicks,
    missedTicks,
    rests: deck.underruns,
    late: counters.late,
    dropped: counters.droppedLate + counters.droppedFull,
    lateBecause: counters.lateBecause,
    sent: counters.sent,
    sendLatenessMicros: counters.latenessMicros,
    said: sentences.filter((sentence) => sentence.startsWith(pack)),
    ...rest,
  };
}
