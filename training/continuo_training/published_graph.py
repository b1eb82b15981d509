"""The same nets behind the interface that SkyTNT's midi-model is published with (`model_base.onnx`, `model_token.onnx`):
names, types and free dimensions are theirs. For one stream: the batch is 1.

Base   in x int64 [batch, mid_seq, token_seq], past_key_values.{i}.key and .value float32 [batch, heads, past_seq, size];
       out hidden float32 [batch, mid_seq, width], present.{i}.key and .value: the past joined with the new rows.
Token  in hidden float32 [batch, states, width], x int64 [batch, token_seq], the past of the row; out y float32
       [batch, token_seq1, V], the present. The row is hidden and the embedded x, joined: the first call brings the state
       of the event before, the others an id.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto

from .event_graph import finished
from .event_model import EventNet, NetShape
from .event_nodes import HIDDEN_FROM_VIEW, EventNodes
from .graph_builder import GraphBuilder

Past = list[tuple[str, str]]


def build_published_graphs(model: EventNet) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """The base and the token graph, float32. ValueError for a model that is not the plain pair."""
    if model.configuration.musical:
        raise ValueError("SkyTNT's interface has no place for musical time: only a plain model can be written so")
    return _base(model), _token(model)


def _base(model: EventNet) -> onnx.ModelProto:
    g, c = GraphBuilder("base"), model.configuration
    n = EventNodes(g, model, quantised=False)
    rows = g.node("Squeeze", [g.input("x", TensorProto.INT64, ["batch", "mid_seq", "token_seq"]), g.constant([0])])
    past = _past_inputs(g, c.base)
    embedded = g.node("ReduceSum", [n.gathered(n.table("embedding", "embedding.weight"), rows), g.constant([1])], keepdims=0)
    x, present = _layers(n, "layers", "base", c.base, embedded, past)
    g.output("hidden", in_batch(g, "x", n.norm(x, "base_gain"), [-1, c.width]), ["batch", "mid_seq", c.width])
    _tell(g, c.base, present)
    return finished(g)


def _token(model: EventNet) -> onnx.ModelProto:
    g, c = GraphBuilder("token"), model.configuration
    n = EventNodes(g, model, quantised=False)
    hidden = g.node("Squeeze", [g.input("hidden", TensorProto.FLOAT, ["batch", "states", c.width]), g.constant([0])])
    ids = g.node("Squeeze", [g.input("x", TensorProto.INT64, ["batch", "token_seq"]), g.constant([0])])
    past = _past_inputs(g, c.token)
    embedded = g.node("Concat", [hidden, n.gathered(n.table("token_embedding", "token_embedding.weight"), ids)], axis=0)
    x, present = _layers(n, "token_layers", "token", c.token, embedded, past)
    g.output("y", in_batch(g, "x", n.logits(x), [-1, c.vocabulary_size]), ["batch", "token_seq1", c.vocabulary_size])
    _tell(g, c.token, present)
    return finished(g)


def in_batch(g: GraphBuilder, like: str, value: str, sizes: list[int]) -> str:
    """A value of the one stream with the batch of an input in front, which stays a free dimension."""
    batch = g.node("Shape", [like], start=0, end=1)
    return g.node("Reshape", [value, g.node("Concat", [batch, g.constant(sizes)], axis=0)])


def _past_inputs(g: GraphBuilder, shape: NetShape) -> Past:
    dimensions = ["batch", shape.key_value_heads, "past_seq", shape.head_dimension]
    names = [[f"past_key_values.{i}.{part}" for part in ("key", "value")] for i in range(shape.layers)]
    return [tuple(g.input(name, TensorProto.FLOAT, dimensions) for name in pair) for pair in names]


def _tell(g: GraphBuilder, shape: NetShape, present: dict[str, str]) -> None:
    for name, value in present.items():
        g.output(name, value, ["batch", shape.key_value_heads, "present_seq", shape.head_dimension])


def _layers(n: EventNodes, prefix: str, net: str, shape: NetShape, x: str, past: Past) -> tuple[str, dict[str, str]]:
    """x [S, width] after all layers, and what the outputs `present` tell."""
    g = n.g
    count, before = n.length(x, 0), n.length(past[0][0], 2)
    every = g.node("Range", [g.constant(0), g.node("Squeeze", [g.node("Add", [before, count])]), g.constant(1)])
    position = g.node("Slice", [every, before, g.constant([np.iinfo(np.int64).max]), g.constant([0])])
    turns = n.turns(net, position, None)
    seen = g.node("LessOrEqual", [g.node("Unsqueeze", [every, g.constant([0])]), g.node("Unsqueeze", [position, g.constant([1])])])
    shown = g.node("Where", [seen, g.constant(0.0, np.float32), g.constant(HIDDEN_FROM_VIEW, np.float32)])
    mask = g.node("Unsqueeze", [shown, g.constant([0])])
    told: dict[str, str] = {}
    for index, pair in enumerate(past):
        layer = f"{prefix}.{index}"
        query, *new = n.query_key_value(layer, shape, x, turns)
        joined = []
        for part, old, rows in zip(("key", "value"), pair, new):
            present = g.node("Concat", [old, in_batch(g, "x", rows, [shape.key_value_heads, -1, shape.head_dimension])], axis=2)
            told[f"present.{index}.{part}"] = present
            joined.append(g.node("Squeeze", [present, g.constant([0])]))
        x = n.rest_of_layer(layer, shape, x, n.attended(shape, query, [(*joined, mask)], count))
    return x, told
