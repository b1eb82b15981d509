"""Ids of the tokenizer beat-kmeans, and the patterns its codes stand for."""

from __future__ import annotations

import json
from pathlib import Path

VOCABULARY_SIZE = 4789
LEVELS = ((0, 2048, 48), (2048, 1024, 24), (3072, 512, 12))
"""(first id, ids, frames) of levels 1, 2 and 3."""
FIRST_PITCH, PITCHES = 3584, 128
FIRST_VELOCITY, VELOCITIES = 3712, 512
FIRST_TEMPO, TEMPOS = 4736, 50
START, END, PAD = 4786, 4787, 4788
Pattern = tuple[int, int]
"""(sustain, onsets): bit f is frame f."""


def anchor_patterns(frames: int) -> list[Pattern]:
    """The codes that need no training, in the order of their indices."""
    patterns: list[Pattern] = [] if frames == 48 else [(0, 0)]
    patterns += [(_run(0, end), 0) for end in range(1, frames + 1)]
    patterns += [(_run(a, e), 1 << a) for a in range(frames) for e in range(a + 1, frames + 1)]
    if frames == 12:
        patterns += [
            (_run(0, held) | _run(a, e), 1 << a)
            for held in range(1, frames + 1)
            for a in range(held, frames)
            for e in range(a + 1, frames + 1)
        ]
    return patterns


def read_patterns(codebook: Path) -> dict[int, Pattern]:
    """The pattern of every code that has one, by id. ValueError when the file is no beat codebook."""
    content = json.loads(codebook.read_text(encoding="utf-8"))
    if content.get("format") != "continuo beat codebook 1":
        raise ValueError(f"{codebook} is no beat codebook; take the codebook.json of the tokenizer beat-kmeans")
    patterns: dict[int, Pattern] = {}
    for level, (first, size, frames) in enumerate(LEVELS, start=1):
        learned = [pattern_of_text(text) for text in content["learned"][f"level{level}"]]
        for index, pattern in enumerate([*anchor_patterns(frames), *learned][:size]):
            patterns[first + index] = pattern
    return patterns


def pattern_of_text(text: str) -> Pattern:
    """`x` begins a sound, `-` goes on with it."""
    sustain = sum(1 << frame for frame, letter in enumerate(text) if letter in "x-")
    return sustain, sum(1 << frame for frame, letter in enumerate(text) if letter == "x")


def frames_of(code: int) -> int:
    return next(frames for first, size, frames in LEVELS if first <= code < first + size)


def _run(start: int, end: int) -> int:
    return (1 << end) - (1 << start)
