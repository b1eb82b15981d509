"""From a finished run to a pack: graphs, measures, pack.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from torch import nn

from .graph_report import graph_loss, milliseconds_per_token
from .judge import Judge, make_judge
from .loss import LossSum
from .model import Decoder
from .pack import model_options, write_pack
from .pack_graphs import write_graphs
from .quantise import quantise
from .step_session import StepSession
from .training_run import evaluate, load_decoder

CPU_FILE, GPU_FILE = "step.int8.onnx", "step.fp16.onnx"
TIMED_CONTEXT_TOKENS = 512


def export_pack(
    checkpoint: Path,
    description: dict[str, Any],
    validation: Path,
    folder: Path,
    date: str,
    with_gpu_file: bool,
    sentencepiece_model: Path | None = None,
    codebook: Path | None = None,
    more_roles: list[str] | None = None,
) -> dict[str, Any]:
    """Writes graphs, the tokenizer's files and pack.json into `folder`; returns the measures.

    `description`: texts, data, sampling, generation. `sentencepiece_model`, `codebook`: what the model was trained with.
    `more_roles`: of the graphs of a decoder of rows, besides `cpu`; else `cpuGen`, and `gpuGen` for a GPU.
    """
    model, content = load_decoder(checkpoint)
    judge = make_judge(content, validation, description["generation"]["keyNormalised"], sentencepiece_model, codebook)
    folder.mkdir(parents=True, exist_ok=True)
    full = judge.graph(model, half_tables=True)
    small = quantise(full)
    onnx.save(small, folder / CPU_FILE)
    files = {"cpu": CPU_FILE}
    if with_gpu_file and not isinstance(model, Decoder):
        onnx.save(judge.graph(model, half_tables=True, half_weights=True), folder / GPU_FILE)
        files["gpu"] = GPU_FILE
    if isinstance(model, Decoder):
        usual = ["cpuGen", "gpuGen"] if with_gpu_file else ["cpuGen"]
        files |= write_graphs(model, folder, usual if more_roles is None else more_roles)
    tokenizer_files = judge.copy_files(folder)

    trained = evaluate(model, judge.batch, judge.loss)
    untrained = evaluate(judge.untrained(model), judge.batch, judge.loss)
    timed = min(TIMED_CONTEXT_TOKENS, model.configuration.context_tokens // 2)
    measures = {
        "validation": summary(trained),
        "untrained": summary(untrained),
        "quantisation": quantisation_cost(full, small, judge),
        "millisecondsPerToken": milliseconds_per_token(folder / CPU_FILE, judge.batch.ids[0], timed),
        "tokensPerBeat": judge.tokens_per_beat,
    }
    manifest = manifest_of(description, content, model, measures, {
        "tokenizer": {**description["tokenizer"], **({"files": tokenizer_files} if tokenizer_files else {})},
        "model": {"plugin": "decoder-lm", "files": files, "options": model_options(model.configuration)},
    }, date)
    write_pack(folder, manifest, [*files.values(), *tokenizer_files.values()])
    return measures


def manifest_of(
    fixed: dict[str, Any], content: dict[str, Any], model: nn.Module, measures: dict[str, Any], parts: dict[str, Any], date: str
) -> dict[str, Any]:
    """pack.json without its files. `fixed`: the description; `content`: of the checkpoint; `parts`: tokenizer and model."""
    trained, untrained = measures["validation"], measures["untrained"]
    return {
        **{key: fixed[key] for key in ("name", "title", "description", "family", "licence", "order") if key in fixed},
        "training": {
            "data": fixed["data"],
            "parameters": model.parameter_count(),
            "tokensSeen": content["progress"]["tokens"],
            "validationLoss": round(trained["natsPerToken"], 5),
            "perplexity": round(trained["perplexity"], 4),
            "bitsPerEvent": round(trained["bitsPerEvent"], 3),
            "untrainedValidationLoss": round(untrained["natsPerToken"], 5),
            "date": date,
            "notes": fixed["notes"],
        },
        **parts,
        "sampling": fixed["sampling"],
        "generation": fixed["generation"],
        "budget": {
            "millisecondsPerToken": round(measures["millisecondsPerToken"], 3),
            "tokensPerBeat": round(measures["tokensPerBeat"], 1),
        },
    }


def summary(sums: LossSum) -> dict[str, Any]:
    return {
        "natsPerToken": sums.per_token,
        "perplexity": sums.perplexity,
        "bitsPerEvent": sums.bits_per_event,
        "bits": sums.bits_by_parameter(),
        "tokens": sum(sums.tokens.values()),
    }


def quantisation_cost(full: onnx.ModelProto, small: onnx.ModelProto, judge: Judge, windows: int = 4, tokens: int = 1024) -> dict[str, float]:
    """Bits per note of both graphs on the ends of a few windows, id by id."""
    batch = judge.batch
    chosen = np.linspace(0, len(batch) - 1, min(windows, len(batch))).astype(int)
    bits = {}
    for name, graph in (("fp32", full), ("int8", small)):
        sums = LossSum.empty()
        for ids, wanted in zip(batch.ids[chosen], batch.wanted[chosen]):
            end = int(np.flatnonzero(wanted != batch.ignored)[-1]) + 1
            start = max(0, end - tokens)
            session = StepSession(graph.SerializeToString(), len(ids))
            sums.include(graph_loss(session, judge, ids[:end], wanted[:end], batch.ignored, start))
        bits[name] = sums.bits_per_event
    bits["loss"] = bits["int8"] / bits["fp32"] - 1
    return bits
