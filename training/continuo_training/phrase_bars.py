"""Songs as bars: what `continuo tokenize --tokenizer remi-bpe --option encoding=base` wrote, in C major / A minor, one part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .bpe_vocabulary import BAR, BASE_SIZE, TRACK_START
from .keys import TONICS, key_shifts, move
from .phrase_vocabulary import (
    COMMON_METER,
    FIRST_DURATION,
    FIRST_METER,
    FIRST_PITCH,
    FIRST_POSITION,
    FIRST_PROGRAM,
    FIRST_TEMPO,
    FIRST_VELOCITY,
    METERS,
    SLOWEST_TEMPO,
    TEMPO_STEP,
    TRACK_END,
    PhraseVocabulary,
    merge_words,
)
from .token_file import read_token_file

DRUM_PROGRAM = 128
POSITION, PITCH, VELOCITY, DURATION = range(4)
USUAL_TEMPO = 120


@dataclass(frozen=True)
class Bar:
    """`notes` int64 [n, 4]: position, pitch, velocity level, duration in sixteenths. `meter`: index into METERS."""

    notes: np.ndarray
    meter: int
    bpm: int

    @property
    def beats(self) -> float:
        numerator, denominator = METERS[self.meter]
        return numerator * 4 / denominator


@dataclass(frozen=True)
class PhraseSong:
    """`ids` of each bar, as a phrase model reads them; `onsets_per_beat` float32 [bars]."""

    name: str
    style: str
    bars: list[Bar]
    minor: bool
    ids: list[np.ndarray]
    onsets_per_beat: np.ndarray


def read_bars(ids: np.ndarray) -> list[Bar]:
    """Bars of one piece; all its parts are one, drums left out."""
    bars: list[Bar] = []
    notes: list[tuple[int, int, int, int]] = []
    meter, bpm, program, position, pitch, velocity, begun = COMMON_METER, USUAL_TEMPO, 0, 0, 0, 0, False

    def close() -> None:
        if begun:
            bars.append(Bar(_one_part(notes), meter, bpm))
            notes.clear()

    for symbol in ids.tolist():
        if symbol == BAR:
            close()
            begun = True
        elif FIRST_POSITION <= symbol < FIRST_PITCH:
            position = symbol - FIRST_POSITION
        elif FIRST_PITCH <= symbol < FIRST_VELOCITY:
            pitch = symbol - FIRST_PITCH
        elif FIRST_VELOCITY <= symbol < FIRST_DURATION:
            velocity = symbol - FIRST_VELOCITY
        elif FIRST_DURATION <= symbol < FIRST_TEMPO:
            if program != DRUM_PROGRAM:
                notes.append((position, pitch, velocity, symbol - FIRST_DURATION + 1))
        elif FIRST_TEMPO <= symbol < FIRST_METER:
            bpm = SLOWEST_TEMPO + TEMPO_STEP * (symbol - FIRST_TEMPO)
        elif FIRST_METER <= symbol < FIRST_PROGRAM:
            meter = symbol - FIRST_METER
        elif FIRST_PROGRAM <= symbol < BASE_SIZE:
            program = symbol - FIRST_PROGRAM
    close()
    return bars


def _one_part(notes: list[tuple[int, int, int, int]]) -> np.ndarray:
    """By position and pitch; of notes that fall on the same place the loudest and longest is kept."""
    kept: dict[tuple[int, int], tuple[int, int]] = {}
    for position, pitch, velocity, duration in notes:
        before = kept.get((position, pitch), (0, 0))
        kept[position, pitch] = max(velocity, before[0]), max(duration, before[1])
    return np.array([(*place, *kept[place]) for place in sorted(kept)], dtype=np.int64).reshape(-1, 4)


def spell(bar: Bar, program: int = 0) -> tuple[list[int], list[int]]:
    """Base symbols of the head of a bar and of its one track (empty where nothing sounds)."""
    if not len(bar.notes):
        return [BAR], []
    track = [TRACK_START, FIRST_PROGRAM + program]
    before = -1
    for position, pitch, velocity, duration in bar.notes.tolist():
        if position != before:
            track.append(FIRST_POSITION + position)
            before = position
        track += (FIRST_PITCH + pitch, FIRST_VELOCITY + velocity, FIRST_DURATION + duration - 1)
    return [BAR], [*track, TRACK_END]


def _pitch_classes(bars: list[Bar]) -> np.ndarray:
    weights = np.zeros((len(bars), TONICS))
    for row, bar in zip(weights, bars, strict=True):
        np.add.at(row, bar.notes[:, PITCH] % TONICS, bar.notes[:, DURATION])
    totals = weights.sum(1, keepdims=True)
    return np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0)


def normalise(bars: list[Bar]) -> tuple[list[Bar], bool]:
    """In C major / A minor along time, and whether the song leans to minor."""
    shifts, minor = key_shifts(_pitch_classes(bars))
    moved = []
    for bar, shift in zip(bars, shifts, strict=True):
        notes = bar.notes.copy()
        notes[:, PITCH] = move(notes[:, PITCH], int(shift))
        moved.append(Bar(notes[np.lexsort((notes[:, PITCH], notes[:, POSITION]))], bar.meter, bar.bpm))
    return moved, minor


def load_phrase_songs(path: Path, style: str, vocabulary: PhraseVocabulary) -> list[PhraseSong]:
    """Every piece of a token file. ValueError when the ids are not base symbols."""
    tokens = read_token_file(path)
    if tokens.header.get("vocabularySize") != BASE_SIZE:
        raise ValueError(f"{path} does not hold base symbols: tokenise with --tokenizer remi-bpe --option encoding=base")
    songs = []
    for name, ids in tokens.songs():
        bars = read_bars(ids)
        if not any(len(bar.notes) for bar in bars):
            continue
        bars, minor = normalise(bars)
        words, owner = [], []
        for number, bar in enumerate(bars):
            for word in spell(bar):
                if word:
                    words.append(word)
                    owner.append(number)
        merged: list[list[int]] = [[] for _ in bars]
        for number, of_word in zip(owner, merge_words(words, vocabulary), strict=True):
            merged[number] += of_word
        onsets = np.array([len(bar.notes) / bar.beats for bar in bars], dtype=np.float32)
        songs.append(PhraseSong(Path(name).name, style, bars, minor, [np.array(ids) for ids in merged], onsets))
    return songs
