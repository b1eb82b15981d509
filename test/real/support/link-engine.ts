import { loadConfiguration, type Configuration } from '../../../src/engine/configuration.js';
import { engineContainer } from '../../../src/engine/create-engine.js';
import { Engine } from '../../../src/engine/engine.js';
import type { EngineEvent } from '../../../src/engine/events.js';
import type { Beats, Micros } from '../../../src/engine/music/units.js';
import type { ParameterValue } from '../../../src/engine/parameters/parameter.js';
import { monotonicClock } from '../../../src/engine/time/clock.js';
import { beatAt, microsPerBeat, type Timeline } from '../../../src/engine/time/timeline.js';
import { builtInPlugins } from '../../../src/plugins/manifest.js';
import type { LinkNetwork } from './link-network.js';
import { until } from './until.js';

export interface ToldTimeline {
  readonly told: Micros;
  readonly timeline: Timeline;
}

/** The whole engine, with Link as its one wire unless told otherwise. */
export class LinkEngine {
  readonly events: EngineEvent[] = [];
  readonly timelines: ToldTimeline[] = [];

  private constructor(readonly engine: Engine) {
    engine.parameters.onEvent((event) => {
      this.events.push(event);
      if (event.type === 'timeline') this.timelines.push({ told: monotonicClock.now(), timeline: event });
    });
  }

  static async start(network: LinkNetwork, configuration: Partial<Configuration> = {}, link: object = {}): Promise<LinkEngine> {
    const transports = {
      ...{ midi: false, osc: false, oscquery: false, websocket: false },
      ...configuration.transports,
      link: { enabled: true, helper: network.helper, ...link },
    } as Configuration['transports'];
    const container = engineContainer({ ...loadConfiguration(), pack: 'perlin', ...configuration, transports }, builtInPlugins);
    const started = new LinkEngine(container.get(Engine));
    try {
      await started.engine.start();
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  get bpm(): number {
    return this.engine.parameters.number('bpm');
  }

  get playing(): boolean {
    return this.engine.parameters.boolean('playing');
  }

  get leader(): string {
    return this.engine.parameters.text('leader');
  }

  get timeline(): Timeline {
    const last = this.timelines.at(-1);
    if (last === undefined) throw new Error('no timeline was told');
    return last.timeline;
  }

  beatAt(micros: Micros): Beats {
    return beatAt(this.timeline, micros);
  }

  /** By how much the beat has jumped at most with a timeline that was told after the one at `from`, in microseconds. */
  longestJump(from: number): Micros {
    const jumps = this.timelines.slice(from).map(({ timeline }, index) => {
      const before = this.timelines[from + index - 1].timeline;
      return Math.abs(timeline.beatOrigin - beatAt(before, timeline.timeOrigin)) * microsPerBeat(timeline);
    });
    return Math.max(0, ...jumps);
  }

  async write(address: string, ...values: readonly ParameterValue[]): Promise<void> {
    await this.engine.parameters.write(address, values, 'test');
  }

  async is(what: string, condition: (engine: LinkEngine) => boolean, milliseconds = 15_000): Promise<void> {
    await until(`Continuo is ${what}`, () => condition(this), () => ({ bpm: this.bpm, leader: this.leader, playing: this.playing }), milliseconds);
  }

  async stop(): Promise<void> {
    await this.engine.stop();
  }
}
