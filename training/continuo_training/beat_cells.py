"""Beats and keys of MIDI files: which patterns of 48 frames real music holds. Follows the tokenizer beat-kmeans."""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from pathlib import Path

FRAMES = 48
DRUMS = 9
Notes = list[tuple[int, int, int]]
"""(pitch, first frame, frame after the last)"""
StruckNotes = list[tuple[int, int, int, int]]
"""(pitch, first frame, frame after the last, velocity)"""
VelocityCell = tuple[tuple[int, ...], tuple[int, ...]]
"""Frames of the onsets of a key in a beat, rising, and their velocities."""


def read_notes(path: Path) -> Notes:
    """The pitched notes of a sound MIDI file on the grid of 48 frames a beat. ValueError for what is not one."""
    return [note[:3] for note in read_struck_notes(path)]


def read_struck_notes(path: Path, drums: bool = False) -> StruckNotes:
    """As read_notes, with velocities; `drums` reads the drums and nothing else."""
    data = path.read_bytes()
    if data[:4] != b"MThd":
        raise ValueError(f"{path} is no MIDI file")
    division = struct.unpack(">H", data[12:14])[0]
    if division & 0x8000:
        raise ValueError(f"{path} counts time in SMPTE frames; only beats can be learned from")
    notes: StruckNotes = []
    at = 8 + struct.unpack(">I", data[4:8])[0]
    while at + 8 <= len(data):
        length = struct.unpack(">I", data[at + 4 : at + 8])[0]
        if data[at : at + 4] == b"MTrk":
            notes += _track_notes(data[at + 8 : at + 8 + length], division, drums)
        at += 8 + length
    return notes


def _track_notes(data: bytes, division: int, drums: bool) -> StruckNotes:
    notes: StruckNotes = []
    sounding: dict[int, list[tuple[int, int]]] = defaultdict(list)
    at = tick = status = 0
    end = len(data)
    while at < end:
        delta, at = _variable_length(data, at)
        tick += delta
        if data[at] >= 0x80:
            status = data[at]
            at += 1
        if status == 0xFF:
            if data[at] == 0x2F:
                break
            length, at = _variable_length(data, at + 1)
            at += length
        elif status in (0xF0, 0xF7):
            length, at = _variable_length(data, at)
            at += length
        else:
            kind, channel = status & 0xF0, status & 0x0F
            if kind in (0x80, 0x90) and (channel == DRUMS) == drums:
                key = channel << 7 | data[at]
                if kind == 0x90 and data[at + 1] > 0:
                    sounding[key].append((tick, data[at + 1]))
                elif sounding[key]:
                    struck, velocity = sounding[key].pop(0)
                    start = _frame(struck, division)
                    notes.append((data[at], start, max(start + 1, _frame(tick, division)), velocity))
            at += 1 if kind in (0xC0, 0xD0) else 2
    return notes


def _variable_length(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at


def _frame(tick: int, division: int) -> int:
    return (2 * FRAMES * tick + division) // (2 * division)


def count_cells(notes: Notes) -> Counter[tuple[int, int]]:
    """How often each (sustain, onset) pattern of a sounding key in a beat occurs; bit f is frame f."""
    cells: dict[tuple[int, int], list[int]] = {}
    for pitch, start, end in _without_overlaps(notes):
        for beat in range(start // FRAMES, (end - 1) // FRAMES + 1):
            origin = beat * FRAMES
            first, last = max(0, start - origin), min(FRAMES, end - origin)
            cell = cells.setdefault((pitch, beat), [0, 0])
            cell[0] |= (1 << last) - (1 << first)
            if start >= origin:
                cell[1] |= 1 << first
    return Counter((sustain, onset) for sustain, onset in cells.values())


def velocity_cells(notes: StruckNotes) -> list[VelocityCell]:
    """The cells in which a key is struck, by key and beat. Of notes that begin together the greatest velocity is kept."""
    cells: dict[tuple[int, int], dict[int, int]] = {}
    for pitch, start, _, velocity in sorted(notes):
        cell = cells.setdefault((pitch, start // FRAMES), {})
        cell[start % FRAMES] = max(velocity, cell.get(start % FRAMES, 0))
    return [(tuple(cell), tuple(cell.values())) for cell in cells.values()]


def _without_overlaps(notes: Notes) -> Notes:
    """A note ends where the next of its pitch begins; of notes that begin together the longest is kept."""
    kept: Notes = []
    for pitch, start, end in sorted(notes):
        if kept and kept[-1][0] == pitch:
            if kept[-1][1] == start:
                kept[-1] = (pitch, start, end)
                continue
            if kept[-1][2] > start:
                kept[-1] = (pitch, kept[-1][1], start)
        kept.append((pitch, start, end))
    return kept
