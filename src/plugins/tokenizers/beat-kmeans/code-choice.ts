import type { AllowedTokens } from '../../../engine/contracts/tokenizer.js';
import type { BeatRoom } from './beat-room.js';
import type { CodeTraits } from './code-traits.js';
import { silent, type BeatState } from './grammar-state.js';
import type { Limits } from './limits.js';
import { framesPerBeat } from './vocabulary.js';

/** Codes that may stand at one place, sorted by what must be asked of them. */
interface CodeLists {
  /** Without a sound held from before, not silent. */
  readonly fresh: Int32Array;
  readonly held: readonly CodeTraits[];
  readonly silent: Int32Array;
}

/** What is still asked when codes are chosen; all of it first, then less and less until something is left. */
interface Asked {
  readonly deadline: boolean;
  readonly polyphony: boolean;
  readonly onsets: boolean;
  readonly length: boolean;
}

const relaxations: readonly Asked[] = [
  { deadline: true, polyphony: true, onsets: true, length: true },
  { deadline: false, polyphony: true, onsets: true, length: true },
  { deadline: false, polyphony: false, onsets: true, length: true },
  { deadline: false, polyphony: false, onsets: false, length: true },
  { deadline: false, polyphony: false, onsets: false, length: false },
];

const listsKept = 64;

/** Chooses the codes that may come next in a cell. */
export class CodeChoice {
  private readonly lists = new Map<string, CodeLists>();

  constructor(private readonly traits: readonly (CodeTraits | undefined)[]) {}

  allow(state: BeatState, limits: Limits, room: BeatRoom, allowed: AllowedTokens): void {
    for (const asked of relaxations) {
      const { shortest, longest } = asked.length ? limits : { shortest: 1, longest: Infinity };
      if (room.from === 0 && (limits.isPlain || !asked.onsets)) this.allowByLength(state, shortest, longest, allowed);
      else this.allowOneByOne(state, limits, room, asked, allowed);
      if (allowed.count > 0) return;
    }
  }

  private allowByLength(state: BeatState, shortest: number, longest: number, allowed: AllowedTokens): void {
    const lists = this.listsAt(state.fill, shortest, longest);
    const sounded = soundedFrames(state);
    if (sounded === 0 || sounded >= shortest) {
      allowed.ids.set(lists.fresh);
      allowed.biases.fill(0, 0, lists.fresh.length);
      allowed.count = lists.fresh.length;
      for (const id of lists.silent) {
        if (mayBeSilent(state, this.traits[id] as CodeTraits)) allowed.add(id);
      }
    }
    if (sounded === 0) return;
    for (const code of lists.held) if (mayHold(code, sounded, shortest, longest)) allowed.add(code.id);
  }

  private allowOneByOne(state: BeatState, limits: Limits, room: BeatRoom, asked: Asked, allowed: AllowedTokens): void {
    const { shortest, longest } = limits;
    const lists = this.listsAt(state.fill, shortest, longest);
    const sounded = soundedFrames(state);
    const blocked = asked.polyphony ? blockedFrames(state, room) : noFrames;
    const deadline = asked.deadline && state.since[state.pitch] === silent ? room.deadline : -1;
    const lastStart = deadline < 0 ? framesPerBeat - 1 : deadline;
    const suits = (code: CodeTraits): boolean =>
      (!asked.onsets || code.onsets <= room.onsetsLeft) &&
      (code.onsets === 0 || state.fill + code.firstOnset >= room.from) &&
      (code.pattern.sustainLow & blocked[0]) === 0 &&
      (code.pattern.sustainHigh & blocked[1]) === 0 &&
      (!asked.polyphony || room.isFreeFor(state.fill + code.frames, framesStillDue(code, sounded, shortest))) &&
      (deadline < 0 || code.onsets === 0 || state.fill + code.firstOnset <= deadline) &&
      (state.cellSounds || !code.isSilent || !asked.polyphony || room.nextStart(state.fill + code.frames) <= lastStart);
    if (sounded === 0 || sounded >= shortest) {
      for (const id of lists.fresh) if (suits(this.traits[id] as CodeTraits)) allowed.add(id);
      for (const id of lists.silent) {
        const code = this.traits[id] as CodeTraits;
        if (mayBeSilent(state, code) && suits(code)) allowed.add(id);
      }
    }
    if (sounded === 0) return;
    for (const code of lists.held) if (mayHold(code, sounded, shortest, longest) && suits(code)) allowed.add(code.id);
  }

  private listsAt(fill: number, shortest: number, longest: number): CodeLists {
    const key = `${fill} ${shortest} ${longest}`;
    const known = this.lists.get(key);
    if (known !== undefined) return known;
    if (this.lists.size >= listsKept) this.lists.clear();
    const lists = this.makeLists(fill, shortest, longest);
    this.lists.set(key, lists);
    return lists;
  }

  private makeLists(fill: number, shortest: number, longest: number): CodeLists {
    const here = this.traits.filter((code): code is CodeTraits => {
      if (code === undefined || fill % code.frames !== 0) return false;
      const open = code.endsSounding && code.lastOnset >= 0 ? code.frames - code.lastOnset : 0;
      return code.shortest >= shortest && code.longest <= longest && open <= longest;
    });
    const fresh = here.filter((code) => code.heldUntil === 0 && !code.isSilent);
    return {
      fresh: Int32Array.from(fresh, ({ id }) => id),
      held: here.filter((code) => code.heldUntil > 0),
      silent: Int32Array.from(here.filter((code) => code.isSilent), ({ id }) => id),
    };
  }
}

/** Frames for which the key has sounded without a break; 0 where it does not sound. */
function soundedFrames({ beat, fill, cellSince }: BeatState): number {
  return cellSince === silent ? 0 : beat * framesPerBeat + fill - cellSince;
}

function mayHold({ heldUntil, frames }: CodeTraits, sounded: number, shortest: number, longest: number): boolean {
  const length = sounded + heldUntil;
  return length <= longest && (heldUntil === frames || length >= shortest);
}

/** A cell is not silent as a whole. */
function mayBeSilent({ cellSounds, fill }: BeatState, { frames }: CodeTraits): boolean {
  return cellSounds || fill + frames < framesPerBeat;
}

/** Frames that a sound at the end of a code must go on for to be long enough. */
function framesStillDue(code: CodeTraits, sounded: number, shortest: number): number {
  if (!code.endsSounding) return 0;
  return shortest - (code.lastOnset < 0 ? sounded + code.frames : code.frames - code.lastOnset);
}

const noFrames: readonly [number, number] = [0, 0];

/** Frames in which no more keys may sound, as bits from the present place on. */
function blockedFrames({ fill }: BeatState, room: BeatRoom): readonly [number, number] {
  let low = 0;
  let high = 0;
  for (let frame = fill; frame < framesPerBeat; frame += 1) {
    if (room.isFree(frame)) continue;
    const place = frame - fill;
    if (place < 24) low |= 1 << place;
    else high |= 1 << (place - 24);
  }
  return [low, high];
}
