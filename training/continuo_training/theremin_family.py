"""Theremin streams for training: pieces of a SentencePiece model, in C major / A minor.

Windows are cut from notes and spelled anew, so that each begins at a bar line as a prompt does. Needs sentencepiece
(PyPI, Apache-2.0), which cuts as the tokenizer does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .flat_windows import FlatSong
from .id_facts import IdFacts, one_hot
from .keys import TONICS
from .theremin_notes import CONTROL_IDS, FIRST_NOTE, LAST_NOTE, LARGEST_STEP, ONSET, read_theremin_songs

SHIPPED_MODEL = Path(__file__).resolve().parents[2] / "src/plugins/tokenizers/theremin/data/theremin.model"
LEAD_BYTES = range(0xF1, 0xF4)
CONTINUATION_BYTES = range(0x80, 0xC0)
MOST_NOTES_TOLD = 6
NOTES_PER_ID = 2
DURATIONS, VELOCITIES, OCTAVES, PITCHES = 32, 4, 11, 128


class ThereminFamily:
    name = "theremin"

    def __init__(self, model: Path = SHIPPED_MODEL, steps_per_beat: int | None = None) -> None:
        """`steps_per_beat` is taken from the first file that is loaded where it is not given."""
        import sentencepiece

        self.files = {"model": model}
        self._processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
        self._start, self.pad = self._processor.bos_id(), self._processor.pad_id()
        self._steps_per_beat = steps_per_beat
        self._facts: IdFacts | None = None

    @property
    def facts(self) -> IdFacts:
        if self._facts is None:
            if self._steps_per_beat is None:
                raise ValueError("load songs first: they say how many steps a beat has")
            self._facts = _facts(self._processor, self._steps_per_beat)
        return self._facts

    def tokenise_options(self, options: dict[str, Any]) -> dict[str, Any]:
        return {**options, "model": "bytes"}

    def files_by_option(self) -> dict[str, Path]:
        return {"sentencepiece_model": self.files["model"]}

    def load(self, path: Path, normalise_keys: bool = True) -> list[FlatSong]:
        """From a token file made with model=bytes. ValueError when its steps are not those of what was loaded before."""
        songs = read_theremin_songs(path, normalise_keys)
        for song in songs:
            self._steps_per_beat = self._steps_per_beat or song.steps_per_beat
            if song.steps_per_beat != self._steps_per_beat:
                raise ValueError(f"{path} has {song.steps_per_beat} steps in a beat, {self._steps_per_beat} were expected")
        return [FlatSong(song.name, song.notes[:, ONSET] // song.steps_per_beat, song.bars, song) for song in songs]

    def window(self, song: FlatSong, origin_beat: int, tokens: int) -> tuple[np.ndarray, float]:
        music = song.music
        first = int(np.searchsorted(song.note_beats, origin_beat))
        notes = music.notes[first : first + NOTES_PER_ID * tokens]
        text = music.characters(notes, origin_beat * music.steps_per_beat, music.shift_of(notes))
        ids = np.array(self._processor.encode(text), dtype=np.int64)[: tokens - 1]
        told = int(self.facts.notes[ids].sum())
        is_whole = first + told >= len(music.notes)
        reached = float("inf") if is_whole else float(song.note_beats[first + max(told, 1) - 1])
        return np.concatenate(([self._start], ids)), reached


def _facts(processor, steps_per_beat: int) -> IdFacts:
    size = processor.get_piece_size()
    pieces = [_points(processor, index) for index in range(size)]
    byte = np.array([_byte(processor, index) for index in range(size)])
    lead, continuation = np.isin(byte, list(LEAD_BYTES)), np.isin(byte, list(CONTINUATION_BYTES))
    told = np.array([len(points) for points in pieces])
    group = np.full(size, -1, dtype=np.int64)
    group[(told > 0) | lead] = 0
    group[continuation] = 1
    return IdFacts(
        features=_features(pieces),
        advance=np.array([sum(point >> 12 & LARGEST_STEP for point in points) for points in pieces], dtype=np.int64),
        lead=lead,
        advance_after_lead=np.where(continuation, byte & 0x3F, 0).astype(np.int64),
        units_per_beat=steps_per_beat,
        group=group,
        kinds=("piece", "spelling"),
        kind=np.where(byte >= 0, 1, 0),
        notes=np.where(lead, 1, told).astype(np.float32),
    )


def _points(processor, index: int) -> list[int]:
    """The notes of a piece; none where it is no piece of notes."""
    if index < CONTROL_IDS or processor.is_byte(index) or processor.is_control(index) or processor.is_unknown(index):
        return []
    points = [ord(character) for character in processor.id_to_piece(index)]
    return points if all(FIRST_NOTE <= point <= LAST_NOTE for point in points) else []


def _byte(processor, index: int) -> int:
    return int(processor.id_to_piece(index)[3:5], 16) if processor.is_byte(index) else -1


def _features(pieces: list[list[int]]) -> np.ndarray:
    """What the first note is, what the others are on average, and how many there are."""
    has_first = np.array([len(points) > 0 for points in pieces])
    first = np.array([points[0] if points else 0 for points in pieces])
    step, duration, pitch = first >> 12 & LARGEST_STEP, first >> 7 & 31, first & 127
    pace = np.minimum(step, 1) + (step > 6)
    count = np.array([len(points) for points in pieces])
    columns = [
        _note_features(first, has_first),
        one_hot(pitch, PITCHES, has_first),
        one_hot(pace * PITCHES + pitch, 3 * PITCHES, has_first),
        one_hot(pace * DURATIONS + duration, 3 * DURATIONS, has_first),
        np.stack([_rest_features(points) for points in pieces]),
        one_hot(np.minimum(count, MOST_NOTES_TOLD), MOST_NOTES_TOLD + 1, np.ones(len(pieces), dtype=bool)),
    ]
    return np.concatenate(columns, axis=1)


def _note_features(points: np.ndarray, where: np.ndarray) -> np.ndarray:
    pitch = points & 127
    return np.concatenate(
        (
            one_hot(points >> 12 & LARGEST_STEP, LARGEST_STEP + 1, where),
            one_hot(points >> 7 & 31, DURATIONS, where),
            one_hot(points >> 18 & 3, VELOCITIES, where),
            one_hot(pitch % TONICS, TONICS, where),
            one_hot(pitch // TONICS, OCTAVES, where),
        ),
        axis=1,
    )


def _rest_features(points: list[int]) -> np.ndarray:
    rest = np.array(points[1:] or [0])
    return _note_features(rest, np.full(len(rest), len(points) > 1)).mean(axis=0)
