"""Ids of the SkyTNT v2 vocabulary (SkyTNT/midi-model, Apache-2.0): 3406 ids, rows of 8."""

from __future__ import annotations

import numpy as np

ROW_WIDTH = 8
PAD, BOS, EOS = 0, 1, 2
EVENT_PARAMETERS = {
    "note": ("time1", "time2", "track", "channel", "pitch", "velocity", "duration"),
    "patch_change": ("time1", "time2", "track", "channel", "patch"),
    "control_change": ("time1", "time2", "track", "channel", "controller", "value"),
    "set_tempo": ("time1", "time2", "track", "bpm"),
    "time_signature": ("time1", "time2", "track", "nn", "dd"),
    "key_signature": ("time1", "time2", "track", "sf", "mi"),
}
EVENT_IDS = {name: index + 3 for index, name in enumerate(EVENT_PARAMETERS)}
EVENT_NAMES = {index: name for name, index in EVENT_IDS.items()}

_SIZES = {
    "time1": 128, "time2": 16, "duration": 2048, "track": 128, "channel": 16, "pitch": 128,
    "velocity": 128, "patch": 128, "controller": 128, "value": 128, "bpm": 384, "nn": 16,
    "dd": 4, "sf": 15, "mi": 2,
}


def _blocks() -> dict[str, tuple[int, int]]:
    blocks = {"event": (0, 3 + len(EVENT_PARAMETERS))}
    start = blocks["event"][1]
    for name, size in _SIZES.items():
        blocks[name] = (start, size)
        start += size
    return blocks


BLOCKS = _blocks()
"""Parameter name -> (first id, number of ids); `event` holds PAD, BOS, EOS and the event names."""
VOCABULARY_SIZE = sum(size for _, size in BLOCKS.values())
DRUM_CHANNEL = 9


def token(parameter: str, value: int) -> int:
    """The id of a parameter's value; ValueError when the value is outside the parameter's range."""
    start, size = BLOCKS[parameter]
    if not 0 <= value < size:
        raise ValueError(f"{parameter} {value} is outside 0..{size - 1}")
    return start + value


def row(event: str, *values: int) -> list[int]:
    """One event as 8 ids, padded with PAD."""
    ids = [EVENT_IDS[event]] + [
        token(name, value) for name, value in zip(EVENT_PARAMETERS[event], values, strict=True)
    ]
    return ids + [PAD] * (ROW_WIDTH - len(ids))


BOS_ROW = [BOS] + [PAD] * (ROW_WIDTH - 1)
EOS_ROW = [EOS] + [PAD] * (ROW_WIDTH - 1)


def block_numbers() -> np.ndarray:
    """For each id the index of its block in BLOCKS, int64 [VOCABULARY_SIZE]."""
    numbers = np.zeros(VOCABULARY_SIZE, dtype=np.int64)
    for number, (start, size) in enumerate(BLOCKS.values()):
        numbers[start : start + size] = number
    return numbers


def allowed_block(row_so_far: list[int]) -> tuple[int, int]:
    """The block (first id, size) that the next id of an unfinished row must come from."""
    if not row_so_far:
        return BLOCKS["event"]
    parameters = EVENT_PARAMETERS.get(EVENT_NAMES.get(row_so_far[0], ""), ())
    if len(row_so_far) > len(parameters):
        return (PAD, 1)
    return BLOCKS[parameters[len(row_so_far) - 1]]
