"""Training windows of flat formats in the engine's prompt form: the start id, then music from a bar line on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .id_facts import IdFacts

IGNORED = -1
OFF_BAR_START = 0.12


@dataclass(frozen=True)
class FlatSong:
    """`note_beats`: the beat of each note, rising; `bars`: beats of the bar lines; `music`: for its family to read.

    `ignored`: ids that are not to be learned from this song.
    """

    name: str
    note_beats: np.ndarray
    bars: np.ndarray
    music: Any
    ignored: np.ndarray | None = None


class FlatFamily(Protocol):
    """What a flat format brings to training."""

    name: str
    facts: IdFacts
    pad: int
    files: dict[str, Path]
    """What a pack's tokenizer needs, by role."""

    def load(self, path: Path, normalise_keys: bool = True) -> list[FlatSong]:
        """The songs of a token file. ValueError when it is of another family."""

    def tokenise_options(self, options: dict[str, Any]) -> dict[str, Any]:
        """Options of the tokenizer that make what `load` reads, from those of a pack."""

    def files_by_option(self) -> dict[str, Path]:
        """`files` under the names that export_pack gives them."""

    def window(self, song: FlatSong, origin_beat: int, tokens: int) -> tuple[np.ndarray, float]:
        """At most `tokens` ids from a beat on, start id first, and the beat they reach (inf: the end of the song)."""


@dataclass(frozen=True)
class Batch:
    """`ids` int64 [windows, tokens]; `wanted`: what follows each id, `ignored` where nothing is to be learned."""

    ids: np.ndarray
    wanted: np.ndarray
    ignored: int = IGNORED

    @property
    def learned(self) -> int:
        return int((self.wanted != self.ignored).sum())

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, chosen: slice | np.ndarray) -> "Batch":
        return Batch(self.ids[chosen], self.wanted[chosen], self.ignored)


def bar_lines(meters: list[list[float]], end_beat: float) -> np.ndarray:
    """Whole-beat bar lines up to the last note, from (beat, numerator, denominator) of each metre; 4/4 where none is said."""
    known = sorted((round(beat), numerator * 4 / denominator) for beat, numerator, denominator in meters)
    if not known or known[0][0] > 0:
        known.insert(0, (0, 4.0))
    lines: list[int] = []
    for index, (beat, bar) in enumerate(known):
        until = known[index + 1][0] if index + 1 < len(known) else int(end_beat) + 1
        lines += range(beat, max(until, beat + 1), max(1, round(bar)))
    return np.unique(np.array(lines, dtype=np.int64))


def to_batch(family: FlatFamily, windows: list[tuple[FlatSong, np.ndarray]], tokens: int) -> Batch:
    """Windows padded at their ends."""
    ids = np.full((len(windows), tokens), family.pad, dtype=np.int64)
    wanted = np.full((len(windows), tokens), IGNORED, dtype=np.int64)
    for row, (song, window) in enumerate(windows):
        ids[row, : len(window)] = window
        following = window[1:].copy()
        if song.ignored is not None:
            following[np.isin(following, song.ignored)] = IGNORED
        following[family.facts.group[following] < 0] = IGNORED
        wanted[row, : len(following)] = following
    return Batch(ids, wanted)


class FlatSampler:
    """Endless random windows; every note of every song is about equally likely to be seen."""

    def __init__(self, family: FlatFamily, songs: list[FlatSong], tokens: int, seed: int) -> None:
        self._family, self._songs, self._tokens = family, songs, tokens
        self.rng = np.random.default_rng(seed)
        counts = np.array([len(song.note_beats) for song in songs], dtype=np.float64)
        self._shares = counts / counts.sum()

    def batch(self, size: int) -> Batch:
        chosen = self.rng.choice(len(self._songs), size=size, p=self._shares)
        return to_batch(self._family, [self._one(self._songs[index]) for index in chosen], self._tokens)

    def _one(self, song: FlatSong) -> tuple[FlatSong, np.ndarray]:
        # A window that begins with the last notes of a song would be nearly empty.
        last = max(1, len(song.note_beats) - self._tokens // 6)
        note = int(self.rng.integers(-self._tokens // 12, last))
        bar = int(np.searchsorted(song.bars, song.note_beats[max(note, 0)], side="right")) - 1
        origin = int(song.bars[max(bar, 0)])
        if self.rng.random() < OFF_BAR_START:
            origin += int(self.rng.integers(1, 4))
        return song, self._family.window(song, origin, self._tokens)[0]


def all_windows(family: FlatFamily, songs: list[FlatSong], tokens: int) -> Batch:
    """Every song cut into windows that follow each other bar to bar, without chance."""
    windows = []
    for song in songs:
        bar = 0
        while bar < len(song.bars):
            ids, reached = family.window(song, int(song.bars[bar]), tokens)
            windows.append((song, ids))
            bar = max(bar + 1, int(np.searchsorted(song.bars, reached, side="right")) - 1) if np.isfinite(reached) else len(song.bars)
    return to_batch(family, windows, tokens)
