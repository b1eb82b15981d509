"""The decoder as an ONNX `gen` graph for a GPU: reads the whole context and writes one unit in a single run.

Nothing but ids crosses the bus: keys and values are made anew in every run and stay on the device. Several streams go
side by side: takes of which the best is kept, or several decks.

Inputs   ids int64 [B, T], filled up with any ids behind `lengths` int64 [B] (at least 1 each); count int64 [1],
         ids to draw; state int64 [B]; and the program of the units, whose states those of all streams may be, with
         uniforms float64 [B, N], top_p float64 [B] and ranks int64 [B].
Outputs  tokens int64 [B, count]; behind the end of a unit they mean nothing.

In the loop there is nothing that a CUDA kernel could not do, and no size that is worked out on the way: else values would
travel between the device and the processor at every turn. `cuda_check` proves it.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto

from .decoder_nodes import OUT_OF_SIGHT, DecoderNodes, Layout, Storage
from .device_sampler_nodes import draw_on_device
from .graph_builder import GraphBuilder
from .model import SIXTEENTHS_PER_BEAT, Decoder
from .sampler_nodes import Program, program_inputs
from .step_graph import PRODUCER
from .vocabulary import BLOCKS, ROW_WIDTH

NEVER = 1e9


def build_gen_from_ids_graph(model: Decoder, half_weights: bool = True) -> onnx.ModelProto:
    """`half_weights`: store embedding and matrices in fp16; they are computed with in fp32."""
    g, c = GraphBuilder("gen"), model.configuration
    whole, real = TensorProto.INT64, TensorProto.FLOAT
    ids, lengths = _whole_rows(g, g.input("ids", whole, ["B", "T"])), g.input("lengths", whole, ["B"])
    count, state = g.input("count", whole, [1]), g.input("state", whole, ["B"])
    program = program_inputs(g, c.vocabulary_size, streams="B")
    nodes = DecoderNodes(g, model, Storage(half_weights, half_weights))
    rows, times = _prefill(nodes, ids)
    last = g.node("Unsqueeze", [g.node("Sub", [lengths, g.constant([1])]), g.constant([1])])
    id_now = g.node("Reshape", [g.node("GatherElements", [ids, last], axis=1), g.constant([-1])])
    before = g.node("Sub", [last, g.constant([1])])
    clock = g.node("GatherElements", [times, g.node("Max", [before, g.constant([0])])], axis=1)
    clock = g.node("Where", [g.node("GreaterOrEqual", [before, g.constant([0])]), clock, g.constant([0])])
    keys = _keys(g, ids, last, count)
    size = g.node("Concat", [g.node("Shape", [lengths]), g.constant([2 * c.layers * c.key_value_heads]), count, g.constant([c.head_dimension])], axis=0)
    empty = g.node("Expand", [g.constant(0.0, np.float32), size])
    carried = [
        id_now,
        g.node("Cast", [last], to=real),
        g.node("Cast", [clock], to=real),
        g.constant([0.0], np.float32),
        empty,
        state,
        g.node("Mul", [g.node("Unsqueeze", [state, g.constant([1])]), g.constant([0])]),
    ]
    body = _body(g, model, nodes.storage, program, rows, keys)
    *_, tokens = g.node("Loop", [g.node("Squeeze", [count, g.constant([0])]), "", *carried], outputs=len(carried) + 1, body=body)
    g.output("tokens", g.node("Transpose", [tokens], perm=[1, 0]), ["B", "n"], whole)
    return g.build(PRODUCER, {key: str(value) for key, value in c.as_dict().items()})


def _whole_rows(g: GraphBuilder, ids: str) -> str:
    """With 1 to 8 ids more, up to the end of a row: never none, so that no value is empty."""
    size = g.node("Shape", [ids])
    streams, tokens = (g.node("Gather", [size, g.constant([axis])], axis=0) for axis in (0, 1))
    missing = g.node("Sub", [g.constant([ROW_WIDTH]), g.node("Mod", [tokens, g.constant([ROW_WIDTH])])])
    more = g.node("Expand", [g.constant(0), g.node("Concat", [streams, missing], axis=0)])
    return g.node("Concat", [ids, more], axis=1)


def _prefill(nodes: DecoderNodes, ids: str) -> tuple[list[str], str]:
    """Keys and values [B, Hkv, T, hd] of all layers, and musical time int64 [B, T]. Rows see the ends of rows before
    and themselves, so that the scores are T (T / 8 + 8) and not T T."""
    g, c = nodes.g, nodes.c
    size = g.node("Shape", [ids])
    flat = g.node("Reshape", [ids, g.constant([-1])])
    by_row = g.node("Reshape", [ids, g.constant([0, -1, ROW_WIDTH])])
    time = _time_of_rows(nodes, by_row, size)
    tokens = g.node("Gather", [size, g.constant([1])], axis=0)
    position = g.node("Range", [g.constant(0), g.node("Squeeze", [tokens, g.constant([0])]), g.constant(1)])
    row = g.node("Div", [position, g.constant(ROW_WIDTH)])
    column = g.node("Mod", [position, g.constant(ROW_WIDTH)])
    columns = g.node("Reshape", [g.node("Expand", [column, size]), g.constant([-1])])
    time_float = g.node("Cast", [time], to=TensorProto.FLOAT)
    turns = g.node("Unsqueeze", [time_float, g.constant([1, 3])])
    nodes.turn(g.node("Unsqueeze", [g.node("Cast", [row], to=TensorProto.FLOAT), g.constant([1])]), turns)
    x = nodes.embed(flat, columns, g.node("Reshape", [time_float, g.constant([-1, 1])]))
    earlier = g.node("Range", [g.constant(0), g.node("Squeeze", [g.node("Div", [tokens, g.constant([ROW_WIDTH])]), g.constant([0])]), g.constant(1)])
    is_earlier = g.node("Less", [earlier, g.node("Unsqueeze", [row, g.constant([1])])])
    row_mask = nodes.heads_of(_shown(g, is_earlier))
    own_mask = g.constant(np.where(np.tri(ROW_WIDTH, dtype=bool), 0.0, OUT_OF_SIGHT), np.float32)
    ends = g.constant([ROW_WIDTH - 1])
    groups, per_group, hd = c.key_value_heads, c.heads // c.key_value_heads, c.head_dimension

    def rows_of(x: str, heads: int) -> str:
        return g.node("Reshape", [x, g.constant([0, groups, heads, -1, ROW_WIDTH, hd])])

    def ends_of(own: str) -> str:
        return g.node("Reshape", [g.node("Gather", [own, ends], axis=4), g.constant([0, groups, -1, hd])])

    def attend(_: int, query: str, key: str, value: str) -> str:
        own_key, own_value, own_query = rows_of(key, 1), rows_of(value, 1), rows_of(query, per_group)
        flat_query = g.node("Reshape", [query, g.constant([0, groups, -1, hd])])
        by_row = g.node("MatMul", [flat_query, g.node("Transpose", [ends_of(own_key)], perm=[0, 1, 3, 2])])
        by_row = g.node("Add", [by_row, row_mask])
        within = g.node("MatMul", [own_query, g.node("Transpose", [own_key], perm=[0, 1, 2, 3, 5, 4])])
        within = g.node("Reshape", [g.node("Add", [within, own_mask]), g.constant([0, groups, -1, ROW_WIDTH])])
        weights = g.node("Softmax", [g.node("Concat", [within, by_row], axis=3)], axis=-1)
        own_weights = g.node("Slice", [weights, g.constant([0]), g.constant([ROW_WIDTH]), g.constant([3])])
        row_weights = g.node("Slice", [weights, g.constant([ROW_WIDTH]), g.constant([2**31]), g.constant([3])])
        own_weights = g.node("Reshape", [own_weights, g.constant([0, groups, per_group, -1, ROW_WIDTH, ROW_WIDTH])])
        own_seen = g.node("Reshape", [g.node("MatMul", [own_weights, own_value]), g.constant([0, c.heads, -1, hd])])
        row_seen = g.node("Reshape", [g.node("MatMul", [row_weights, ends_of(own_value)]), g.constant([0, c.heads, -1, hd])])
        return g.node("Add", [own_seen, row_seen])

    _, rows = nodes.layers(x, Layout(g, measured=size), attend)
    return rows, time


def _time_of_rows(nodes: DecoderNodes, rows: str, size: str) -> str:
    """Sixteenths at every id of whole rows [B, R, 8], int64 [B, T]."""
    g, sixteenths = nodes.g, nodes.g.constant(SIXTEENTHS_PER_BEAT)
    beats = nodes.value(g.node("Gather", [rows, g.constant([1])], axis=2), "time1")
    inside = nodes.value(g.node("Gather", [rows, g.constant([2])], axis=2), "time2")
    beats = g.node("Mul", [beats, sixteenths])
    after = g.node("Add", [g.node("CumSum", [beats, g.constant(1)]), inside])
    shifted = g.node("Concat", [g.node("Mul", [g.node("Slice", [after, g.constant([0]), g.constant([1]), g.constant([1])]), g.constant(0)]), after], axis=1)
    before = g.node("Slice", [shifted, g.constant([0]), g.constant([-1]), g.constant([1])])
    columns = g.node("Concat", [before, g.node("Add", [before, beats]), *[after] * (ROW_WIDTH - 2)], axis=2)
    return g.node("Reshape", [columns, size])


def _keys(g: GraphBuilder, ids: str, last: str, count: str) -> tuple[str, str, str, str]:
    """Of the keys that the loop sees, T of the prefill and then `count` new ones: position (never, for those of the prefill
    that are read anew or were filled up), row, and whether they end one, [B, 1, 1, T + count]; and numbers of the new."""
    g_range = lambda limit: g.node("Range", [g.constant(0), g.node("Squeeze", [limit, g.constant([0])]), g.constant(1)])  # noqa: E731
    old = g_range(g.node("Gather", [g.node("Shape", [ids]), g.constant([1])], axis=0))
    numbers = g_range(count)
    positions = g.node("Concat", [g.node("Add", [old, g.node("Mul", [last, g.constant([0])])]), g.node("Add", [numbers, last])], axis=1)
    row = g.node("Cast", [g.node("Div", [positions, g.constant(ROW_WIDTH)])], to=TensorProto.FLOAT)
    ends = g.node("Equal", [g.node("Mod", [positions, g.constant(ROW_WIDTH)]), g.constant(ROW_WIDTH - 1)])
    seen = g.node("Where", [g.node("Less", [old, last]), g.node("Cast", [old], to=TensorProto.FLOAT), g.constant(NEVER, np.float32)])
    new = g.node("Cast", [g.node("Add", [numbers, last])], to=TensorProto.FLOAT)
    place = g.node("Concat", [seen, new], axis=1)
    unsqueezed = [g.node("Unsqueeze", [value, g.constant([1, 2])]) for value in (place, row, ends)]
    return (*unsqueezed, g.node("Cast", [g.node("Unsqueeze", [numbers, g.constant([1])])], to=TensorProto.FLOAT))


def _shown(g: GraphBuilder, shown: str) -> str:
    return g.node("Where", [shown, g.constant(0.0, np.float32), g.constant(OUT_OF_SIGHT, np.float32)])


def _body(
    around: GraphBuilder, model: Decoder, storage: Storage, program: Program, past: list[str], keys: tuple[str, str, str, str]
) -> onnx.GraphProto:
    """Reads one id of each stream and draws the next."""
    g, c = around.inner("unit", "unit/"), model.configuration
    whole, real = TensorProto.INT64, TensorProto.FLOAT
    parts = 2 * c.layers
    g.input("turn", whole, [])
    g.input("go_on", TensorProto.BOOL, [])
    ids, position, clock = g.input("ids", whole, ["B"]), g.input("position", real, ["B", 1]), g.input("clock", real, ["B", 1])
    number = g.input("number", real, [1])
    written = g.input("written", real, ["B", parts * c.key_value_heads, "N", c.head_dimension])
    state, drawn = g.input("state", whole, ["B"]), g.input("drawn", whole, ["B", 1])
    nodes = DecoderNodes(g, model, storage, around)

    row = g.node("Floor", [g.node("Mul", [position, g.constant(1 / ROW_WIDTH, np.float32)])])
    column = g.node("Sub", [position, g.node("Mul", [row, g.constant(ROW_WIDTH, np.float32)])])
    time = _time(nodes, ids, column, clock)
    nodes.turn(g.node("Reshape", [row, g.constant([-1, 1, 1, 1])]), g.node("Reshape", [time, g.constant([-1, 1, 1, 1])]))
    places, rows, ends, numbers = keys
    is_past = g.node("LessOrEqual", [places, g.node("Reshape", [position, g.constant([-1, 1, 1, 1])])])
    same_row = g.node("Equal", [rows, g.node("Reshape", [row, g.constant([-1, 1, 1, 1])])])
    mask = _shown(g, g.node("And", [is_past, g.node("Or", [ends, same_row])]))
    is_new = g.node("Equal", [numbers, number])
    so_far = g.node("Split", [written, g.constant([c.key_value_heads] * parts)], outputs=parts, axis=1)
    now: list[str] = []

    def attend(layer: int, query: str, key: str, value: str) -> str:
        joined = []
        for index, new in ((2 * layer, key), (2 * layer + 1, value)):
            now.append(g.node("Where", [is_new, new, so_far[index]]))
            joined.append(g.node("Concat", [past[index], now[-1]], axis=2))
        return nodes.seen(query, *joined, mask, streams=-1)

    columns = g.node("Cast", [g.node("Reshape", [column, g.constant([-1])])], to=whole)
    x, _ = nodes.layers(nodes.embed(ids, columns, time), Layout(g, -1, 1), attend)
    token, following, draws = draw_on_device(g, program, nodes.logits(x), c.vocabulary_size, state, drawn)
    one = g.constant([1.0], np.float32)
    g.initializer_output("more", np.array(True))
    g.output("next_ids", token, ["B"], whole)
    g.output("next_position", g.node("Add", [position, one]), ["B", 1])
    g.output("next_clock", time, ["B", 1])
    g.output("next_number", g.node("Add", [number, one]), [1])
    g.output("next_written", g.node("Concat", now, axis=1), None)
    g.output("next_state", following, ["B"], whole)
    g.output("next_drawn", draws, ["B", 1], whole)
    g.output("token", token, ["B"], whole)
    return g.body()


def _time(nodes: DecoderNodes, ids: str, column: str, clock: str) -> str:
    """Sixteenths at one id of each stream, float32 [B, 1], where the clock stood at `clock` before."""
    g, sixteenths = nodes.g, nodes.g.constant(SIXTEENTHS_PER_BEAT, np.float32)
    real = g.node("Unsqueeze", [g.node("Cast", [ids], to=TensorProto.FLOAT), g.constant([1])])

    def value(parameter: str) -> str:
        start, size = BLOCKS[parameter]
        said = g.node("Sub", [real, g.constant(start, np.float32)])
        inside = g.node("And", [g.node("GreaterOrEqual", [said, g.constant(0.0, np.float32)]), g.node("Less", [said, g.constant(size, np.float32)])])
        return g.node("Where", [inside, said, g.constant(0.0, np.float32)])

    beat = g.node("Mul", [g.node("Floor", [g.node("Mul", [clock, g.constant(1 / SIXTEENTHS_PER_BEAT, np.float32)])]), sixteenths])
    inside = g.node("Where", [g.node("Equal", [column, g.constant(2.0, np.float32)]), value("time2"), g.node("Sub", [clock, beat])])
    return g.node("Add", [g.node("Add", [beat, g.node("Mul", [value("time1"), sixteenths])]), inside])
