"""A pack with random weights, small enough for a test fixture; the grammar makes its output valid music."""

from __future__ import annotations

import math
from pathlib import Path

import onnx
import torch

from . import vocabulary
from .gen_from_ids_graph import build_gen_from_ids_graph
from .gen_graph import build_gen_graph
from .model import Decoder, ModelConfiguration
from .pack import model_options, write_pack
from .step_graph import build_step_graph
from .vocabulary import row

TINY = ModelConfiguration(
    width=24, layers=2, heads=2, key_value_heads=1, head_dimension=8, hidden=32, context_tokens=512
)
STEP_FILE, GEN_FILE, GEN_FROM_IDS_FILE = "step.onnx", "gen.onnx", "gen-from-ids.onnx"
UNIFORM_LOSS = math.log(TINY.vocabulary_size)
TRACKS = (("melody", 0), ("bridge", 0), ("piano", 0))


def track_entries() -> list[dict[str, object]]:
    return [
        {"track": index + 1, "channel": index, "program": program, "name": name}
        for index, (name, program) in enumerate(TRACKS)
    ]


def setup_rows(numerator: int = 4, denominator_power: int = 2, bpm: int | None = 120) -> list[list[int]]:
    """Rows that follow BOS when nothing was played yet: metre, tempo, and key (C) and program of each track."""
    rows = [row("time_signature", 0, 0, 0, numerator - 1, denominator_power - 1)]
    if bpm is not None:
        rows.append(row("set_tempo", 0, 0, 0, bpm))
    for index, (_, program) in enumerate(TRACKS):
        rows.append(row("key_signature", 0, 0, index + 1, 7, 0))
        rows.append(row("patch_change", 0, 0, index + 1, index, program))
    return rows


def write_tiny_pack(folder: Path, seed: int) -> None:
    """A two-layer net with random weights (`seed`) as a complete pack in `folder`."""
    torch.manual_seed(seed)
    model = Decoder(TINY)
    folder.mkdir(parents=True, exist_ok=True)
    # A softer head spreads the choice over the notes of a scale instead of a few loud ids.
    prefer_scale(model)
    onnx.save(build_step_graph(model, half_tables=True, half_weights=True), folder / STEP_FILE)
    onnx.save(build_gen_graph(model, half_tables=True, half_weights=True), folder / GEN_FILE)
    onnx.save(build_gen_from_ids_graph(model), folder / GEN_FROM_IDS_FILE)
    tokens_per_beat = 40
    manifest = {
        "name": folder.name,
        "title": f"Tiny random decoder {seed}",
        "description": "Random weights for tests of the inference path. It never learned any music.",
        "family": "skytnt",
        "licence": "Apache-2.0",
        "training": {
            "data": [],
            "parameters": model.parameter_count(),
            "tokensSeen": 0,
            "validationLoss": UNIFORM_LOSS,
            "perplexity": TINY.vocabulary_size,
            "bitsPerEvent": UNIFORM_LOSS * vocabulary.ROW_WIDTH / math.log(2),
            "untrainedValidationLoss": UNIFORM_LOSS,
            "date": "2026-11-21",
            "notes": f"Untrained: random weights from seed {seed}, with a bias towards short notes in C major. "
            "The losses are those of a uniform choice.",
        },
        "tokenizer": {"plugin": "skytnt-events", "options": {"version": "v2", "optimise_midi": True}},
        "model": {"plugin": "decoder-lm", "files": {"cpu": STEP_FILE, "cpuGen": GEN_FILE, "gpuGen": GEN_FROM_IDS_FILE}, "options": model_options(TINY)},
        "sampling": {"temperature": 1.0, "topP": 0.98, "topK": 64, "minP": 0.0},
        "generation": {
            "keyNormalised": True,
            "events": ["note"],
            "promptTokens": 256,
            "maxRestBeats": 2,
            "tracks": track_entries(),
            "setup": setup_rows(),
        },
        "budget": {"millisecondsPerToken": 0.2, "tokensPerBeat": tokens_per_beat},
    }
    write_pack(folder, manifest, [STEP_FILE, GEN_FILE, GEN_FROM_IDS_FILE])


def prefer_scale(model: Decoder) -> None:
    """Tilts the head, along one channel that is always on, to musical ranges."""
    favoured = {
        "time1": [0, 0, 1], "time2": [0, 4, 8, 12], "duration": [2, 4, 8, 16],
        "pitch": [48, 52, 55, 60, 62, 64, 65, 67, 69, 71, 72, 74, 76], "velocity": [70, 80, 90],
    }
    with torch.no_grad():
        model.head.normal_(std=0.15)
        model.embedding.weight[:, 0] = 4.0
        model.head[:, 0] = 0.0
        for name, values in favoured.items():
            for value in values:
                model.head[vocabulary.token(name, value), 0] = 3.0

