"""A decoder as a pack holds it: where there is no checkpoint, a pack is enough to go on training from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from .flat_model import FlatConfiguration, FlatDecoder
from .id_facts import IdFacts

MATRICES = ("query_key_value", "attention_out", "gate_up", "down")


def read_configuration(graph: onnx.ModelProto) -> FlatConfiguration:
    """ValueError when the graph was not written from a flat decoder."""
    told = {entry.key: entry.value for entry in graph.metadata_props}
    names = set(FlatConfiguration.__dataclass_fields__)
    if not names <= set(told):
        raise ValueError("the graph does not say the shape of a flat decoder; train anew, or go on from a checkpoint")
    values = {name: json.loads(told[name]) for name in names}
    return FlatConfiguration(**{**values, "periods_beats": tuple(values["periods_beats"])})


def decoder_of_graph(path: Path, facts: IdFacts) -> FlatDecoder:
    """The weights of a step graph, int8 or not; what ids have in common is in their own rows, so nothing is there twice."""
    graph = onnx.load(path)
    model = FlatDecoder(read_configuration(graph), facts)
    held = {value.name: numpy_helper.to_array(value) for value in graph.graph.initializer}
    state = model.state_dict()
    state["embedding.weight"] = held["embedding"]
    state["own_head"] = _matrix(held, "head")
    state["time.weight"] = held["time_weight"].T
    state["final_gain"] = held["final_gain.w"]
    for name in ("feature_embedding", "feature_head"):
        state[name] = np.zeros(state[name].shape)
    for index in range(model.configuration.layers):
        prefix = f"layers.{index}"
        for matrix in MATRICES:
            state[f"{prefix}.{matrix}.weight"] = _matrix(held, f"{prefix}.{matrix}")
        for gain in ("attention_gain", "feed_forward_gain"):
            state[f"{prefix}.{gain}"] = held[f"{prefix}.{gain}.w"]
        state[f"{prefix}.attention_scale"] = held[f"{prefix}.scale"][: model.configuration.heads, 0, 0]
    model.load_state_dict({name: value if isinstance(value, torch.Tensor) else torch.tensor(value, dtype=torch.float32) for name, value in state.items()})
    return model


def _matrix(held: dict[str, np.ndarray], name: str) -> np.ndarray:
    """[out, in], float32."""
    if f"{name}.w" in held:
        return held[f"{name}.w"].astype(np.float32).T
    quantised = held[f"{name}.w_quantized"].astype(np.float32) - held[f"{name}.w_zero_point"].astype(np.float32)
    return (quantised * held[f"{name}.w_scale"]).T
