"""Training windows in the engine's prompt form: BOS row, setup rows, then the most recent events.

A window starts on a bar line and its first event's time1 counts from there, so the model always knows where the
bars are. The setup rows are those of the tokenizer: metre and tempo on track 0, then key and program of each track.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .keys import SEGMENT_BEATS, normalise
from .songs import BEAT, CHANNEL, DURATION, PITCH, SIXTEENTH, TRACK, VELOCITY, Song
from .vocabulary import BLOCKS, BOS_ROW, EVENT_IDS, EVENT_PARAMETERS, PAD, ROW_WIDTH, row

WITHOUT_TEMPO = 0.15
WITHOUT_KEY = 0.10
MINOR_AS_MAJOR = 0.25
OFF_BAR_START = 0.12
LONGEST_REST_BEATS = 16
_STARTS = np.array([BLOCKS[parameter][0] for parameter in EVENT_PARAMETERS["note"]])


@dataclass(frozen=True)
class PreparedSong:
    song: Song
    notes: np.ndarray
    shifts: np.ndarray
    minor: bool
    bars: np.ndarray


def prepare(song: Song, normalise_key: bool) -> PreparedSong:
    if normalise_key:
        notes, shifts, minor = normalise(song)
    else:
        notes, minor = song.notes, False
        shifts = np.zeros(int(song.notes[-1, BEAT]) // SEGMENT_BEATS + 1, dtype=np.int64)
    return PreparedSong(song, notes, shifts, minor, song.bar_lines())


def setup_rows(prepared: PreparedSong, beat: int, rng: np.random.Generator | None) -> list[list[int]]:
    """Metre, tempo, key and program rows in force at a beat; with `rng`, tempo and key are left out now and then."""
    song = prepared.song
    metre = song.metre_at(beat)
    rows = [row("time_signature", 0, 0, 0, metre.numerator_id, metre.denominator_id)]
    chance = rng.random(3) if rng is not None else np.ones(3)
    bpm = song.tempo_at(beat)
    if bpm is not None and chance[0] >= WITHOUT_TEMPO:
        rows.append(row("set_tempo", 0, 0, 0, bpm))
    minor = int(prepared.minor and chance[2] >= MINOR_AS_MAJOR)
    for track, channel, program in song.programs:
        if chance[1] >= WITHOUT_KEY:
            rows.append(row("key_signature", 0, 0, track, 7, minor))
        rows.append(row("patch_change", 0, 0, track, channel, program))
    return rows


def note_rows(notes: np.ndarray, origin_beat: int) -> np.ndarray:
    """Rows [n, 8] of notes whose first time1 counts from `origin_beat`."""
    rows = np.empty((len(notes), ROW_WIDTH), dtype=np.int64)
    values = notes[:, [BEAT, SIXTEENTH, TRACK, CHANNEL, PITCH, VELOCITY, DURATION]].astype(np.int64)
    values[:, 0] = np.diff(values[:, 0], prepend=origin_beat).clip(0, LONGEST_REST_BEATS)
    rows[:, 0] = EVENT_IDS["note"]
    rows[:, 1:] = values + _STARTS
    return rows


def window(prepared: PreparedSong, bar: int, rows: int, rng: np.random.Generator | None) -> tuple[np.ndarray, int]:
    """Ids [rows * 8] of the window that starts at a bar, padded with PAD, and the number of ids before its first note."""
    origin = int(prepared.bars[bar])
    if rng is not None and rng.random() < OFF_BAR_START:
        origin += int(rng.integers(1, 4))
    setup = [BOS_ROW, *setup_rows(prepared, origin, rng)]
    first = int(np.searchsorted(prepared.notes[:, BEAT], origin))
    notes = note_rows(prepared.notes[first : first + rows - len(setup)], origin)
    ids = np.full((rows, ROW_WIDTH), PAD, dtype=np.int64)
    ids[: len(setup)] = setup
    ids[len(setup) : len(setup) + len(notes)] = notes
    return ids.reshape(-1), len(setup) * ROW_WIDTH


class WindowSampler:
    """Endless random windows; every note of every song is about equally likely to be seen."""

    def __init__(self, songs: list[PreparedSong], rows: int, seed: int) -> None:
        self._songs = songs
        self._rows = rows
        self.rng = np.random.default_rng(seed)
        counts = np.array([len(song.notes) for song in songs], dtype=np.float64)
        self._shares = counts / counts.sum()

    def batch(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Ids int64 [size, rows * 8] and for each window the number of ids before its first note."""
        chosen = self.rng.choice(len(self._songs), size=size, p=self._shares)
        windows = [self._one(self._songs[index]) for index in chosen]
        return np.stack([ids for ids, _ in windows]), np.array([first for _, first in windows])

    def _one(self, prepared: PreparedSong) -> tuple[np.ndarray, int]:
        count = len(prepared.notes)
        note = int(self.rng.integers(-self._rows // 6, max(count - self._rows * 2 // 3, 1)))
        beat = prepared.notes[max(note, 0), BEAT]
        bar = int(np.searchsorted(prepared.bars, beat, side="right")) - 1
        return window(prepared, max(bar, 0), self._rows, self.rng)


def all_windows(songs: list[PreparedSong], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Every song cut into windows that follow each other bar to bar, without chance; as WindowSampler.batch."""
    windows = []
    for prepared in songs:
        bar, end = 0, len(prepared.notes)
        while True:
            ids, first = window(prepared, bar, rows, None)
            windows.append((ids, first))
            start = int(np.searchsorted(prepared.notes[:, BEAT], prepared.bars[bar]))
            next_note = start + rows - first // ROW_WIDTH
            if next_note >= end:
                break
            reached = int(np.searchsorted(prepared.bars, prepared.notes[next_note, BEAT], side="right")) - 1
            bar = max(reached, bar + 1)
    return np.stack([ids for ids, _ in windows]), np.array([first for _, first in windows])


def targets(ids: np.ndarray, first: np.ndarray) -> np.ndarray:
    """What follows each id, int64 as ids; PAD where nothing is to be learned (setup, padding, the last id)."""
    following = np.full_like(ids, PAD)
    following[:, :-1] = ids[:, 1:]
    position = np.arange(ids.shape[1])[None] + 1
    following[position < first[:, None]] = PAD
    return following
