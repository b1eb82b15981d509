"""The velocity codes of the tokenizer beat-kmeans, learned and by rule, to the bit as the tokenizer has them."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from .beat_cells import FRAMES

CODES = 512
CONSTANT = 127
LEARNED = CODES - CONSTANT
FORMAT = "continuo velocity codes 1"
HIDDEN_UNIT = 64
WEIGHT_UNIT = 256
CODE_UNIT = 16
BASIS_UNIT = HIDDEN_UNIT * WEIGHT_UNIT
_CONSTANTS = np.arange(1, CONSTANT + 1)


@dataclass(frozen=True)
class VelocityNetwork:
    """Whole numbers (int64) of a learned codec; what they count is said where the tokenizer reads them."""

    onset: np.ndarray
    """[frames, hidden]"""
    hidden_bias: np.ndarray
    """[hidden]"""
    basis: np.ndarray
    """[frames, dimensions, hidden]"""
    basis_bias: np.ndarray
    """[frames, dimensions]"""
    levels: np.ndarray
    """[LEARNED]"""
    directions: np.ndarray
    """[LEARNED, dimensions]"""

    def decode(self, frames: tuple[int, ...]) -> np.ndarray:
        """What every code says of a cell that is struck at these frames: velocities int [CODES, onsets]."""
        at, count = list(frames), len(frames)
        hidden = np.maximum(0, self.hidden_bias + self.onset[at].sum(axis=0))
        vectors = self.basis[at] @ hidden + self.basis_bias[at]
        vectors = vectors * count - vectors.sum(axis=0)
        sums = self.levels[:, None] * (BASIS_UNIT * count) + self.directions @ vectors.T
        unit = CODE_UNIT * BASIS_UNIT * count
        learned = np.clip((2 * sums + unit) // (2 * unit), 1, 127)
        return np.concatenate([np.repeat(_CONSTANTS[:, None], count, axis=1), learned])

    @staticmethod
    def from_json(content: dict[str, list]) -> VelocityNetwork:
        """From the content of a file."""
        hidden = len(content["hiddenBias"])
        return VelocityNetwork(
            onset=np.array(content["onset"]),
            hidden_bias=np.array(content["hiddenBias"]),
            basis=np.array(content["basis"]).reshape(FRAMES, -1, hidden),
            basis_bias=np.array(content["basisBias"]),
            levels=np.array(content["levels"]),
            directions=np.array(content["directions"]),
        )

    def to_json(self) -> dict[str, object]:
        return {
            "hiddenBias": self.hidden_bias.tolist(),
            "onset": self.onset.tolist(),
            "basis": self.basis.reshape(FRAMES, -1).tolist(),
            "basisBias": self.basis_bias.tolist(),
            "levels": self.levels.tolist(),
            "directions": self.directions.tolist(),
        }


def decode_table(frames: tuple[int, ...]) -> np.ndarray:
    """The same by the rule that needs no data: a first velocity, a step to the last, a straight line between."""
    count = len(frames)
    rows = [[velocity] * count for velocity in range(1, CONSTANT + 1)]
    for level in range(35):
        first = 1 + _nearest_whole(level * 126 / 34)
        for delta in (-40, -24, -15, -9, -4, 0, 4, 9, 15, 24, 40):
            last = min(127, max(1, first + delta))
            steps = [_nearest_whole((last - first) * index / max(1, count - 1)) for index in range(count)]
            rows.append([min(127, max(1, first + step)) for step in steps])
    return np.array(rows)


def _nearest_whole(value: float) -> int:
    return int(np.floor(value + 0.5))


def nearest_codes(courses: np.ndarray, velocities: np.ndarray) -> np.ndarray:
    """The code of least squared distance for each row of velocities int [cells, onsets]; the lowest of several."""
    return np.concatenate([
        ((courses[None] - velocities[at : at + 256, None]) ** 2).sum(axis=2).argmin(axis=1)
        for at in range(0, len(velocities), 256)
    ])


def file_text(content: dict[str, object]) -> str:
    """JSON with a line for each row of numbers."""
    def line(value: object) -> str:
        if isinstance(value, list) and value and isinstance(value[0], list):
            return "[\n" + ",\n".join("  " + json.dumps(row, separators=(",", ":")) for row in value) + "\n ]"
        return json.dumps(value, separators=(",", ":") if isinstance(value, list) else None)

    return "{\n" + ",\n".join(f" {json.dumps(key)}: {line(value)}" for key, value in content.items()) + "\n}\n"
