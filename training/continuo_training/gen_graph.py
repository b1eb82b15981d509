"""The decoder as an ONNX `gen` graph: reads what is unread and writes one unit of music in a single run.

Inputs   ids int64 [1, S], plen int64 [1] and past as the step graph has them; count int64 [1], how many ids to draw at
         most; state int64 [1], where the unit stands; and the program of the unit (`sampler_nodes.Program`).
Outputs  tokens int64 [n], up to where the unit is complete; delta float32 [2 L, Hkv, S + n - 1, hd], the new rows of all
         ids but the last.

The loop's body holds all weights: those of a graph further out would not be laid out for the processor when it is loaded.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto

from .decoder_nodes import DecoderNodes, Storage
from .graph_builder import GraphBuilder
from .model import Decoder
from .sampler_nodes import Program, draw, program_inputs
from .step_graph import PRODUCER, first_clock, read, split_layers, visible_rows


def build_gen_graph(model: Decoder, half_tables: bool, half_weights: bool = False) -> onnx.ModelProto:
    """For the CPU; storage as in `build_step_graph`."""
    g, c = GraphBuilder("gen"), model.configuration
    ids = g.node("Reshape", [g.input("ids", TensorProto.INT64, [1, "S"]), g.constant([-1])], name="flat_ids")
    plen = g.input("plen", TensorProto.INT64, [1])
    past = g.input("past", TensorProto.FLOAT, [2 * c.layers, c.key_value_heads, "P", c.head_dimension])
    count = g.input("count", TensorProto.INT64, [1])
    state = g.input("state", TensorProto.INT64, [1])
    program = program_inputs(g, c.vocabulary_size)
    visible = visible_rows(g, plen)
    seen = split_layers(g, g.node("Gather", [past, visible], axis=2), model)
    clock = first_clock(DecoderNodes(g, model, Storage(half_tables)), past, plen)
    none = g.constant(np.zeros((2 * c.layers, c.key_value_heads, 0, c.head_dimension)), np.float32)
    body = _body(g, model, Storage(half_tables, half_weights), program, seen)
    carried = [ids, plen, clock, visible, none, state, g.constant([0])]
    *_, rows, _, _, tokens = g.node(
        "Loop", [g.node("Squeeze", [count, g.constant([0])]), g.constant(True, np.bool_), *carried], outputs=len(carried) + 1, body=body
    )
    g.output("tokens", g.node("Reshape", [tokens, g.constant([-1])]), ["n"], TensorProto.INT64)
    g.output("delta", rows, [2 * c.layers, c.key_value_heads, "rows", c.head_dimension])
    return g.build(PRODUCER, {key: str(value) for key, value in c.as_dict().items()})


def _body(around: GraphBuilder, model: Decoder, storage: Storage, program: Program, seen: list[str]) -> onnx.GraphProto:
    """Reads ids, draws one, and hands it to the next turn as the ids to read."""
    g, c = around.inner("unit", "unit/"), model.configuration
    whole = TensorProto.INT64
    g.input("turn", whole, [])
    g.input("go_on", TensorProto.BOOL, [])
    ids, plen, clock = g.input("ids", whole, ["s"]), g.input("plen", whole, [1]), g.input("clock", whole, [1])
    positions = g.input("positions", whole, ["p"])
    rows = g.input("rows", TensorProto.FLOAT, [2 * c.layers, c.key_value_heads, "r", c.head_dimension])
    state, drawn = g.input("state", whole, [1]), g.input("drawn", whole, [1])
    nodes = DecoderNodes(g, model, storage)
    written = split_layers(g, rows, model)
    x, new, told = read(nodes, ids, plen, clock, positions, [[a, b] for a, b in zip(seen, written)])
    last = g.constant([-1])
    logits = g.node("Reshape", [nodes.logits(g.node("Gather", [x, last], axis=0)), last])
    token, following, draws = draw(g, program, logits, c.vocabulary_size, state, drawn)
    g.output("more", g.node("Squeeze", [g.node("Greater", [following, g.constant([0])]), g.constant([0])]), [], TensorProto.BOOL)
    g.output("next_ids", token, None, whole)
    g.output("next_plen", g.node("Add", [g.node("Gather", [told["position"], last], axis=0), g.constant([1])]), [1], whole)
    g.output("next_clock", g.node("Gather", [told["time"], last], axis=0), [1], whole)
    g.output("next_positions", g.node("Concat", [positions, told["position"]], axis=0), None, whole)
    g.output("next_rows", g.node("Concat", [rows, g.node("Concat", new, axis=0)], axis=2), None)
    g.output("next_state", following, [1], whole)
    g.output("next_drawn", draws, [1], whole)
    g.output("token", token, [1], whole)
    return g.body()
