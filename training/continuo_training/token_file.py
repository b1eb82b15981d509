"""Reads what `continuo tokenize … --out FILE.bin` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MAGIC = b"CTOK1\n"


@dataclass(frozen=True)
class TokenFile:
    """All ids of a set of MIDI files, and where each file's ids lie."""

    header: dict
    ids: np.ndarray

    def songs(self) -> Iterator[tuple[str, np.ndarray]]:
        """(file name, ids uint16 [n]) of every file in order."""
        for entry in self.header["files"]:
            yield entry["file"], self.ids[entry["offset"] : entry["offset"] + entry["length"]]


def read_token_file(path: Path) -> TokenFile:
    """ValueError when the file is not a token file, is cut short, or is of another data type."""
    content = path.read_bytes()
    if not content.startswith(MAGIC):
        raise ValueError(f"{path} is not a token file: make one with `continuo tokenize … --out`")
    end = content.index(b"\n", len(MAGIC))
    header = json.loads(content[len(MAGIC) : end])
    if header["dtype"] != "uint16":
        raise ValueError(f"{path} holds {header['dtype']} ids, uint16 was expected")
    ids = np.frombuffer(content, dtype="<u2", offset=end + 1)
    expected = sum(entry["length"] for entry in header["files"])
    if len(ids) != expected:
        raise ValueError(f"{path} holds {len(ids)} ids, its header promises {expected}: it was cut short")
    return TokenFile(header, ids)
