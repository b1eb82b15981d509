"""The decoder as an ONNX `step` graph: prefill chunks and single ids, keys and values kept by the host.

Inputs   ids int64 [1, S], plen int64 [1] (valid past rows), past float32 [2 L, Hkv, P, hd], P >= 1: row 2i keys and row
         2i + 1 values of layer i. Keys are stored after the rotation.
Outputs  logits float32 [V] after the last id; delta float32 [2 L, Hkv, S, hd], the new rows in the order of `past`.

Only the past rows that attention can see (the last id of every finished row, all ids of the unfinished one) are
gathered, so the cost follows plen / 8 and never the capacity P, and rows at plen and beyond are never read.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto

from .decoder_nodes import OUT_OF_SIGHT, DecoderNodes, Layout, Storage
from .graph_builder import GraphBuilder
from .model import Decoder
from .vocabulary import ROW_WIDTH

PRODUCER = "continuo-training"


def build_step_graph(model: Decoder, half_tables: bool, half_weights: bool = False) -> onnx.ModelProto:
    """`half_tables`: store the embedding in fp16; `half_weights`: store the matrices in fp16 (computed in fp32)."""
    g, c = GraphBuilder("step"), model.configuration
    nodes = DecoderNodes(g, model, Storage(half_tables, half_weights))
    ids = g.node("Reshape", [g.input("ids", TensorProto.INT64, [1, "S"]), g.constant([-1])], name="flat_ids")
    plen = g.input("plen", TensorProto.INT64, [1])
    past = g.input("past", TensorProto.FLOAT, [2 * c.layers, c.key_value_heads, "P", c.head_dimension])
    visible = visible_rows(g, plen)
    seen = split_layers(g, g.node("Gather", [past, visible], axis=2), model)
    x, rows, _ = read(nodes, ids, plen, first_clock(nodes, past, plen), visible, [[part] for part in seen])
    last = g.node("Gather", [x, g.constant([-1])], axis=0, name="last")
    g.output("logits", g.node("Reshape", [nodes.logits(last), g.constant([-1])]), [c.vocabulary_size])
    g.output("delta", g.node("Concat", rows, axis=0), [2 * c.layers, c.key_value_heads, "S", c.head_dimension])
    return g.build(PRODUCER, {key: str(value) for key, value in c.as_dict().items()})


def visible_rows(g: GraphBuilder, plen: str) -> str:
    """Indices of the past rows that any new id can see, int64 [n]."""
    width, one = g.constant(ROW_WIDTH), g.constant(1)
    past = g.node("Squeeze", [plen])
    first_of_row = g.node("Mul", [g.node("Div", [past, width]), width])
    finished = g.node("Range", [g.constant(ROW_WIDTH - 1), past, width])
    unfinished = g.node("Range", [first_of_row, past, one])
    return g.node("Concat", [finished, unfinished], axis=0, name="visible")


def first_clock(nodes: DecoderNodes, past: str, plen: str) -> str:
    """Sixteenths that the clock of the last past row shows, 0 where there is none; int64 [1]."""
    g = nodes.g
    previous = g.node("Max", [g.node("Sub", [plen, g.constant(1)]), g.constant([0])])
    first_keys = g.node("Slice", [past, g.constant([0]), g.constant([1]), g.constant([0])])
    started = g.node("Greater", [plen, g.constant(0)])
    return g.node("Where", [started, nodes.stored_clock(first_keys, previous), g.constant(0)])


def split_layers(g: GraphBuilder, rows: str, model: Decoder) -> list[str]:
    """[2 L, Hkv, n, hd] as keys and values of each layer in turn, [1, Hkv, n, hd]."""
    count = 2 * model.configuration.layers
    return g.node("Split", [rows, g.constant([1] * count)], outputs=count, axis=0)


def read(nodes: DecoderNodes, ids: str, plen: str, clock: str, visible: str, past: list[list[str]]) -> tuple[str, list[str], dict[str, str]]:
    """x after the ids [S] that follow `plen` rows, their keys and values, and `position` and `time` of each, int64 [S].
    `visible`: positions of the rows in `past`; `clock`: what it showed at the last of them."""
    g = nodes.g
    scalar = g.node("Squeeze", [g.node("Shape", [ids])])
    steps = g.node("Range", [g.constant(0), scalar, g.constant(1)], name="steps")
    position = g.node("Add", [steps, plen], name="position")
    column = g.node("Mod", [position, g.constant(ROW_WIDTH)], name="column")
    row = g.node("Div", [position, g.constant(ROW_WIDTH)], name="row")
    time = nodes.musical_time(ids, steps, column, clock)
    time_float = g.node("Unsqueeze", [g.node("Cast", [time], to=TensorProto.FLOAT), g.constant([1])])
    nodes.turn(g.node("Unsqueeze", [g.node("Cast", [row], to=TensorProto.FLOAT), g.constant([1])]), time_float)
    mask = nodes.heads_of(_mask(g, position, row, visible))

    def attend(layer: int, query: str, key: str, value: str) -> str:
        keys = g.node("Concat", [*past[2 * layer], key], axis=2)
        return nodes.seen(query, keys, g.node("Concat", [*past[2 * layer + 1], value], axis=2), mask)

    x, rows = nodes.layers(nodes.embed(ids, column, time_float), Layout(g), attend)
    return x, rows, {"position": position, "time": time}


def _mask(g: GraphBuilder, position: str, row: str, visible: str) -> str:
    """[S, visible + S]: the last id of every row before, all ids of the own row so far."""
    keys = g.node("Concat", [visible, position], axis=0)
    ends_row = g.node("Equal", [g.node("Mod", [keys, g.constant(ROW_WIDTH)]), g.constant(ROW_WIDTH - 1)])
    key_row = g.node("Div", [keys, g.constant(ROW_WIDTH)])
    past_or_now = g.node("LessOrEqual", [keys, g.node("Unsqueeze", [position, g.constant([1])])])
    same_row = g.node("Equal", [key_row, g.node("Unsqueeze", [row, g.constant([1])])])
    allowed = g.node("And", [past_or_now, g.node("Or", [ends_row, same_row])])
    return g.node("Where", [allowed, g.constant(0.0, np.float32), g.constant(OUT_OF_SIGHT, np.float32)], name="mask")
