"""A model as a pack holds it: where there is no checkpoint, a pack is enough to go on training from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from .event_model import EventConfiguration, EventNet, NetShape
from .flat_model import FlatConfiguration, FlatDecoder
from .id_facts import IdFacts
from .model import Decoder, ModelConfiguration
from .stored_weights import StoredWeights

Model = TypeVar("Model", bound=nn.Module)
MATRICES = ("query_key_value", "attention_out", "gate_up", "down")
FINEST_FIRST = ("gpu", "gpuGen", "cpu")
"""Roles of graphs, those with fp16 matrices before those with int8."""


def decoder_of_graph(path: Path, facts: IdFacts) -> FlatDecoder:
    """The weights of a step graph, int8 or not; what ids have in common is in their own rows, so nothing is there twice."""
    held = StoredWeights(path)
    told = _configuration(held, FlatConfiguration)
    model = FlatDecoder(FlatConfiguration(**{**told, "periods_beats": tuple(told["periods_beats"])}), facts)
    state = {
        **_decoder_state(held, model),
        "own_head": held.matrix("head"),
        **{name: np.zeros(model.state_dict()[name].shape) for name in ("feature_embedding", "feature_head")},
    }
    return _filled(model, {**model.state_dict(), **state})


def row_decoder_of_pack(pack: Path, files: dict[str, str]) -> Decoder:
    """The flat decoder of rows, from the finest graph among `files` (by role). ValueError where they are of no such model."""
    held = StoredWeights(pack / next(files[role] for role in FINEST_FIRST if role in files))
    model = Decoder(ModelConfiguration(**_configuration(held, ModelConfiguration)))
    state = {**_decoder_state(held, model), "column.weight": held.table("column_table"), "head": held.matrix("head")}
    return _filled(model, state)


def event_net_of_pack(pack: Path, files: dict[str, str], options: dict[str, Any]) -> EventNet:
    """The two-level model of `files` (by role) and `model.options`. ValueError for graphs of SkyTNT's own interface."""
    if options.get("interface", "delta") != "delta":
        raise ValueError("graphs in SkyTNT's own form can't be trained on; take a pack of Continuo's form, as skytnt-event")
    held = StoredWeights(pack / files["cpu"], pack / files["token"])
    model = EventNet(_event_configuration(held, options))
    return _filled(model, {name: _event_value(held, name, model) for name in model.state_dict()})


def _configuration(held: StoredWeights, kind: type) -> dict[str, Any]:
    names = set(kind.__dataclass_fields__)
    if not names <= set(held.metadata):
        raise ValueError("the graph does not say the shape of its decoder; train anew, or go on from a checkpoint")
    return {name: json.loads(held.metadata[name]) for name in names}


def _decoder_state(held: StoredWeights, model: Decoder | FlatDecoder) -> dict[str, np.ndarray]:
    """What all decoders have, by PyTorch's names."""
    state = {
        "embedding.weight": held.table("embedding"),
        "time.weight": held.table("time_weight").T,
        "final_gain": held.table("final_gain.w"),
    }
    for index in range(model.configuration.layers):
        prefix = f"layers.{index}"
        for matrix in MATRICES:
            state[f"{prefix}.{matrix}.weight"] = held.matrix(f"{prefix}.{matrix}")
        for gain in ("attention_gain", "feed_forward_gain"):
            state[f"{prefix}.{gain}"] = held.table(f"{prefix}.{gain}.w")
        state[f"{prefix}.attention_scale"] = held.table(f"{prefix}.scale")[: model.configuration.heads, 0, 0]
    return state


def _event_configuration(held: StoredWeights, options: dict[str, Any]) -> EventConfiguration:
    """Heads and hidden sizes are told by the shapes of matrices alone."""
    nets = {}
    for net, layers in (("base", "layers"), ("token", "token_layers")):
        told = options[net]
        heads = held.matrix(f"{layers}.0.attention_out").shape[1] // told["headDimension"]
        hidden = held.matrix(f"{layers}.0.down").shape[1]
        nets[net] = NetShape(told["layers"], heads, told["keyValueHeads"], told["headDimension"], hidden)
    vocabulary_size, width = held.table("embedding").shape
    return EventConfiguration(width, **nets, context_tokens=options["contextTokens"], musical="column" in held, vocabulary_size=vocabulary_size)


def _event_value(held: StoredWeights, name: str, model: EventNet) -> np.ndarray:
    prefix, _, last = name.removesuffix(".weight").rpartition(".")
    if last == "attention_scale":
        shape = model.configuration.base if name.startswith("layers") else model.configuration.token
        return held.table(f"{prefix}.scale")[: shape.heads, 0, 0]
    if last.endswith("gain"):
        return held.table(f"{name}.g")
    if last in ("embedding", "token_embedding", "column"):
        return held.table(last)
    if last in ("time", "token_time"):
        return held.table(f"{last}.w").T
    return held.matrix(name.removesuffix(".weight"))


def _filled(model: Model, state: dict[str, np.ndarray | torch.Tensor]) -> Model:
    model.load_state_dict({
        name: value if isinstance(value, torch.Tensor) else torch.tensor(value, dtype=torch.float32) for name, value in state.items()
    })
    return model
