"""Songs made of numbers, so that the tests need no data."""

import numpy as np
import pytest
import torch

from continuo_training.model import Decoder, ModelConfiguration
from continuo_training.vocabulary import BOS_ROW, EOS_ROW, row

SMALL = ModelConfiguration(
    width=32, layers=2, heads=4, key_value_heads=2, head_dimension=16, hidden=48, context_tokens=256
)


def song_rows(notes: int, seed: int = 0, shift: int = 0) -> np.ndarray:
    """Rows of a random walk through the white keys, moved by `shift` semitones, two parts, in 3/4."""
    rng = np.random.default_rng(seed)
    white = [pitch for pitch in range(48, 84) if pitch % 12 in (0, 2, 4, 5, 7, 9, 11)]
    rows = [BOS_ROW, row("time_signature", 0, 0, 0, 2, 1), row("set_tempo", 0, 0, 0, 96)]
    for track in (1, 2):
        rows += [row("key_signature", 0, 0, track, 7, 0), row("patch_change", 0, 0, track, track - 1, 0)]
    sixteenth = 0
    for index in range(notes):
        beats = int(rng.integers(0, 2)) if index else 0
        sixteenth = int(rng.integers(0 if beats else sixteenth, 16))
        pitch = white[int(rng.integers(len(white)))] + shift
        track = int(rng.integers(1, 3))
        rows.append(row("note", beats, sixteenth, track, track - 1, pitch, int(rng.integers(40, 100)), 4))
        if index == notes // 2:
            rows.append(row("control_change", 1, 0, 1, 0, 64, 127))
            sixteenth = 0
    return np.array([*rows, EOS_ROW], dtype=np.uint16)


@pytest.fixture
def decoder() -> Decoder:
    torch.manual_seed(7)
    model = Decoder(SMALL).eval()
    torch.nn.init.normal_(model.head, std=0.3)
    return model
