"""From a finished run of a two-level model to a pack."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from .event_graph import build_event_graph, build_token_graph, hidden_size
from .event_model import EventNet
from .export import manifest_of, summary
from .graph_report import graph_loss
from .judge import EventJudge, make_judge
from .loss import LossSum
from .pack import write_pack
from .training_run import evaluate, load_decoder
from .vocabulary import BLOCKS, EVENT_IDS, EVENT_PARAMETERS, ROW_WIDTH

EVENT_FILE, TOKEN_FILE = "event.int8.onnx", "token.int8.onnx"
TIMED_CONTEXT_EVENTS = 128


def export_event_pack(checkpoint: Path, description: dict[str, Any], validation: Path, folder: Path, date: str) -> dict[str, Any]:
    """Writes int8 graphs and pack.json into `folder`; returns the measures. `description`: texts, data, sampling, generation."""
    model, content = load_decoder(checkpoint)
    judge = make_judge(content, validation, description["generation"]["keyNormalised"])
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(build_event_graph(model, quantised=True), folder / EVENT_FILE)
    onnx.save(build_token_graph(model, quantised=True), folder / TOKEN_FILE)
    measures = {
        "validation": summary(evaluate(model, judge.batch, judge.loss)),
        "untrained": summary(evaluate(judge.untrained(model), judge.batch, judge.loss)),
        "quantisation": quantisation_cost(model, judge),
        "millisecondsPerToken": milliseconds_per_event(folder / EVENT_FILE, judge.batch.ids[0]) / ROW_WIDTH,
        "tokensPerBeat": judge.tokens_per_beat,
    }
    files = {"cpu": EVENT_FILE, "token": TOKEN_FILE}
    parts = {"tokenizer": description["tokenizer"], "model": {"plugin": "event-lm", "files": files, "options": event_options(model)}}
    manifest = manifest_of(description, content, model, measures, parts, date)
    manifest["budget"]["notesPerBeat"] = round(judge.tokens_per_beat / ROW_WIDTH, 2)
    write_pack(folder, manifest, list(files.values()))
    return measures


def event_options(model: EventNet, interface: str = "delta") -> dict[str, Any]:
    """`model.options` of a pack of the event-lm plugin."""
    c = model.configuration
    return {
        "interface": interface,
        "vocabularySize": c.vocabulary_size,
        "hiddenSize": hidden_size(model),
        **{
            name: {"layers": shape.layers, "keyValueHeads": shape.key_value_heads, "headDimension": shape.head_dimension}
            for name, shape in (("base", c.base), ("token", c.token))
        },
        "memoryLayers": c.kept_layers - c.base.layers,
        "contextTokens": c.context_tokens,
    }


def quantisation_cost(model: EventNet, judge: EventJudge, windows: int = 4, tokens: int = 1024) -> dict[str, float]:
    """Bits per note of both precisions on the ends of a few windows, id by id."""
    batch = judge.batch
    bits = {}
    for name, quantised in (("fp32", False), ("int8", True)):
        session = judge.open(model, batch.ids.shape[1], quantised)
        sums = LossSum.empty()
        for index in np.linspace(0, len(batch) - 1, min(windows, len(batch))).astype(int):
            end = int(np.flatnonzero(batch.wanted[index] != batch.ignored)[-1]) + 1
            start = max(0, end - tokens)
            sums.include(graph_loss(session, judge, batch.ids[index, :end], batch.wanted[index, :end], batch.ignored, start))
        bits[name] = sums.bits_per_event
    bits["loss"] = bits["int8"] / bits["fp32"] - 1
    return bits


def note_program(vocabulary_size: int) -> dict[str, np.ndarray]:
    """Feeds with which the graph `event` writes any note, the likeliest id first."""
    blocks = [(EVENT_IDS["note"], 1), *(BLOCKS[name] for name in EVENT_PARAMETERS["note"])]
    states = len(blocks)
    biases = np.full((states, vocabulary_size), -1e9, np.float32)
    following = np.zeros((states, vocabulary_size), np.int32)
    for state, (start, size) in enumerate(blocks):
        biases[state, start : start + size] = 0
        following[state] = (state + 1) % states
    return {
        "biases": biases, "next": following,
        "firsts": np.array([start for start, _ in blocks]), "lasts": np.array([start + size - 1 for start, size in blocks]),
        "temperatures": np.ones(states), "least_shares": np.ones(states), "draws": np.zeros(states),
        "uniforms": np.zeros(ROW_WIDTH), "top_p": np.ones(1), "ranks": np.zeros(1, np.int64),
        "state": np.zeros(1, np.int64), "count": np.array([ROW_WIDTH]),
    }


def milliseconds_per_event(graph: Path, ids: np.ndarray, threads: int = 1, repeats: int = 100) -> float:
    """Time of an event that is read and the next one written, as of the fastest tenth: what an idle machine takes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    pasts = [value for value in session.get_inputs() if value.name.startswith("past_")]
    feeds = note_program(next(value.shape[1] for value in session.get_inputs() if value.name == "biases"))
    for value in pasts:
        feeds[value.name] = np.zeros((1, value.shape[1], TIMED_CONTEXT_EVENTS + repeats, value.shape[3]), np.float32)
    times = []
    for index in range(min(repeats, len(ids) // ROW_WIDTH)):
        row = ids[index * ROW_WIDTH : (index + 1) * ROW_WIDTH].reshape(1, 1, ROW_WIDTH)
        began = time.perf_counter()
        session.run(None, {**feeds, "ev": row, "plen": np.array([TIMED_CONTEXT_EVENTS + index])})
        times.append(time.perf_counter() - began)
    return float(np.quantile(times, 0.1) * 1000)
