"""The ids of remi-bpe as a phrase model sees them: what each spells, what they have in common, which of them compete."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .bpe_vocabulary import BAR, TRACK_START, spellings

MERGES = Path(__file__).resolve().parents[2] / "src/plugins/tokenizers/remi-bpe/merges.json"
PAD, MASK, TRACK_END = 0, 3, 6
FIRST_POSITION, POSITIONS = 7, 16
FIRST_PITCH, PITCHES = 23, 128
FIRST_VELOCITY, VELOCITY_LEVELS = 151, 32
FIRST_DURATION, DURATIONS = 183, 16
FIRST_TEMPO, SLOWEST_TEMPO, TEMPO_STEP = 199, 30, 4
FIRST_METER, FIRST_PROGRAM = 245, 253
METERS = ((2, 4), (3, 4), (4, 4), (2, 2), (3, 8), (5, 8), (6, 8), (7, 8))
COMMON_METER = 2
KINDS = ("special", "bar", "trackStart", "trackEnd", "position", "pitch", "velocity", "duration", "tempo", "meter", "program")
_STARTS = np.array([0, BAR, TRACK_START, TRACK_END, FIRST_POSITION, FIRST_PITCH, FIRST_VELOCITY, FIRST_DURATION, FIRST_TEMPO, FIRST_METER, FIRST_PROGRAM])
FME_WIDTH = 64
# Any three different bases: pitches, durations and positions turn at speeds of their own (Fundamental Music Embedding, 2022).
PITCH_BASE, DURATION_BASE, POSITION_BASE = 10000.0, 7000.0, 5000.0
REFERENCE_PITCH = 69


def kind_of(symbol: int) -> int:
    """Index into KINDS."""
    return int(np.searchsorted(_STARTS, symbol, side="right")) - 1


def music_embedding(value: np.ndarray, base: float, width: int = FME_WIDTH) -> np.ndarray:
    """float64 [n, width]: sines and cosines of value at falling speeds. Distances hang on differences of value alone."""
    speeds = base ** (-2 * np.arange(width // 2) / width)
    turns = value[:, None] * speeds
    return np.stack((np.sin(turns), np.cos(turns)), axis=-1).reshape(len(value), width)


@dataclass(frozen=True)
class PhraseVocabulary:
    """`merges` pairs of ids in order of rank; `spelled` base symbols of each id; `features` float32 [V, F]."""

    merges: list[tuple[int, int]]
    spelled: list[tuple[int, ...]]
    features: np.ndarray

    @property
    def size(self) -> int:
        return len(self.spelled)

    def opens_bar(self) -> list[int]:
        """Ids that spell the bar symbol first."""
        return [index for index, symbols in enumerate(self.spelled) if symbols[0] == BAR]

    def heads(self) -> list[int]:
        """Ids that spell metres and tempos only."""
        return [i for i, symbols in enumerate(self.spelled) if all(FIRST_TEMPO <= s < FIRST_PROGRAM for s in symbols)]

    def first_kind(self) -> np.ndarray:
        """Index into KINDS of the first symbol of each id."""
        return np.array([kind_of(symbols[0]) for symbols in self.spelled])

    def notes(self) -> np.ndarray:
        """Notes that each id begins: pitches it spells."""
        return np.array([sum(FIRST_PITCH <= s < FIRST_VELOCITY for s in symbols) for symbols in self.spelled], dtype=np.float32)


def read_vocabulary(path: Path = MERGES) -> PhraseVocabulary:
    merges = [tuple(pair) for pair in json.loads(path.read_text(encoding="utf-8"))["merges"]]
    spelled = spellings(merges)
    return PhraseVocabulary(merges, spelled, _features(spelled))


def _features(spelled: list[tuple[int, ...]]) -> np.ndarray:
    """Means of the embeddings of pitches, durations and positions; velocities; kinds of the first and the last symbol; size."""
    columns = []
    for symbols in spelled:
        parts = [
            _mean(symbols, FIRST_PITCH, PITCHES, PITCH_BASE, -REFERENCE_PITCH),
            _mean(symbols, FIRST_DURATION, DURATIONS, DURATION_BASE, 1),
            _mean(symbols, FIRST_POSITION, POSITIONS, POSITION_BASE, 0),
        ]
        velocities = np.array([s - FIRST_VELOCITY for s in symbols if FIRST_VELOCITY <= s < FIRST_DURATION])
        loud = np.zeros(2 + VELOCITY_LEVELS // 2)
        if len(velocities):
            loud[:2] = 1, velocities.mean() / VELOCITY_LEVELS
            np.add.at(loud, 2 + velocities // 2, 1 / len(velocities))
        kinds = np.zeros(2 * len(KINDS) + 4)
        kinds[kind_of(symbols[0])] = kinds[len(KINDS) + kind_of(symbols[-1])] = 1
        first_pitch = next((s for s in symbols if FIRST_PITCH <= s < FIRST_VELOCITY), None)
        first_position = next((s for s in symbols if FIRST_POSITION <= s < FIRST_PITCH), None)
        pitch_class, position = np.zeros(12), np.zeros(POSITIONS)
        if first_pitch is not None:
            pitch_class[(first_pitch - FIRST_PITCH) % 12] = 1
        if first_position is not None:
            position[first_position - FIRST_POSITION] = 1
        kinds[2 * len(KINDS) + min(3, len(symbols) // 3)] = 1
        columns.append(np.concatenate((*parts, loud, kinds, pitch_class, position)))
    return np.array(columns, dtype=np.float32)


def _mean(symbols: tuple[int, ...], first: int, count: int, base: float, offset: float) -> np.ndarray:
    values = np.array([s - first + offset for s in symbols if first <= s < first + count], dtype=np.float64)
    return music_embedding(values, base).mean(0) if len(values) else np.zeros(FME_WIDTH)


def merge_words(words: list[list[int]], vocabulary: PhraseVocabulary) -> list[list[int]]:
    """Ids of each word of base symbols, as the tokenizer spells them."""
    from tokenizers import Tokenizer, models

    from .bpe_vocabulary import to_text

    texts = [to_text(symbols) for symbols in vocabulary.spelled]
    table = {text: index for index, text in enumerate(texts)}
    model = models.BPE(vocab=table, merges=[(texts[left], texts[right]) for left, right in vocabulary.merges])
    encoder = Tokenizer(model)
    return [encoding.ids for encoding in encoder.encode_batch([to_text(word) for word in words])]


