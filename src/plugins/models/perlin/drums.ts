import { drumChannel, type Note } from '../../../engine/music/note.js';
import { barsPerPhrase, slotsPerBar, slotsPerBeat } from './form.js';
import type { Scene } from './scene.js';

/** General MIDI's drum map. */
const kit = {
  kick: 36, sideStick: 37, snare: 38, lowTom: 45, closedHat: 42, openHat: 46, midTom: 47, crash: 49, highTom: 50, ride: 51,
} as const;

/** How much each sixteenth of a bar invites the kick, and a quiet snare. */
const kickInvitation = [1, 0, 0.12, 0.2, 0.1, 0.05, 0.5, 0.3, 0.78, 0.05, 0.55, 0.18, 0.1, 0.05, 0.45, 0.24];
const ghostInvitation = [0, 0.15, 0.1, 0.3, 0, 0.2, 0.15, 0.5, 0, 0.45, 0.2, 0.3, 0, 0.2, 0.1, 0.4];
const backbeats = [slotsPerBeat, 3 * slotsPerBeat];
const length = 0.25;

interface Stroke {
  /** From the bar's start. */
  readonly slot: number;
  readonly pitch: number;
  readonly velocity: number;
}

/**
 * Kick where the noise lets the beat invite it, snare on two and four, a hat or ride that is as busy as the density
 * asks, and at the end of a phrase a fill: longer the more it ends.
 */
export function writeDrums(scene: Scene): Note[] {
  const notes: Note[] = [];
  for (let bar = 0; bar < barsPerPhrase; bar += 1) {
    const fill = bar === barsPerPhrase - 1 ? fillOf(scene) : [];
    const fillStart = Math.min(slotsPerBar, ...fill.map((stroke) => stroke.slot));
    const groove = [...kicks(scene, bar), ...snares(scene, bar), ...cymbals(scene, bar)].filter(
      (stroke) => stroke.slot < fillStart || stroke.pitch === kit.kick,
    );
    for (const stroke of [...groove, ...fill]) {
      notes.push({
        beat: (bar * slotsPerBar + stroke.slot) / slotsPerBeat,
        duration: length,
        channel: drumChannel,
        pitch: stroke.pitch,
        velocity: Math.round(stroke.velocity + scene.swell),
      });
    }
  }
  return notes;
}

function kicks({ place, field, daring, density }: Scene, bar: number): readonly Stroke[] {
  const threshold = 0.95 - 0.8 * density;
  return kickInvitation.flatMap((weight, slot) => {
    const wish = weight + 0.35 * daring.time * field.value('kick', place.material + slot / 6 + (bar % 2) * 0.45);
    return slot === 0 || wish > threshold ? [{ slot, pitch: kit.kick, velocity: slot % 8 === 0 ? 102 : 90 }] : [];
  });
}

function snares({ place, field, daring, density }: Scene, bar: number): readonly Stroke[] {
  const pitch = density < 0.3 ? kit.sideStick : kit.snare;
  const loud = backbeats.map((slot) => ({ slot, pitch, velocity: pitch === kit.snare ? 98 : 78 }));
  const threshold = 1.02 - 0.6 * density;
  const quiet = ghostInvitation.flatMap((weight, slot) => {
    const wish = weight + 0.5 * daring.time * field.value('ghost', place.material + slot / 4 + bar * 0.4);
    return wish > threshold ? [{ slot, pitch: kit.snare, velocity: 34 }] : [];
  });
  return [...loud, ...quiet];
}

function cymbals({ place, field, daring, density }: Scene, bar: number): readonly Stroke[] {
  const wish = density + 0.3 * daring.time * field.value('hat', place.material * 0.7);
  const every = wish < 0.28 ? slotsPerBeat : wish < 0.74 ? 2 : 1;
  const pitch = place.bridge ? kit.ride : kit.closedHat;
  const strokes: Stroke[] = [];
  for (let slot = 0; slot < slotsPerBar; slot += every) {
    const sway = field.value('accent', place.material + slot / 5, 3) * 8 * daring.velocity;
    const accent = slot % slotsPerBeat === 0 ? 72 : slot % 2 === 0 ? 60 : 46;
    const opens = slot === slotsPerBar - 2 && pitch === kit.closedHat && field.value('hat', place.material + bar, 1) * daring.time > 0.4;
    strokes.push({ slot, pitch: opens ? kit.openHat : pitch, velocity: accent + sway });
  }
  const arrives = bar === 0 && (place.opens || density > 0.7);
  return arrives ? [{ slot: 0, pitch: kit.crash, velocity: 92 }, ...strokes.slice(1)] : strokes;
}

function fillOf({ place, field, daring, density }: Scene): readonly Stroke[] {
  const wish = field.value('fill', place.index * 0.83) * daring.time;
  if (place.opens && wish < 0) return [];
  const beats = place.endsCycle ? 2 : 1;
  const step = density < 0.35 ? 2 : 1;
  const strokes: Stroke[] = [];
  for (let slot = slotsPerBar - beats * slotsPerBeat; slot < slotsPerBar; slot += step) {
    const through = (slot - slotsPerBar + beats * slotsPerBeat) / (beats * slotsPerBeat);
    // On a beat the fill always speaks, so that no beat stays empty; between them the noise leaves holes.
    const speaks = slot % slotsPerBeat === 0 || field.value('fill', place.index + slot * 0.31, 1) * daring.time > -0.35;
    if (!speaks) continue;
    const drums = [kit.snare, kit.highTom, kit.midTom, kit.lowTom];
    const turn = through * drums.length + field.value('fill', place.index + slot * 0.17, 2) * daring.pitch;
    const pitch = drums[Math.max(0, Math.min(drums.length - 1, Math.floor(turn)))];
    strokes.push({ slot, pitch, velocity: 78 + 22 * through });
  }
  return strokes;
}
