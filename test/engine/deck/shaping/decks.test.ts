import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ComposeControls, ComposedSpan } from '../../../../src/engine/contracts/composer.js';
import { NullComposer } from '../../../../src/engine/contracts/null-composer.js';
import type { Voice, VoiceSource } from '../../../../src/engine/deck/voice.js';
import { Ensemble } from '../../../../src/engine/ensemble.js';
import type { EngineEvent } from '../../../../src/engine/events.js';
import type { Note } from '../../../../src/engine/music/note.js';
import type { ControlMark } from '../../../../src/engine/music/score.js';
import { ParameterStore } from '../../../../src/engine/parameters/parameter-store.js';
import type { ParameterValue } from '../../../../src/engine/parameters/parameter.js';
import { TakeRecorder } from '../../../../src/engine/rendering/take-recorder.js';
import { LocalSender } from '../../../../src/engine/scheduling/local-sender.js';
import { VirtualClock } from '../../../../src/engine/time/clock.js';
import { timeAt } from '../../../../src/engine/time/timeline.js';

const timeline = { bpm: 120, beatOrigin: 0, timeOrigin: 0 };

/** Two notes a beat for each channel the pack's name lists, and its programs at the start; the offbeats last over the next beat. */
class PatternComposer extends NullComposer {
  private at = 0;

  constructor(private readonly channels: readonly number[]) {
    super();
  }

  override async prime(_history: unknown, atBeat: number): Promise<void> {
    this.at = atBeat;
  }

  override async rewind(toBeat: number): Promise<void> {
    this.at = toBeat;
  }

  override async compose(untilBeat: number, _controls: ComposeControls): Promise<ComposedSpan> {
    const fromBeat = this.at;
    const notes: Note[] = [];
    for (let half = Math.ceil(fromBeat * 2); half < untilBeat * 2; half += 1) {
      for (const channel of this.channels) {
        notes.push({ beat: half / 2, duration: half % 2 === 0 ? 0.25 : 0.75, channel, pitch: 40 + channel + 12 * (half % 4), velocity: 80 });
      }
    }
    this.at = untilBeat;
    const programs = fromBeat === 0 ? this.channels.map((channel) => ({ beat: 0, channel, program: 20 + channel })) : [];
    const controls = fromBeat === 0 ? this.channels.map((channel) => ({ beat: 0, channel, controller: 64, value: 127 })) : [];
    return { fromBeat, untilBeat, notes, programs, controls, tokens: 0, micros: 1 };
  }
}

const voices: VoiceSource = {
  fallback: undefined,
  open: async ({ pack }): Promise<Voice> => ({ pack, composer: new PatternComposer(pack.split(' ').map(Number)), sampling: {} }),
};

/** Decks that play patterns on a clock that waits for them, with one output told when due and one told early. */
async function stage(...packs: readonly string[]) {
  const clock = new VirtualClock();
  const sender = new LocalSender(clock, { timeline });
  const [prompt, early] = [new TakeRecorder(), new TakeRecorder()];
  await sender.attach({ name: 'prompt', leadMicros: 0, offsetMicros: 0, sendsClock: false }, prompt);
  await sender.attach({ name: 'early', leadMicros: 200_000, offsetMicros: 0, sendsClock: false }, early);
  const parameters = new ParameterStore();
  const events: EngineEvent[] = [];
  parameters.onEvent((event) => events.push(event));
  const ensemble = new Ensemble({ clock, sender, voices, parameters, timeline }, packs.length);
  parameters.publish('outputs', 'prompt, early');
  await Promise.all(ensemble.decks.map((deck, index) => deck.load(packs[index], 'now')));
  const settled = (): Promise<unknown> => Promise.all(ensemble.decks.map((deck) => deck.settled()));
  ensemble.transport({ type: 'start', beat: 0, micros: 0 });
  await settled();
  return {
    parameters, events, ensemble, sender,
    set: (address: string, value: ParameterValue) => parameters.write(address, [value], 'test'),
    playUntil: async (beat: number) => {
      await settled();
      for (let next = Math.floor(clock.now() / 125_000) / 4 + 0.25; next < beat; next += 0.25) {
        sender.advanceTo(timeAt(timeline, next));
        await settled();
      }
      sender.advanceTo(timeAt(timeline, beat));
      await settled();
    },
    end: async () => {
      ensemble.transport({ type: 'stop', beat: 0, micros: clock.now() });
      sender.run();
      await ensemble.dispose();
      assert.equal(prompt.hanging + early.hanging, 0);
      return { prompt: prompt.score(), early: early.score(), counters: sender.counters() };
    },
  };
}

