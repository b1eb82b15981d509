"""Finds the keys of a song along time, and moves its notes to C major / A minor.

Emissions: a bar's pitch classes, weighted by duration, under the Krumhansl-Kessler profiles (C. Krumhansl,
Cognitive Foundations of Musical Pitch, 1990) as distributions. A change of key costs CHANGE_COST, so short
excursions stay in their key while a last chorus one step up becomes its own.
"""

from __future__ import annotations

import numpy as np

from .songs import BEAT, CHANNEL, DURATION, PITCH, Song
from .vocabulary import DRUM_CHANNEL

MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
BAR_WEIGHT = 8.0
CHANGE_COST = 14.0
LONGEST_WEIGHT_SIXTEENTHS = 32
SEGMENT_BEATS = 4
TONICS = 12


def _profiles() -> np.ndarray:
    """Log-probabilities of pitch classes under collections, [mode, tonic, pitch class].

    Minor keys are listed under the tonic of their relative major, so that one transposition serves both.
    """
    scale_tone = np.array([1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1]) * 2.0
    major, minor = MAJOR + scale_tone, np.roll(MINOR, -3) + scale_tone
    logs = []
    for profile in (major, minor):
        distribution = profile / profile.sum()
        logs.append([np.log(np.roll(distribution, tonic)) for tonic in range(TONICS)])
    return np.array(logs)


PROFILES = _profiles()


def pitch_class_weights(song: Song) -> np.ndarray:
    """Duration-weighted pitch classes per segment of SEGMENT_BEATS beats, each row summing to 1 or 0."""
    notes = song.notes[song.notes[:, CHANNEL] != DRUM_CHANNEL]
    segments = int(song.notes[-1, BEAT]) // SEGMENT_BEATS + 1
    weights = np.zeros((segments, TONICS))
    duration = np.minimum(notes[:, DURATION], LONGEST_WEIGHT_SIXTEENTHS)
    np.add.at(weights, (notes[:, BEAT] // SEGMENT_BEATS, notes[:, PITCH] % TONICS), duration)
    totals = weights.sum(1, keepdims=True)
    return np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0)


def key_path(weights: np.ndarray) -> tuple[np.ndarray, bool]:
    """Per segment the major tonic (0-11) whose scale is in force, and whether the song leans to the relative minor.

    `weights` [segments, 12] as pitch_class_weights.
    """
    by_mode = np.einsum("sp,mtp->mst", weights, PROFILES) * BAR_WEIGHT
    emissions = by_mode.max(0)
    score, back = emissions[0], np.zeros(emissions.shape, dtype=np.int64)
    for segment in range(1, len(emissions)):
        best = int(score.argmax())
        stay = score >= score[best] - CHANGE_COST
        back[segment] = np.where(stay, np.arange(TONICS), best)
        score = np.where(stay, score, score[best] - CHANGE_COST) + emissions[segment]
    path = np.zeros(len(emissions), dtype=np.int64)
    path[-1] = int(score.argmax())
    for segment in range(len(emissions) - 1, 0, -1):
        path[segment - 1] = back[segment, path[segment]]
    along = np.arange(len(path))
    minor = by_mode[1, along, path].sum() > by_mode[0, along, path].sum()
    return path, bool(minor)


def nearest_shift(tonic: int, reference: int) -> int:
    """Semitones from `tonic` to C, as near as possible to `reference`."""
    shift = -tonic
    return shift + TONICS * round((reference - shift) / TONICS)


def key_shifts(weights: np.ndarray) -> tuple[np.ndarray, bool]:
    """Semitones that bring each segment to C major / A minor, and whether the song is minor.

    The longest key moves by -6 .. +5; others by the shift nearest to that.
    """
    path, minor = key_path(weights)
    main = int(np.bincount(path, minlength=TONICS).argmax())
    reference = (-main + 6) % TONICS - 6
    return np.array([nearest_shift(int(tonic), reference) for tonic in path]), minor


def move(pitches: np.ndarray, semitones: np.ndarray | int) -> np.ndarray:
    """Moved, and kept within 0..127 by octaves."""
    moved = pitches + semitones
    return np.where(moved < 0, moved + TONICS, np.where(moved > 127, moved - TONICS, moved))


def normalise(song: Song) -> tuple[np.ndarray, np.ndarray, bool]:
    """Notes in C major / A minor, the shift of each segment in semitones, and whether the song is minor. Drums do not move."""
    shifts, minor = key_shifts(pitch_class_weights(song))
    notes = song.notes.copy()
    pitched = notes[:, CHANNEL] != DRUM_CHANNEL
    moved = move(notes[:, PITCH], shifts[notes[:, BEAT] // SEGMENT_BEATS])
    notes[:, PITCH] = np.where(pitched, moved, notes[:, PITCH])
    return notes, shifts, minor
