"""The parts that a model of rows is asked for when it plays: those of the music that it was trained on last."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from .songs import CHANNEL, TRACK, Song
from .vocabulary import DRUM_CHANNEL
from .windows import PreparedSong, setup_rows

Part = tuple[int, int, int | None]
"""Track, channel and program (None where the file names none)."""


def parts_of(song: Song) -> tuple[Part, ...]:
    """The tracks and channels that have notes or a program, in order."""
    programs = {(track, channel): program for track, channel, program in song.programs}
    sounding = {(int(track), int(channel)) for track, channel in song.notes[:, [TRACK, CHANNEL]]}
    return tuple((*place, programs.get(place)) for place in sorted(sounding | set(programs)))


def generation_for(generation: dict[str, Any], songs: list[PreparedSong]) -> dict[str, Any]:
    """A pack's `generation`, with the tracks and setup rows that are the commonest among the songs where its own are others.
    Metre and tempo are those of the songs that have these parts."""
    layouts = Counter(parts_of(prepared.song) for prepared in songs)
    own = tuple((entry["track"], entry["channel"], entry.get("program")) for entry in generation.get("tracks", []))
    commonest = max(layouts, key=lambda parts: (layouts[parts], parts == own))
    if commonest == own:
        return generation
    alike = [prepared for prepared in songs if parts_of(prepared.song) == commonest]
    metres = Counter(prepared.song.metre_at(0).bar_beats for prepared in alike)
    alike = [prepared for prepared in alike if prepared.song.metre_at(0).bar_beats == metres.most_common(1)[0][0]]
    middle = sorted(alike, key=lambda prepared: prepared.song.tempo_at(0) or 0)[len(alike) // 2]
    names = {(entry["track"], entry["channel"], entry.get("program")): entry["name"] for entry in generation.get("tracks", [])}
    return {
        **generation,
        "tracks": [_entry(part, names.get(part) or _name(index, part)) for index, part in enumerate(commonest)],
        "setup": setup_rows(replace(middle, minor=False), 0, None),
    }


def _name(index: int, part: Part) -> str:
    return "drums" if part[1] == DRUM_CHANNEL else f"part {index + 1}"


def _entry(part: Part, name: str) -> dict[str, Any]:
    track, channel, program = part
    return {"track": track, "channel": channel, **({} if program is None else {"program": program}), "name": name}
