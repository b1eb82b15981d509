"""MIDI files from a pack with the reference sampler."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .midi_file import write_midi
from .sampler import NoteSampler, Sampling
from .step_session import StepSession
from .vocabulary import BLOCKS, EVENT_IDS

USUAL_BPM = 90.0


def setup_tempo(setup: list[list[int]]) -> float:
    """Beats per minute of the setup rows, or USUAL_BPM where they say none."""
    for row in setup:
        if row[0] == EVENT_IDS["set_tempo"]:
            return float(row[4] - BLOCKS["bpm"][0])
    return USUAL_BPM


def render_pack(
    folder: Path, out: Path, count: int, beats: int, bpm: float | None, seed: int, overrides: dict
) -> Iterator[Path]:
    """Writes `count` takes of `beats` beats from nothing, in C, and yields their paths."""
    manifest = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    generation, model = manifest["generation"], manifest["model"]
    out.mkdir(parents=True, exist_ok=True)
    session = StepSession(folder / model["files"]["cpu"], model["options"]["contextTokens"])
    sampling = Sampling.of_pack({**manifest["sampling"], **overrides})
    tracks = [(track["track"], track["channel"]) for track in generation["tracks"]]
    for index in range(count):
        sampler = NoteSampler(
            session, generation["setup"], tracks, sampling, np.random.default_rng([seed, index]),
            generation["promptTokens"], longest_rest_beats=int(generation["maxRestBeats"]),
        )
        path = out / f"{manifest['name']}-{seed}-{index:02}.mid"
        write_midi(path, sampler.take(beats), bpm or setup_tempo(generation["setup"]))
        yield path