const onsets = (notes: readonly Note[]): number[] => notes.map(({ beat }) => beat);
const halves = (from: number, until: number): number[] => Array.from({ length: (until - from) * 2 }, (_unused, index) => from + index / 2);
const between = (notes: readonly Note[], from: number, until: number): Note[] => notes.filter(({ beat }) => beat >= from && beat < until);

describe('what a deck plays', () => {
  it('is transposed, routed and scaled from the next note on, while what sounds ends where it began', async () => {
    const play = await stage('0');
    await play.playUntil(3.75);
    await play.set('deck/1/transpose', 5);
    await play.set('deck/1/channel', 8);
    await play.set('deck/1/gain', 0.5);
    await play.playUntil(8);
    const { prompt, early } = await play.end();
    for (const { notes } of [prompt, early]) {
      assert.deepEqual(onsets(between(notes, 0, 8)), halves(0, 8));
      // The outputs that are told early have been given what comes within the next 210 ms.
      assert.ok(between(notes, 0, 4).every(({ channel, velocity }) => channel === 0 && velocity === 80));
      assert.ok(between(notes, 4.5, 8).every(({ channel, velocity }) => channel === 7 && velocity === 40));
      assert.deepEqual(between(notes, 4.5, 6).map(({ pitch }) => pitch - 45), [12, 24, 36].map((pitch) => pitch));
      // The note of 3.5 sounds over the change, and to its end.
      assert.equal(notes.find(({ beat }) => beat === 3.5)?.duration, 0.75);
    }
  });

  it('falls silent at once when it is muted, and is there with the next note when it is not', async () => {
    const play = await stage('0');
    await play.playUntil(3.75);
    await play.set('deck/1/mute', true);
    play.sender.run();
    assert.equal(play.sender.counters().sounding, 0);
    await play.playUntil(9.75);
    await play.set('deck/1/mute', false);
    await play.playUntil(11.9);
    const { prompt } = await play.end();
    assert.deepEqual(onsets(prompt.notes), [...halves(0, 4), ...halves(10, 12)]);
    assert.ok(Math.abs((prompt.notes.find(({ beat }) => beat === 3.5)?.duration ?? 0) - 0.25) < 1e-6);
  });

  it('is heard alone when it plays solo, until nobody does', async () => {
    const play = await stage('0', '1', '2');
    await play.playUntil(3.75);
    await play.set('deck/2/solo', true);
    await play.playUntil(7.75);
    await play.set('deck/3/solo', true);
    await play.playUntil(11.75);
    await play.set('deck/2/solo', false);
    await play.set('deck/3/solo', false);
    await play.playUntil(16);
    const { prompt } = await play.end();
    const heard = (channel: number): number[] => onsets(prompt.notes.filter((note) => note.channel === channel && note.beat < 16));
    assert.deepEqual(heard(0), [...halves(0, 4), ...halves(12, 16)]);
    assert.deepEqual(heard(1), halves(0, 16));
    assert.deepEqual(heard(2), [...halves(0, 4), ...halves(8, 16)]);
  });

  it('swings without losing, repeating or delaying a note, also where it is turned back in between', async () => {
    const play = await stage('0 3');
    await play.playUntil(2.25);
    await play.set('deck/1/swing', 75);
    await play.playUntil(6.6);
    await play.set('deck/1/swing', 50);
    await play.playUntil(9.1);
    await play.set('deck/1/swing', 66);
    await play.playUntil(14);
    const { prompt, early, counters } = await play.end();
    for (const { notes } of [prompt, early]) {
      for (const channel of [0, 3]) {
        const pitches = notes.filter((note) => note.channel === channel && note.beat < 14).map(({ pitch }) => pitch - 40 - channel);
        assert.deepEqual(pitches, Array.from({ length: 28 }, (_unused, index) => 12 * (index % 4)));
      }
    }
    assert.deepEqual(onsets(prompt.notes.filter(({ channel, beat }) => channel === 0 && beat >= 3 && beat < 6)), [3, 3.75, 4, 4.75, 5, 5.75]);
    assert.deepEqual([counters.late, counters.droppedLate], [0, 0]);
  });

  it('is told to surfaces as it will be heard', async () => {
    const play = await stage('0', '9');
    const planned = new Map<number, Note[]>();
    const show = (event: EngineEvent): void => {
      if (event.type === 'planned') planned.set(event.deck, [...(planned.get(event.deck) ?? []), ...event.notes]);
      if (event.type === 'discarded') planned.set(event.deck, (planned.get(event.deck) ?? []).filter(({ beat }) => beat < event.fromBeat));
    };
    play.events.forEach(show);
    play.parameters.onEvent(show);
    await play.playUntil(1.6);
    for (const [name, value] of [['swing', 70], ['humanise-timing', 30], ['humanise-velocity', 20], ['accent', 1], ['transpose', -3]] as const) {
      await play.set(`deck/1/${name}`, value);
      await play.set(`deck/2/${name}`, value);
    }
    await play.playUntil(6.2);
    await play.set('deck/1/low-pitch', 20);
    await play.set('deck/2/mute', true);
    await play.playUntil(9.3);
    await play.set('deck/1/swing', 55);
    await play.set('deck/2/mute', false);
    await play.playUntil(16);
    const { prompt } = await play.end();
    const shown = [...planned.values()].flat().filter(({ beat }) => beat < 15);
    const facts = ({ beat, channel, pitch, velocity }: Note): string => [beat.toFixed(6), channel, pitch, velocity].join(' ');
    assert.deepEqual(shown.map(facts).sort(), prompt.notes.filter(({ beat }) => beat < 15).map(facts).sort());
  });

  it('never loses or repeats a note, and none is late, whatever is turned whenever', async () => {
    const knobs = fc.oneof(
      fc.record({ name: fc.constant('swing'), value: fc.double({ min: 50, max: 75, noNaN: true }) }),
      fc.record({ name: fc.constant('swing-grid'), value: fc.constantFrom('eighths', 'sixteenths') }),
      fc.record({ name: fc.constant('humanise-timing'), value: fc.double({ min: 0, max: 50, noNaN: true }) }),
      fc.record({ name: fc.constant('channel'), value: fc.integer({ min: 0, max: 16 }) }),
      fc.record({ name: fc.constant('transpose'), value: fc.integer({ min: -12, max: 12 }) }),
      fc.record({ name: fc.constant('program'), value: fc.integer({ min: -1, max: 127 }) }),
      fc.record({ name: fc.constant('density'), value: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    const turns = fc.array(fc.record({ wait: fc.double({ min: 0.001, max: 1.5, noNaN: true }), knob: knobs }), { maxLength: 12 });
    await fc.assert(fc.asyncProperty(turns, async (all) => {
      const play = await stage('0');
      let beat = 0.1;
      for (const { wait, knob } of all) {
        beat += wait;
        await play.playUntil(beat);
        await play.set(`deck/1/${knob.name}`, knob.value);
      }
      await play.playUntil(24.9);
      const { prompt, early, counters } = await play.end();
      assert.deepEqual([prompt.notes.length, early.notes.length >= 50], [50, true], JSON.stringify(onsets(prompt.notes)));
      assert.deepEqual([counters.late, counters.droppedLate], [0, 0]);
    }), { numRuns: 40 });
  });

  it('has its own program before its first note on a channel, and the pack’s again when it is given back', async () => {
    const play = await stage('0 5 9');
    await play.playUntil(2.25);
    await play.set('deck/1/program', 11);
    await play.playUntil(6.25);
    await play.set('deck/1/channel', 2);
    await play.playUntil(10.25);
    await play.set('deck/1/program', -1);
    await play.playUntil(14);
    const { prompt } = await play.end();
    const told = prompt.programs.map(({ channel, program }) => `${channel}:${program}`);
    assert.deepEqual(told.slice(0, 3), ['0:20', '5:25', '9:29']);
    assert.deepEqual(prompt.programs.filter(({ program }) => program === 11).map(({ channel }) => channel), [0, 5, 1]);
    assert.ok(told.slice(-3).includes('1:20'), told.join(' '));
  });

  it('moves to another output with the next note, hangs none on the old one, and says its programs there', async () => {
    const play = await stage('0');
    await play.set('deck/1/outputs', 'prompt');
    await play.playUntil(3.75);
    await play.set('deck/1/outputs', 'early');
    await play.playUntil(8);
    const { prompt, early } = await play.end();
    assert.deepEqual(onsets(prompt.notes), halves(0, 4));
    assert.equal(prompt.notes.at(-1)?.duration, 0.75);
    // It would have been given the note of beat 4 before.
    assert.deepEqual(onsets(between(early.notes, 0, 8)), halves(4.5, 8));
    assert.deepEqual(early.programs.map(({ program }) => program), [20]);
    await assert.rejects(play.set('deck/1/outputs', 'nowhere'), /There is no output "nowhere"; there are prompt, early/);
  });

  it('is heard on an output that comes while it plays from the next note on, and no note twice on the others', async () => {
    const play = await stage('0');
    await play.playUntil(3.75);
    const late = new TakeRecorder();
    await play.sender.attach({ name: 'late', leadMicros: 0, offsetMicros: 0, sendsClock: false }, late);
    for (const deck of play.ensemble.decks) deck.ahead.welcome();
    await play.playUntil(8);
    const { prompt, early } = await play.end();
    // What the early output has been given already is not queued again.
    assert.deepEqual(onsets(between(late.score().notes, 0, 8)), halves(4.5, 8));
    assert.deepEqual(late.score().programs.map(({ program }) => program), [20]);
    for (const { notes } of [prompt, early]) assert.deepEqual(onsets(between(notes, 0, 8)), halves(0, 8));
  });

  it('drifts as a hand does and repeats no note where what is composed again begins with the same ones', async () => {
    const play = await stage('0', '1', '2', '3');
    // So fast that what is committed lasts less than the drift.
    play.ensemble.follow({ ...timeline, bpm: 960 });
    for (const deck of [1, 2, 3, 4]) await play.set(`deck/${deck}/humanise-timing`, 50);
    await play.set('commit', 0.25);
    for (let time = 1; time < 12; time += 0.07) {
      await play.playUntil(time);
      for (const deck of [1, 2, 3, 4]) await play.set(`deck/${deck}/density`, (time * 7) % 1);
    }
    const { prompt } = await play.end();
    for (const channel of [0, 1, 2, 3]) {
      const notes = prompt.notes.filter((note) => note.channel === channel);
      // Four pitches in turn: the same one twice in a row is the same note.
      assert.deepEqual(notes.filter(({ pitch }, index) => pitch === notes[index - 1]?.pitch), []);
    }
  });

  it('leaves no pedal down where it does not play any more: on another channel, another output, or muted', async () => {
    const play = await stage('0');
    await play.playUntil(2.25);
    await play.set('deck/1/channel', 4);
    await play.playUntil(4.25);
    await play.set('deck/1/outputs', 'prompt');
    await play.playUntil(6.25);
    await play.set('deck/1/mute', true);
    await play.playUntil(8);
    const { prompt, early } = await play.end();
    const told = (controls: readonly ControlMark[]): string[] => controls.map(({ channel, value }) => `${channel}:${value}`);
    assert.deepEqual(told(early.controls), ['0:127', '0:0', '3:127', '3:0']);
    assert.deepEqual(told(prompt.controls).filter((each, index, all) => each !== all[index - 1]), ['0:127', '0:0', '3:127', '3:0']);
  });

  it('keeps to itself: the composer’s past is what it wrote', async () => {
    const play = await stage('0');
    await play.set('deck/1/transpose', 7);
    await play.set('deck/1/mute', true);
    await play.playUntil(6);
    const { notes } = play.ensemble.decks[0].plan.history(6);
    assert.deepEqual(onsets(notes), halves(0, 6));
    assert.deepEqual(notes[0].pitch, 40);
    await play.end();
  });
});
