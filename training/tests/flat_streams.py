"""Token files of flat formats made of numbers: a walk through a scale over a bass, so that there is something to learn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from continuo_training import beat_ids
from continuo_training.theremin_notes import CONTROL_IDS

SCALE = (0, 2, 4, 5, 7, 9, 11)


def write_token_file(path: Path, songs: list[list[int]], tokenizer: str, options: dict, size: int, row_width: int = 1) -> Path:
    files, offset = [], 0
    for index, ids in enumerate(songs):
        files.append({"file": f"{index}.mid", "offset": offset, "length": len(ids), "meters": [[0, 4, 4]]})
        offset += len(ids)
    header = {"tokenizer": tokenizer, "options": options, "vocabularySize": size, "rowWidth": row_width, "dtype": "uint16", "files": files}
    body = np.array([token for ids in songs for token in ids], dtype="<u2").tobytes()
    path.write_bytes(b"CTOK1\n" + json.dumps(header).encode() + b"\n" + body)
    return path


def struck(start: int, end: int) -> int:
    """The code of a sound inside a beat."""
    return 48 + 48 * start - start * (start - 1) // 2 + end - start - 1


def beat_song(beats: int, seed: int, shift: int = 0, velocity: bool = False) -> list[int]:
    """Two notes a beat; the bass is held into every second beat."""
    rng = np.random.default_rng(seed)
    degree, ids = 0, [beat_ids.START]

    def cell(pitch: int, code: int) -> list[int]:
        spoken = [beat_ids.FIRST_VELOCITY + 79] if velocity else []
        return [beat_ids.FIRST_PITCH + pitch + shift, code, *spoken]

    for beat in range(beats):
        degree = (degree + int(rng.integers(-1, 3))) % 7
        ids.append(beat_ids.FIRST_TEMPO + 12)
        ids += cell(36 + 7 * (beat // 8 % 2), struck(0, 48) if beat % 2 == 0 else 23)
        ids += cell(60 + SCALE[degree], struck(0, 24) if beat % 4 else struck(0, 47))
    return [*ids, beat_ids.END]


def theremin_song(notes: int, seed: int, shift: int = 0) -> list[int]:
    """Bytes of a walk in steps of a quarter of a beat (12 steps a beat), with a chord now and then."""
    rng = np.random.default_rng(seed)
    degree, text = 0, []
    for index in range(notes):
        degree = (degree + int(rng.integers(-1, 3))) % 7
        step = 0 if index % 4 == 3 else 3
        text.append(chr(2 << 18 | step << 12 | 1 << 7 | 60 + SCALE[degree] + shift))
    return [2, *(byte + CONTROL_IDS for byte in "".join(text).encode()), 3]


THEREMIN_OPTIONS = {"model": "bytes", "time": "beats", "steps_per_beat": 12, "durations_per_beat": 4}
