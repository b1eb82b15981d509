"""SkyTNT rows of one file as plain numbers: notes in absolute beats, metre, tempo and programs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .vocabulary import BLOCKS, EVENT_IDS, EVENT_NAMES, EVENT_PARAMETERS, ROW_WIDTH

NOTE_FIELDS = ("beat", "sixteenth", "track", "channel", "pitch", "velocity", "duration")
BEAT, SIXTEENTH, TRACK, CHANNEL, PITCH, VELOCITY, DURATION = range(len(NOTE_FIELDS))


@dataclass(frozen=True)
class Metre:
    beat: int
    numerator_id: int
    denominator_id: int

    @property
    def bar_beats(self) -> float:
        """Quarter notes in a bar; `numerator_id` is the numerator - 1, `denominator_id` log2(denominator) - 1."""
        return (self.numerator_id + 1) * 4.0 / 2 ** (self.denominator_id + 1)


@dataclass(frozen=True)
class Song:
    """`notes` int32 [n, 7] as NOTE_FIELDS, in row order; control changes are left out."""

    name: str
    notes: np.ndarray
    metres: tuple[Metre, ...]
    tempos: tuple[tuple[int, int], ...]
    programs: tuple[tuple[int, int, int], ...]

    def bar_lines(self) -> np.ndarray:
        """Whole-beat bar lines up to the last note, int32."""
        end = int(self.notes[-1, BEAT]) + 1
        lines: list[int] = []
        for index, metre in enumerate(self.metres):
            until = self.metres[index + 1].beat if index + 1 < len(self.metres) else end
            lines += range(metre.beat, max(until, metre.beat + 1), max(1, round(metre.bar_beats)))
        return np.unique(np.array(lines, dtype=np.int32))

    def metre_at(self, beat: int) -> Metre:
        return [metre for metre in self.metres if metre.beat <= beat][-1]

    def tempo_at(self, beat: int) -> int | None:
        """Beats per minute in force at a beat; None where the file has none."""
        earlier = [bpm for start, bpm in self.tempos if start <= beat]
        return earlier[-1] if earlier else (self.tempos[0][1] if self.tempos else None)


def read_song(name: str, ids: np.ndarray) -> Song:
    """Rows as a Song. The stream keeps absolute time by adding up time1 of every event row."""
    rows = ids.reshape(-1, ROW_WIDTH).astype(np.int32)
    rows = rows[np.isin(rows[:, 0], list(EVENT_NAMES))]
    beats = np.cumsum(rows[:, 1] - BLOCKS["time1"][0])
    is_note = rows[:, 0] == EVENT_IDS["note"]
    starts = np.array([BLOCKS[parameter][0] for parameter in EVENT_PARAMETERS["note"]])
    notes = rows[is_note, 1:] - starts
    notes[:, BEAT] = beats[is_note]

    metres, tempos, programs = [], [], {}
    for row, beat in zip(rows[~is_note], beats[~is_note]):
        event = EVENT_NAMES[int(row[0])]
        values = [int(row[i + 1]) - BLOCKS[p][0] for i, p in enumerate(EVENT_PARAMETERS[event])]
        if event == "time_signature":
            metres.append(Metre(int(beat), values[3], values[4]))
        elif event == "set_tempo":
            tempos.append((int(beat), values[3]))
        elif event == "patch_change":
            programs.setdefault((values[2], values[3]), values[4])
    if not metres or metres[0].beat > 0:
        metres.insert(0, Metre(0, 3, 1))
    ordered = tuple((track, channel, program) for (track, channel), program in sorted(programs.items()))
    return Song(name, notes, tuple(metres), tuple(tempos), ordered)
