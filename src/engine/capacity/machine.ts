import { availableParallelism } from 'node:os';
import type { VoiceSource } from '../deck/voice.js';
import type { Beats, Micros } from '../music/units.js';
import { ComputeGate } from './compute-gate.js';
import { ContextShares } from './context-shares.js';
import { GatedVoices } from './gated-voices.js';
import { little, loadOf, MachineShare, roomy, usable, type Claim } from './machine-share.js';

/** A newcomer is let in as if its music were needed no earlier than this from now: who plays goes first. */
const newcomerBeats: Beats = 2;

/** A deck with less than this share of the music that it is to have ahead falls behind: while all can be computed, it has nearly all of it. */
const shortShare = 0.5;

/** What the machine may see of a deck. */
export interface MachineDeck {
  readonly number: number;
  readonly pack: string;
  readonly state: string;
  readonly timesRealTime: number;
  readonly aheadBeats: Beats;
  /** So much it is to have ahead: as its mode wants it. */
  readonly wantedBeats: Beats;
  /** Where its composer stands, in session beats. */
  readonly writtenUntil: Beats;
  readonly audible: boolean;
}

export interface MachineGround {
  /** Where the music is. */
  beat(): Beats;
  /** A deck is sent to rest, or may play again. */
  changed(deck: number, rests: boolean): void;
  /** A deck is to look back on a share of what it can, or on all again. */
  contextChanged(deck: number, share: number): void;
}

/**
 * How many composers compute at once, where each computes with so many threads. With one thread each, twice as many as there
 * are cores: a composer spends half its time handing over. More threads spin, and must have cores of their own.
 */
export function placesFor(threads: number, cores: number = availableParallelism()): number {
  return threads === 1 ? 2 * cores : Math.max(1, Math.floor(cores / threads));
}

/** One machine shared by several decks: who computes next, and who rests where it cannot compute them all. Thread: main. */
export class Machine {
  private readonly gate: ComputeGate;
  private readonly share: MachineShare;
  private readonly contexts: ContextShares;
  /** Decks whose voices can look back on less. */
  private readonly shortenable = new Set<number>();
  private readonly light = new Set<string>();

  constructor(
    private readonly places: number,
    private readonly ground: MachineGround,
  ) {
    this.gate = new ComputeGate(places);
    this.share = new MachineShare(places, (deck, rests) => ground.changed(deck, rests));
    this.contexts = new ContextShares((deck, share) => ground.contextChanged(deck, share));
  }

  /** The voices for one deck, each of which waits for its turn. `deck` is asked for often. */
  voicesFor(deck: () => Pick<MachineDeck, 'number' | 'pack' | 'writtenUntil'>, voices: VoiceSource): VoiceSource {
    return new GatedVoices(voices, this.gate, {
      deadline: (pack, position) => {
        const { pack: playing, writtenUntil } = deck();
        return pack === playing ? writtenUntil : Math.max(position, this.ground.beat() + newcomerBeats);
      },
      opened: ({ pack, isLight }) => this.light[isLight ? 'add' : 'delete'](pack),
      contextShare: () => this.contexts.of(deck().number),
      looksBack: (pack, contextTokens) => {
        const { pack: playing, number } = deck();
        if (pack === playing) this.shortenable[contextTokens === undefined ? 'delete' : 'add'](number);
      },
    });
  }

  /** How much of what it can look back on a deck is to. */
  contextShare(deck: number): number {
    return this.contexts.of(deck);
  }

  /** Whether a deck is pressed for time: it composes nothing but what will be heard. */
  isPressed(deck: number): boolean {
    return this.contexts.isPressed(deck);
  }

  /** Whether a deck is to compose. */
  mayPlay(deck: number): boolean {
    return !this.share.rests(deck);
  }

  /** Lets in who may compute now. Call it as time goes on. */
  look(): void {
    this.gate.look();
  }

  /** Looks whether all decks can go on, and whether they can with less to look back on; call it a few times a second. */
  judge(decks: readonly MachineDeck[], now: Micros): void {
    const claims = decks
      .filter(({ state }) => state === 'playing' || state === 'resting')
      .map(({ number, pack, timesRealTime, aheadBeats, wantedBeats, audible }) => {
        const load = this.light.has(pack) || timesRealTime === 0 ? 0 : 1 / timesRealTime;
        return { deck: number, load, isShort: aheadBeats < shortShare * wantedBeats, audible };
      });
    this.judgeContexts(claims, now);
    if (!this.contexts.isTrying(now)) this.share.judge(claims, now);
  }

  /** A deck has another voice. */
  renewed(deck: number, now: Micros): void {
    this.share.renewed(deck, now);
    this.contexts.renewed(deck);
    this.shortenable.delete(deck);
  }

  /** A deck is no more. */
  forget(deck: number): void {
    this.share.forget(deck);
    this.contexts.renewed(deck);
    this.shortenable.delete(deck);
  }

  private judgeContexts(claims: readonly Claim[], now: Micros): void {
    const needed = loadOf(claims.filter(({ deck }) => this.mayPlay(deck)));
    const isTooMuch = needed > usable * this.places;
    const wishes = claims.map(({ deck, load, isShort }) => ({
      deck,
      load,
      canShorten: this.shortenable.has(deck),
      isPressed: isShort && this.mayPlay(deck) && load > little && (load > usable || isTooMuch),
      hasRoom: !isShort && needed + load <= roomy * this.places,
    }));
    this.contexts.judge(wishes, now);
  }
}
