import type { Appraisal, Voice, VoiceRequest, VoiceSource } from '../deck/voice.js';
import type { ContinuoError } from '../errors.js';
import type { Beats } from '../music/units.js';
import type { ComputeGate } from './compute-gate.js';
import { GatedComposer } from './gated-composer.js';

export interface GatedVoicesGround {
  /** The beat by which music is needed of a pack that stands at `position`. */
  deadline(pack: string, position: Beats): Beats;
  opened(voice: Voice): void;
  /** How much of what it can look back on the deck's voice is to. */
  contextShare(): number;
  /** Ids that a pack looks back on at most; `undefined` where that cannot be less. */
  looksBack(pack: string, contextTokens: number | undefined): void;
}

/** The voices of one deck, which take turns with those of the others at the machine. Thread: main. Blocks: no. */
export class GatedVoices implements VoiceSource {
  readonly appraise: ((request: VoiceRequest) => Promise<Appraisal>) | undefined;

  constructor(
    private readonly voices: VoiceSource,
    private readonly gate: ComputeGate,
    private readonly ground: GatedVoicesGround,
  ) {
    this.appraise = voices.appraise?.bind(voices);
  }

  get fallback(): string | undefined {
    return this.voices.fallback;
  }

  async open(request: VoiceRequest, onFailure: (error: ContinuoError) => void): Promise<Voice> {
    const voice = await this.voices.open(request, onFailure);
    this.ground.opened(voice);
    if (voice.isLight) return voice;
    const { gate, ground } = this;
    const composer = new GatedComposer(voice.composer, gate, {
      deadline: (position) => ground.deadline(voice.pack, position),
      contextShare: () => ground.contextShare(),
      looksBack: (contextTokens) => ground.looksBack(voice.pack, contextTokens),
    });
    return { ...voice, composer };
  }
}
