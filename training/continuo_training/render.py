"""MIDI files from a pack with the reference sampler."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .event_session import EventSession
from .midi_file import write_midi
from .sampler import NoteSampler, Sampling
from .songs import PITCH
from .step_session import StepSession
from .vocabulary import BLOCKS, EVENT_IDS
from .windows import PreparedSong, setup_rows

USUAL_BPM = 90.0


def setup_tempo(setup: list[list[int]]) -> float:
    """Beats per minute of the setup rows, or USUAL_BPM where they say none."""
    for row in setup:
        if row[0] == EVENT_IDS["set_tempo"]:
            return float(row[4] - BLOCKS["bpm"][0])
    return USUAL_BPM


@dataclass(frozen=True)
class Opening:
    """What a take begins with: setup rows, the tempo it is written at, and semitones to move it by."""

    setup: list[list[int]]
    bpm: float
    semitones: int


def openings_like(songs: list[PreparedSong]) -> list[Opening]:
    """Metre, tempo, mode and key of each song, so that takes can be compared with those songs."""
    openings = []
    for song in songs:
        shifts, counts = np.unique(song.shifts, return_counts=True)
        bpm = song.song.tempo_at(0) or USUAL_BPM
        openings.append(Opening(setup_rows(song, 0, None), float(bpm), -int(shifts[counts.argmax()])))
    return openings


def open_session(folder: Path, model: dict) -> StepSession | EventSession:
    """The graphs of a pack's part `model`."""
    files, context = model["files"], model["options"]["contextTokens"]
    if model["plugin"] == "event-lm":
        return EventSession(folder / files["cpu"], folder / files["token"], context)
    return StepSession(folder / files["cpu"], context)


def render_pack(
    folder: Path,
    out: Path,
    count: int,
    beats: int,
    seed: int,
    bpm: float | None = None,
    overrides: dict | None = None,
    like: list[PreparedSong] | None = None,
) -> Iterator[Path]:
    """Writes `count` takes of `beats` beats from nothing and yields their paths.

    Without `like` they begin with the pack's setup and are in C; with it each has the opening of one of these songs.
    """
    manifest = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    generation, model = manifest["generation"], manifest["model"]
    out.mkdir(parents=True, exist_ok=True)
    session = open_session(folder, model)
    sampling = Sampling.of_pack({**manifest["sampling"], **(overrides or {})})
    tracks = [(track["track"], track["channel"]) for track in generation["tracks"]]
    own = Opening(generation["setup"], bpm or setup_tempo(generation["setup"]), 0)
    openings = openings_like(like) if like else [own]
    for index in range(count):
        opening = openings[index % len(openings)]
        sampler = NoteSampler(
            session,
            opening.setup,
            tracks,
            sampling,
            np.random.default_rng([seed, index]),
            generation["promptTokens"],
            longest_rest_beats=int(generation["maxRestBeats"]),
        )
        notes = sampler.take(beats)
        notes[:, PITCH] += opening.semitones
        notes = notes[(notes[:, PITCH] >= 0) & (notes[:, PITCH] < 128)]
        path = out / f"{manifest['name']}-{seed}-{index:02}.mid"
        write_midi(path, notes, opening.bpm)
        yield path
