import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComposedSpan, Composer } from '../../../src/engine/contracts/composer.js';
import { capacitySentence, checkCapacity, notesPerSecond, tryOut } from '../../../src/engine/capacity/playing-capacity.js';
import { ContinuoError } from '../../../src/engine/errors.js';

const note = { beat: 0, duration: 1, pitch: 60, velocity: 80, channel: 0 };

/** A fake for machines that are not at hand: each note takes `noteMilliseconds` of a fake clock. */
class FakePacedComposer implements Composer {
  clock = 0;
  private beat = 0;

  constructor(
    private readonly noteMilliseconds: number,
    private readonly notesPerBeat: number,
  ) {}

  async prepare(): Promise<void> {}
  async prime(): Promise<void> {}
  async rewind(): Promise<void> {}
  async dispose(): Promise<void> {}

  async compose(untilBeat: number, _: unknown, stopped: () => boolean): Promise<ComposedSpan> {
    const notes: ComposedSpan['notes'][number][] = [];
    const fromBeat = this.beat;
    for (let count = 0; count < this.notesPerBeat && !stopped(); count += 1) {
      this.clock += this.noteMilliseconds;
      notes.push(note);
    }
    this.beat = untilBeat;
    return { fromBeat, untilBeat, notes, programs: [], controls: [], tokens: notes.length, micros: 0 };
  }
}

async function trial(noteMilliseconds: number, notesPerBeat = 4) {
  const composer = new FakePacedComposer(noteMilliseconds, notesPerBeat);
  return tryOut(composer, {}, () => composer.clock);
}

describe('the capacity of a pack', () => {
  it('is what the machine wrote while it was tried', async () => {
    assert.equal(Math.round(notesPerSecond(await trial(20))), 50);
    assert.equal(Math.round(notesPerSecond(await trial(3))), 333);
  });

  it('is known soon, however slow the machine is', async () => {
    assert.ok((await trial(20)).milliseconds < 1000);
    assert.ok((await trial(2000)).milliseconds < 10_000);
  });

  it('is told as density at a tempo, and as the tempo of its usual density', async () => {
    const ground = { pack: 'medium', usualNotesPerBeat: 8, ...(await trial(25)) };
    assert.equal(capacitySentence(ground), 'medium writes 40 notes a second here: up to 20 a beat at 120 BPM, or its usual 8.0 a beat at up to 300 BPM.');
    assert.equal(capacitySentence({ pack: 'medium', notes: 9, milliseconds: 2000 }), 'medium writes 4.5 notes a second here: up to 2.3 a beat at 120 BPM.');
  });

  it('refuses what cannot hold a note a beat, and says what to do', async () => {
    const slow = { pack: 'medium', ...(await trial(900)) };
    assert.throws(
      () => checkCapacity(slow),
      (error) => error instanceof ContinuoError && error.errorName === 'deviceUnavailable' && /^medium is too large for this machine: it writes 1\.1 notes a second, .*load a smaller pack/.test(error.message),
    );
    const dead = { pack: 'medium', notes: 0, milliseconds: 6000 };
    assert.throws(() => checkCapacity(dead), /it writes 0\.0 notes a second/);
    assert.doesNotThrow(() => checkCapacity({ pack: 'medium', notes: 2, milliseconds: 999 }));
  });
});
