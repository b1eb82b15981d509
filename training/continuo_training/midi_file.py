"""Writes notes as a standard MIDI file of format 1, one track a part."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from .songs import BEAT, CHANNEL, DURATION, PITCH, SIXTEENTH, TRACK, VELOCITY

TICKS_PER_BEAT = 480
_TICKS_PER_SIXTEENTH = TICKS_PER_BEAT // 16


def _variable_length(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


def _track(events: Iterable[tuple[int, int, bytes]]) -> bytes:
    """A track chunk of (tick, order, message) events; of events at one tick the lower order comes first."""
    body, now = bytearray(), 0
    for tick, _, message in sorted(events):
        body += _variable_length(tick - now) + message
        now = tick
    body += b"\x00\xff\x2f\x00"
    return b"MTrk" + struct.pack(">I", len(body)) + bytes(body)


def write_midi(path: Path, notes: np.ndarray, bpm: float) -> None:
    """`notes` int [n, 7] as songs.NOTE_FIELDS. A note that meets the next one of its pitch ends there."""
    tempo = b"\xff\x51\x03" + round(60e6 / bpm).to_bytes(3, "big")
    chunks = [_track([(0, 0, tempo), (0, 1, b"\xff\x58\x04\x04\x02\x18\x08")])]
    for track in np.unique(notes[:, TRACK]):
        part = notes[notes[:, TRACK] == track]
        onsets = (part[:, BEAT] * 16 + part[:, SIXTEENTH]) * _TICKS_PER_SIXTEENTH
        ends = onsets + part[:, DURATION] * _TICKS_PER_SIXTEENTH
        following: dict[tuple[int, int], int] = {}
        events = []
        for index in np.argsort(-onsets, kind="stable"):
            channel, pitch = int(part[index, CHANNEL]), int(part[index, PITCH])
            onset = int(onsets[index])
            end = min(int(ends[index]), following.get((channel, pitch), 1 << 40))
            following[channel, pitch] = onset
            if end > onset:
                events.append((onset, 1, bytes((0x90 | channel, pitch, max(1, int(part[index, VELOCITY]))))))
                events.append((end, 0, bytes((0x80 | channel, pitch, 0))))
        chunks.append(_track(events))
    path.write_bytes(b"MThd" + struct.pack(">IHHH", 6, 1, len(chunks), TICKS_PER_BEAT) + b"".join(chunks))
