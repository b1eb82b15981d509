"""Notes of theremin streams that are spelled in bytes, as plain numbers, and as characters again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .flat_windows import bar_lines
from .keys import LONGEST_WEIGHT_SIXTEENTHS, SEGMENT_BEATS, TONICS, key_shifts, move
from .token_file import read_token_file

CONTROL_IDS = 4
FIRST_NOTE, LAST_NOTE = 0x40000, 0xFFFFF
LARGEST_STEP = 63
NOTE_FIELDS = ("onset", "pitch", "duration", "velocity")
ONSET, PITCH, DURATION, VELOCITY = range(len(NOTE_FIELDS))
SIXTEENTHS_PER_BEAT = 16


@dataclass(frozen=True)
class ThereminSong:
    """`notes` int64 [n, 4] as NOTE_FIELDS, onsets in steps; `shifts`: semitones to C by segment of SEGMENT_BEATS beats."""

    name: str
    notes: np.ndarray
    steps_per_beat: int
    bars: np.ndarray
    shifts: np.ndarray

    def characters(self, notes: np.ndarray, origin: int, semitones: int | np.ndarray) -> str:
        """Text of some of the notes, moved; the first step counts from step `origin`."""
        steps = np.diff(notes[:, ONSET], prepend=origin).clip(0, LARGEST_STEP)
        pitches = move(notes[:, PITCH], semitones)
        points = notes[:, VELOCITY] << 18 | steps << 12 | notes[:, DURATION] << 7 | pitches
        return "".join(map(chr, points.tolist()))

    def segments(self, notes: np.ndarray) -> np.ndarray:
        """The segment of each note."""
        return np.minimum(notes[:, ONSET] // (self.steps_per_beat * SEGMENT_BEATS), len(self.shifts) - 1)

    def shift_of(self, notes: np.ndarray) -> int:
        """The shift that most of these notes have."""
        shifts, counts = np.unique(self.shifts[self.segments(notes)], return_counts=True)
        return int(shifts[counts.argmax()]) if len(shifts) else 0


def read_theremin_songs(path: Path, normalise_keys: bool = True) -> list[ThereminSong]:
    """The songs of a token file. ValueError when it was not made with model=bytes and time in whole steps of a beat."""
    tokens = read_token_file(path)
    options = tokens.header["options"]
    if tokens.header["tokenizer"] != "theremin" or options.get("model") != "bytes":
        raise ValueError(f"{path} was not made by `continuo tokenize --tokenizer theremin --option model=bytes`")
    steps, durations = options["steps_per_beat"], options["durations_per_beat"]
    if options["time"] != "beats" or steps != int(steps):
        raise ValueError(f"{path} does not count whole steps of a beat: tokenise with the options time and steps_per_beat as they are")
    meters = [entry.get("meters", []) for entry in tokens.header["files"]]
    songs = []
    for (name, ids), metre in zip(tokens.songs(), meters):
        notes = notes_of_bytes(ids)
        if not len(notes):
            continue
        end_beat = notes[-1, ONSET] / steps
        bars = bar_lines(metre, end_beat)
        shifts = _shifts(notes, steps, durations) if normalise_keys else np.zeros(1, dtype=np.int64)
        songs.append(ThereminSong(Path(name).name, notes, int(steps), bars[bars <= end_beat], shifts))
    return songs


def notes_of_bytes(ids: np.ndarray) -> np.ndarray:
    """Notes int64 [n, 4] as NOTE_FIELDS of ids of the byte model; control ids are left out."""
    spelled = ids[ids >= CONTROL_IDS].astype(np.int64) - CONTROL_IDS
    if len(spelled) % 4:
        raise ValueError("a stream of bytes ends inside a note")
    a, b, c, d = spelled.reshape(-1, 4).T
    points = (a & 7) << 18 | (b & 63) << 12 | (c & 63) << 6 | d & 63
    if len(points) and (points.min() < FIRST_NOTE or points.max() > LAST_NOTE):
        raise ValueError("a stream of bytes holds characters that are no notes")
    onsets = (points >> 12 & 63).cumsum()
    return np.stack((onsets, points & 127, points >> 7 & 31, points >> 18), axis=1)


def _shifts(notes: np.ndarray, steps_per_beat: float, durations_per_beat: float) -> np.ndarray:
    segment = notes[:, ONSET] // int(steps_per_beat * SEGMENT_BEATS)
    weights = np.zeros((int(segment[-1]) + 1, TONICS))
    sixteenths = np.maximum(notes[:, DURATION], 0.5) / durations_per_beat * SIXTEENTHS_PER_BEAT
    np.add.at(weights, (segment, notes[:, PITCH] % TONICS), np.minimum(sixteenths, LONGEST_WEIGHT_SIXTEENTHS))
    totals = weights.sum(1, keepdims=True)
    return key_shifts(np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0))[0]
