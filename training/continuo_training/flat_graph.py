"""The flat decoder as an ONNX `step` graph: prefill chunks and single ids, keys and values kept by the host.

Inputs   ids int64 [1, S], plen int64 [1] (valid past rows), past float32 [2 L, Hkv, P, hd], P >= 1: row 2i keys and row
         2i + 1 values of layer i. Keys are stored after the rotation.
Outputs  logits float32 [V] after the last id; delta float32 [2 L, Hkv, S, hd], the new rows in the order of `past`.

Past rows at `plen` and beyond are never read, so the cost follows `plen` and never the capacity.
"""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import TensorProto

from .decoder_nodes import OUT_OF_SIGHT, DecoderNodes, Layout, Storage
from .flat_model import FlatDecoder
from .graph_builder import GraphBuilder
from .step_graph import PRODUCER, first_clock, split_layers


class FlatNodes(DecoderNodes):
    """The nodes of all decoders, with the clock of ids that tell time by a table."""

    def __init__(self, g: GraphBuilder, model: FlatDecoder, storage: Storage) -> None:
        super().__init__(g, model, storage)
        with torch.no_grad():
            self._state["embedding.weight"] = model.input_table().numpy()
            self._state["head"] = model.output_table(torch.arange(model.configuration.vocabulary_size)).numpy()

    def units(self, ids: str, stored: str) -> tuple[str, str]:
        """Time at each of the ids [S] and what the clock shows there; `stored` [1]: what it showed before them. int64."""
        g = self.g
        lead = self._table("lead", self.model.lead.long().numpy())
        leads = g.node("Gather", [lead, ids], axis=0)
        two = g.constant([2])
        before = g.node("Mod", [stored, two])
        # Shifted by one: whether the id before each leads a spelled note.
        shifted = g.node("Slice", [g.node("Concat", [before, leads], axis=0), g.constant([0]), g.constant([-1]), g.constant([0])])
        usual = g.node("Gather", [self._table("advance", self.model.advance.numpy()), ids], axis=0)
        spelled = g.node("Gather", [self._table("advance_after_lead", self.model.advance_after_lead.numpy()), ids], axis=0)
        moves = g.node("Where", [g.node("Greater", [shifted, g.constant(0)]), spelled, usual])
        since = g.node("CumSum", [moves, g.constant(0)])
        time = g.node("Add", [g.node("Div", [stored, two]), since], name="time")
        return time, g.node("Add", [g.node("Mul", [time, two]), leads])

    def turn_at(self, position: str, time: str, clock: str) -> None:
        """Sets rotations and the clock channel from float32 [S, 1] each."""
        g = self.g
        by_place = g.node("Mul", [position, self._table("per_id", np.tile(self.model.per_id.numpy(), 2)[None])])
        by_time = g.node("Mul", [time, self._table("per_unit", np.tile(self.model.per_unit.numpy(), 2)[None])])
        turns = g.node("Add", [by_place, by_time])
        self._cosine = g.node("Cos", [turns])
        signs = np.repeat([-1.0, 1.0], self.c.head_dimension // 2).astype(np.float32)[None]
        self._sine = g.node("Mul", [g.node("Sin", [turns]), g.constant(signs, np.float32)])
        self._clock = g.node("Mul", [clock, self._table("clock_channel", self._clock_channel())])

    def embed_at(self, ids: str, time: str) -> str:
        """x float32 [S, width] of ids at times float32 [S, 1]."""
        g = self.g
        token = g.node("Gather", [self._weight("embedding", "embedding.weight", self.storage.half_tables), ids], axis=0)
        if self.storage.half_tables:
            token = g.node("Cast", [token], to=TensorProto.FLOAT)
        angles = g.node("Mul", [time, self._table("time_frequencies", self.model.time_frequencies.numpy()[None])])
        features = g.node("Concat", [g.node("Sin", [angles]), g.node("Cos", [angles])], axis=1)
        projected = g.node("MatMul", [features, self._table("time_weight", self._state["time.weight"].T)], name="time_projection")
        return g.node("Add", [token, projected])


def build_flat_graph(model: FlatDecoder, half_tables: bool, half_weights: bool = False) -> onnx.ModelProto:
    """`half_tables`: store the embedding in fp16; `half_weights`: store the matrices in fp16 (computed in fp32)."""
    g, c = GraphBuilder("step"), model.configuration
    nodes = FlatNodes(g, model, Storage(half_tables, half_weights))
    ids = g.node("Reshape", [g.input("ids", TensorProto.INT64, [1, "S"]), g.constant([-1])], name="flat_ids")
    plen = g.input("plen", TensorProto.INT64, [1])
    past = g.input("past", TensorProto.FLOAT, [2 * c.layers, c.key_value_heads, "P", c.head_dimension])

    steps = g.node("Range", [g.constant(0), g.node("Squeeze", [g.node("Shape", [ids])]), g.constant(1)], name="steps")
    position = g.node("Add", [steps, plen], name="position")
    time, clock = nodes.units(ids, first_clock(nodes, past, plen))
    place_float, time_float, clock_float = (_column(g, value) for value in (position, time, clock))
    nodes.turn_at(place_float, time_float, clock_float)

    seen = split_layers(g, g.node("Slice", [past, g.constant([0]), plen, g.constant([2])]), model)
    mask = nodes.heads_of(_mask(g, position, plen))

    def attend(index: int, query: str, key: str, value: str) -> str:
        keys = g.node("Concat", [seen[2 * index], key], axis=2)
        values = g.node("Concat", [seen[2 * index + 1], value], axis=2)
        return nodes.seen(query, keys, values, mask)

    x, rows = nodes.layers(nodes.embed_at(ids, time_float), Layout(g), attend)
    last = g.node("Gather", [x, g.constant([-1])], axis=0, name="last")
    g.output("logits", g.node("Reshape", [nodes.logits(last), g.constant([-1])]), [c.vocabulary_size])
    g.output("delta", g.node("Concat", rows, axis=0), [2 * c.layers, c.key_value_heads, "S", c.head_dimension])
    return g.build(PRODUCER, {key: str(value) for key, value in c.as_dict().items()})


def _column(g: GraphBuilder, value: str) -> str:
    return g.node("Unsqueeze", [g.node("Cast", [value], to=TensorProto.FLOAT), g.constant([1])])


def _mask(g: GraphBuilder, position: str, plen: str) -> str:
    """[S, plen + S]: all ids so far."""
    earlier = g.node("Range", [g.constant(0), g.node("Squeeze", [plen]), g.constant(1)])
    keys = g.node("Concat", [earlier, position], axis=0)
    seen = g.node("LessOrEqual", [keys, g.node("Unsqueeze", [position, g.constant([1])])])
    return g.node("Where", [seen, g.constant(0.0, np.float32), g.constant(OUT_OF_SIGHT, np.float32)], name="mask")
