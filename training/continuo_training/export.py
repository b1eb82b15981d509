"""From a finished run to a pack: graphs, measures, pack.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from .data import load_songs, mean_tokens_per_beat
from .graph_report import graph_loss, milliseconds_per_token
from .loss import LossSum
from .model import Decoder
from .pack import model_options, write_pack
from .quantise import quantise
from .step_graph import build_step_graph
from .training_run import evaluate, load_decoder
from .vocabulary import ROW_WIDTH
from .windows import all_windows, targets

CPU_FILE, GPU_FILE = "step.int8.onnx", "step.fp16.onnx"
SEED_OF_UNTRAINED = 1
TIMED_CONTEXT_TOKENS = 512


def export_pack(
    checkpoint: Path, description: Path, validation: Path, folder: Path, date: str, with_gpu_file: bool
) -> dict[str, Any]:
    """Writes graphs and pack.json into `folder`; returns the measures. `description`: texts, data, sampling, generation."""
    model, content = load_decoder(checkpoint)
    fixed = json.loads(description.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    full = build_step_graph(model, half_tables=True)
    small = quantise(full)
    onnx.save(small, folder / CPU_FILE)
    files = {"cpu": CPU_FILE}
    if with_gpu_file:
        onnx.save(build_step_graph(model, half_tables=True, half_weights=True), folder / GPU_FILE)
        files["gpu"] = GPU_FILE

    songs = load_songs(validation, fixed["generation"]["keyNormalised"])
    ids, first = all_windows(songs, model.configuration.context_tokens // ROW_WIDTH)
    trained, untrained = evaluate(model, ids, first), evaluate(untrained_twin(model), ids, first)
    measures = {
        "validation": summary(trained),
        "untrained": summary(untrained),
        "quantisation": quantisation_cost(full, small, ids, first),
        "millisecondsPerToken": milliseconds_per_token(folder / CPU_FILE, ids[0], TIMED_CONTEXT_TOKENS),
    }
    manifest = {
        **{key: fixed[key] for key in ("name", "title", "description", "family", "licence")},
        "training": {
            "data": fixed["data"],
            "parameters": model.parameter_count(),
            "tokensSeen": content["progress"]["tokens"],
            "validationLoss": round(trained.per_token, 5),
            "perplexity": round(trained.perplexity, 4),
            "bitsPerEvent": round(trained.bits_per_event, 3),
            "untrainedValidationLoss": round(untrained.per_token, 5),
            "date": date,
            "notes": fixed["notes"],
        },
        "tokenizer": fixed["tokenizer"],
        "model": {"plugin": "decoder-lm", "files": files, "options": model_options(model.configuration)},
        "sampling": fixed["sampling"],
        "generation": fixed["generation"],
        "budget": {
            "millisecondsPerToken": round(measures["millisecondsPerToken"], 3),
            "tokensPerBeat": round(mean_tokens_per_beat(songs), 1),
        },
    }
    write_pack(folder, manifest, list(files.values()))
    return measures


def untrained_twin(model: Decoder) -> Decoder:
    """A net of the same shape as it was before its first step."""
    torch.manual_seed(SEED_OF_UNTRAINED)
    return Decoder(model.configuration).eval()


def summary(sums: LossSum) -> dict[str, Any]:
    return {
        "natsPerToken": sums.per_token,
        "perplexity": sums.perplexity,
        "bitsPerEvent": sums.bits_per_event,
        "bits": sums.bits_by_parameter(),
        "tokens": sum(sums.tokens.values()),
    }


def quantisation_cost(
    full: onnx.ModelProto, small: onnx.ModelProto, ids: np.ndarray, first: np.ndarray, windows: int = 4, tokens: int = 1024
) -> dict[str, float]:
    """Bits per event of both graphs on the ends of a few windows, id by id."""
    chosen = np.linspace(0, len(ids) - 1, min(windows, len(ids))).astype(int)
    bits = {}
    for name, graph in (("fp32", full), ("int8", small)):
        sums = LossSum.empty()
        for index in chosen:
            wanted = targets(ids[index : index + 1], first[index : index + 1])[0]
            end = int(np.flatnonzero(wanted)[-1]) + 1
            start = max(0, end - tokens)
            part = graph_loss(graph.SerializeToString(), ids[index, :end], wanted[:end], start)
            for parameter in part.nats:
                sums.add(parameter, part.nats[parameter], part.tokens[parameter])
        bits[name] = sums.bits_per_event
    bits["loss"] = bits["int8"] / bits["fp32"] - 1
    return bits
