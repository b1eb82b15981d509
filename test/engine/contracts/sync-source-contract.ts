import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { SyncListener, SyncSource, TransportChange } from '../../../src/engine/contracts/sync-source.js';
import type { Beats, Bpm, Micros } from '../../../src/engine/music/units.js';
import { beatAt, microsPerBeat, type Timeline } from '../../../src/engine/time/timeline.js';

/** Somebody who leads a source, in virtual or in real time. What a kind of host cannot do, it leaves out. */
export interface SyncHost {
  readonly source: SyncSource;
  /** Starts from the top and plays on; resolves after `beats`, with the host's true beat and time at that moment. */
  play?(bpm: Bpm, beats: Beats): Promise<HostPosition>;
  /** Plays on at another tempo for `beats`. */
  playOn?(bpm: Bpm, beats: Beats): Promise<HostPosition>;
  /** Stops; resolves when the source must have heard. */
  halt?(): Promise<void>;
  /** Says nothing more; resolves when the source must have noticed. */
  vanish?(): Promise<void>;
  dispose(): Promise<void>;
}

export interface HostPosition {
  readonly beat: Beats;
  readonly micros: Micros;
}

export interface SyncSourceContractOptions {
  /** Whether the source takes tempos proposed to it. */
  readonly canBeLed: boolean;
  /** Default 0.1. */
  readonly bpmTolerance?: number;
  /** Default 3000. */
  readonly phaseToleranceMicros?: Micros;
}

/** Keeps everything a source says. */
export class RecordingListener implements SyncListener {
  readonly timelines: Timeline[] = [];
  readonly changes: TransportChange[] = [];
  /** Kinds of everything said, in order. */
  readonly order: string[] = [];
  losses = 0;

  timeline(timeline: Timeline): void {
    this.timelines.push(timeline);
    this.order.push('timeline');
  }

  transport(change: TransportChange): void {
    this.changes.push(change);
    this.order.push(change.type);
  }

  lost(): void {
    this.losses += 1;
    this.order.push('lost');
  }

  get latest(): Timeline {
    const timeline = this.timelines.at(-1);
    assert.ok(timeline, 'no timeline was told');
    return timeline;
  }
}

/** What every sync source must do. `make` gives a host with a new source, not started. */
export function syncSourceContract(name: string, make: () => Promise<SyncHost>, options: SyncSourceContractOptions): void {
  const { canBeLed, bpmTolerance = 0.1, phaseToleranceMicros = 3_000 } = options;

  describe(`${name}, as a sync source`, () => {
    let host: SyncHost;
    let listener: RecordingListener;

    beforeEach(async () => {
      host = await make();
      listener = new RecordingListener();
    });

    afterEach(async () => {
      host.source.stop();
      await host.dispose();
    });

    function agrees({ beat, micros }: HostPosition): void {
      const error = (beatAt(listener.latest, micros) - beat) * microsPerBeat(listener.latest);
      assert.ok(Math.abs(error) <= phaseToleranceMicros, `${error} µs beside the host`);
    }

    it('has a dash-case name', () => {
      assert.match(host.source.name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    });

    it('can be stopped before it was started, and twice', () => {
      host.source.stop();
      host.source.start(listener);
      host.source.stop();
      host.source.stop();
    });

    it(canBeLed ? 'takes a tempo and tells it' : 'says that it cannot be led', () => {
      host.source.start(listener);
      assert.equal(host.source.proposeTempo(97), canBeLed);
      if (canBeLed) assert.equal(listener.latest.bpm, 97);
      else assert.deepEqual(listener.order, []);
    });

    it('says nothing after it was stopped', async () => {
      host.source.start(listener);
      await host.play?.(120, 2);
      host.source.stop();
      const told = listener.order.length;
      await host.playOn?.(90, 2);
      await host.halt?.();
      assert.equal(listener.order.length, told);
    });

    it('keeps every timeline within what the engine can play', async () => {
      host.source.start(listener);
      await host.play?.(180, 4);
      for (const { bpm, beatOrigin, timeOrigin } of listener.timelines) {
        assert.ok(bpm >= 20 && bpm <= 999, `${bpm} BPM`);
        assert.ok(Number.isFinite(beatOrigin) && Number.isFinite(timeOrigin));
      }
    });

    it('follows a host from its downbeat, and says where it started', async (context) => {
      if (!host.play) return context.skip('nobody leads this source');
      host.source.start(listener);
      agrees(await host.play(132, 8));
      assert.ok(Math.abs(listener.latest.bpm - 132) <= bpmTolerance, `${listener.latest.bpm} BPM`);
      const [start] = listener.changes;
      assert.deepEqual([start.type, start.beat], ['start', 0]);
      agrees({ beat: 0, micros: start.micros });
    });

    it('tells the timeline before the start that stands on it', async (context) => {
      if (!host.play) return context.skip('nobody leads this source');
      host.source.start(listener);
      await host.play(120, 2);
      const started = listener.order.indexOf('start');
      assert.equal(listener.order[started - 1], 'timeline');
    });

    it('follows a change of tempo without losing the beat', async (context) => {
      if (!host.play || !host.playOn) return context.skip('this host keeps its tempo');
      host.source.start(listener);
      await host.play(90, 8);
      agrees(await host.playOn(140, 8));
      assert.ok(Math.abs(listener.latest.bpm - 140) <= bpmTolerance, `${listener.latest.bpm} BPM`);
    });

    it('says that the host stopped, and where', async (context) => {
      if (!host.play || !host.halt) return context.skip('this host does not stop');
      host.source.start(listener);
      const { beat } = await host.play(120, 4);
      await host.halt();
      const stop = listener.changes.at(-1);
      assert.equal(stop?.type, 'stop');
      assert.ok(Math.abs(stop.beat - beat) < 0.5, `stopped at ${stop.beat} instead of ${beat}`);
    });

    it('starts from the top again after a stop', async (context) => {
      if (!host.play || !host.halt) return context.skip('this host does not stop');
      host.source.start(listener);
      await host.play(120, 3);
      await host.halt();
      agrees(await host.play(120, 4));
      assert.deepEqual(
        listener.changes.filter(({ type }) => type === 'start').map(({ beat }) => beat),
        [0, 0],
      );
    });

    it('says once that the host is gone, and follows it when it is back', async (context) => {
      if (!host.play || !host.vanish) return context.skip('this host cannot vanish');
      host.source.start(listener);
      await host.play(120, 2);
      await host.vanish();
      assert.equal(listener.losses, 1);
      agrees(await host.play(120, 8));
      assert.equal(listener.losses, 1);
    });

    it('can be started again, for another listener', async (context) => {
      if (!host.play) return context.skip('nobody leads this source');
      host.source.start(new RecordingListener());
      await host.play(100, 2);
      host.source.stop();
      host.source.start(listener);
      agrees(await host.play(150, 8));
    });
  });
}
