"""The two-level model as ONNX graphs whose keys and values the host keeps. P: capacity of its buffers; S: new events.

`token`: opinion on the next id of a row. In: `hidden` float32 [1, 1, H] of the event before, `row` int64 [1, C], ids of the
row so far (0..7), `tlen` int64 [1], how many positions `past_tk{j}`, `past_tv{j}` [1, Gt, 8, Dt] hold, `plen` and, where the
token net looks back, `past_k{i}`, `past_v{i}` of the layers after the base net's. Out: `logits` [V]; `tdelta`
[2 Lt, Gt, C + 1 - tlen, Dt].

`event`: reads events and, in the same run, writes the next one. In: `ev` int64 [1, S, 8], `plen` int64 [1] events held,
`past_k{i}`, `past_v{i}` [1, G, P, D] of every kept layer, `count` int64 [1], ids to write at most (0: none), `state` int64
[1], where the unit stands, and the program of the unit (`sampler_nodes.Program`). Out: `hidden` [1, S, H]; `delta` [2 L, G, S, D]; `ids` int64 [n].

H is the width and, with `musical`, one more: the clock.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper

from .event_model import EventNet
from .event_nodes import HIDDEN_FROM_VIEW, EventNodes
from .graph_builder import IR_VERSION, OPSET, GraphBuilder
from .model import SIXTEENTHS_PER_BEAT
from .sampler_nodes import Program, draw, program_inputs
from .step_graph import PRODUCER
from .vocabulary import BLOCKS, ROW_WIDTH

MICROSOFT = helper.make_opsetid("com.microsoft", 1)


def hidden_size(model: EventNet) -> int:
    return model.configuration.width + int(model.configuration.musical)


def past_inputs(g: GraphBuilder, model: EventNet, first: int = 0) -> list[tuple[str, str]]:
    """Keys and values of the kept layers from `first` on, [1, G, P, D] each."""
    c = model.configuration
    shape = [1, c.base.key_value_heads, "P", c.base.head_dimension]
    return [
        (g.input(f"past_k{i}", TensorProto.FLOAT, shape), g.input(f"past_v{i}", TensorProto.FLOAT, shape))
        for i in range(first, c.kept_layers)
    ]


def finished(g: GraphBuilder) -> onnx.ModelProto:
    model = helper.make_model(
        g.body(), opset_imports=[helper.make_opsetid("", OPSET), MICROSOFT], producer_name=PRODUCER, ir_version=IR_VERSION
    )
    onnx.checker.check_model(model)
    return model


def build_token_graph(model: EventNet, quantised: bool) -> onnx.ModelProto:
    """The graph `token`."""
    g, c = GraphBuilder("token"), model.configuration
    n, shape = EventNodes(g, model, quantised), model.configuration.token
    hidden = g.node("Reshape", [g.input("hidden", TensorProto.FLOAT, [1, 1, hidden_size(model)]), g.constant([1, -1])])
    row = g.node("Reshape", [g.input("row", TensorProto.INT64, [1, "C"]), g.constant([-1])])
    tlen, plen = g.input("tlen", TensorProto.INT64, [1]), g.input("plen", TensorProto.INT64, [1])
    own_shape = [1, shape.key_value_heads, ROW_WIDTH, shape.head_dimension]
    own_past = []
    for layer in range(shape.layers):
        pair = [g.input(f"past_t{part}{layer}", TensorProto.FLOAT, own_shape) for part in "kv"]
        own_past.append(tuple(_first_rows(g, part, tlen) for part in pair))
    memory = [tuple(_first_rows(g, part, plen) for part in pair) for pair in past_inputs(g, model, c.base.layers)]

    every = g.node("Range", [g.constant(0), g.node("Add", [g.node("Squeeze", [n.length(row, 0)]), g.constant(1)]), g.constant(1)])
    column = g.node("Slice", [every, tlen, g.constant([ROW_WIDTH]), g.constant([0])])
    count = n.length(column, 0)
    state, time = _without_clock(n, hidden)
    embedded = g.node("Concat", [state, n.gathered(n.table("token_embedding", "token_embedding.weight"), row)], axis=0)
    if time is not None:
        time = g.node("Gather", [_known_times(n, time, row, every), column], axis=0)
    x = n.token_input(g.node("Gather", [embedded, column], axis=0), column, time)
    position = g.node("Expand", [plen, count]) if c.musical else column
    x, own = n.token_layers(x, n.turns("token", position, time), count, own_past, memory, _row_mask(g, every, column))
    last = g.node("Gather", [x, g.constant([-1])], axis=0)
    g.output("logits", g.node("Reshape", [n.logits(last), g.constant([-1])]), [c.vocabulary_size])
    new = [_rows_from(g, part, tlen) for pair in own for part in pair]
    g.output("tdelta", g.node("Concat", [g.node("Unsqueeze", [part, g.constant([0])]) for part in new], axis=0),
             [2 * shape.layers, shape.key_value_heads, "N", shape.head_dimension])
    return finished(g)


def _first_rows(g: GraphBuilder, buffer: str, rows: str) -> str:
    """[G, rows, D] of a buffer [1, G, capacity, D]."""
    return g.node("Squeeze", [g.node("Slice", [buffer, g.constant([0]), rows, g.constant([2])]), g.constant([0])])


def _rows_from(g: GraphBuilder, rows: str, start: str) -> str:
    return g.node("Slice", [rows, start, g.constant([ROW_WIDTH]), g.constant([1])])


def _without_clock(n: EventNodes, hidden: str) -> tuple[str, str | None]:
    """The state [1, width] and the clock [1, 1] of `hidden` [1, H]."""
    if not n.c.musical:
        return hidden, None
    state, clock = n.g.node("Split", [hidden, n.g.constant([n.c.width, 1])], outputs=2, axis=1)
    return state, clock


def _known_times(n: EventNodes, clock: str, row: str, every: str) -> str:
    """Musical time known at each position of a row, float32 [C + 1, 1]."""
    g = n.g
    now = g.node("Cast", [g.node("Round", [g.node("Reshape", [clock, g.constant([-1])])])], to=TensorProto.INT64)
    padded = g.node("Concat", [row, g.constant([0] * ROW_WIDTH)], axis=0)
    sixteenths = g.constant(SIXTEENTHS_PER_BEAT)
    beats = g.node("Mul", [n.value(g.node("Gather", [padded, g.constant([1])]), "time1"), sixteenths])
    inside = n.value(g.node("Gather", [padded, g.constant([2])]), "time2")
    at_beat = g.node("Add", [now, beats])
    after = g.node("Add", [g.node("Add", [g.node("Sub", [now, g.node("Mod", [now, sixteenths])]), beats]), inside])
    times = g.node("Where", [
        g.node("Less", [every, g.constant(2)]), now,
        g.node("Where", [g.node("Equal", [every, g.constant(2)]), at_beat, after]),
    ])
    return g.node("Unsqueeze", [g.node("Cast", [times], to=TensorProto.FLOAT), g.constant([1])])


def _row_mask(g: GraphBuilder, every: str, column: str) -> str:
    """[1, N, C + 1]: a position sees itself and what is before it in its row."""
    seen = g.node("LessOrEqual", [g.node("Unsqueeze", [every, g.constant([0])]), g.node("Unsqueeze", [column, g.constant([1])])])
    mask = g.node("Where", [seen, g.constant(0.0, np.float32), g.constant(HIDDEN_FROM_VIEW, np.float32)])
    return g.node("Unsqueeze", [mask, g.constant([0])])


def build_base_graph(model: EventNet, quantised: bool) -> onnx.ModelProto:
    """The graph `event` without what it writes: for models whose ids are drawn outside."""
    g = GraphBuilder("base")
    read_events(EventNodes(g, model, quantised))
    return finished(g)


def read_events(n: EventNodes) -> tuple[str, str, list[str], list[tuple[str, str]], str]:
    """Inputs, outputs and nodes of the base net. Returns hidden [S, width], the clock [S, 1], new keys and values, the
    host's and `plen`."""
    g, c = n.g, n.c
    ev = g.input("ev", TensorProto.INT64, [1, "S", ROW_WIDTH])
    plen = g.input("plen", TensorProto.INT64, [1])
    past = past_inputs(g, n.model)
    hidden, kept, time = n.base(g.node("Squeeze", [ev, g.constant([0])]), plen, past[: c.base.layers])
    whole = hidden if time is None else g.node("Concat", [hidden, time], axis=1)
    g.output("hidden", g.node("Unsqueeze", [whole, g.constant([0])]), [1, "S", hidden_size(n.model)])
    stacked = [g.node("Unsqueeze", [part, g.constant([0])]) for part in kept]
    g.output("delta", g.node("Concat", stacked, axis=0),
             [2 * c.kept_layers, c.base.key_value_heads, "S", c.base.head_dimension])
    return hidden, time, kept, past, plen


def build_event_graph(model: EventNet, quantised: bool) -> onnx.ModelProto:
    """The graph `event`. The loop's body holds the token net's weights: those of a graph further out would not be laid out
    for the processor when it is loaded."""
    g, c = GraphBuilder("event"), model.configuration
    n = EventNodes(g, model, quantised)
    hidden, time, kept, past, plen = read_events(n)
    count, state = g.input("count", TensorProto.INT64, [1]), g.input("state", TensorProto.INT64, [1])
    program = program_inputs(g, c.vocabulary_size)
    memory = []
    for index in range(c.base.layers, c.kept_layers):
        pairs = zip(past[index], kept[2 * index : 2 * index + 2])
        memory.append(tuple(g.node("Concat", [_first_rows(g, old, plen), new], axis=1) for old, new in pairs))
    last = g.constant([-1])
    place = g.node("Add", [plen, n.length(hidden, 0)])
    clock = g.constant(np.zeros((1, 1)), np.float32) if time is None else g.node("Gather", [time, last], axis=0)
    none = g.constant(np.zeros((c.token.key_value_heads, 0, c.token.head_dimension)), np.float32)
    carried = [g.node("Gather", [hidden, last], axis=0), clock, state, g.constant([0]), *[none] * (2 * c.token.layers)]
    body = _body(g, model, quantised, program, memory, place)
    *_, ids = g.node(
        "Loop", [g.node("Squeeze", [count]), g.constant(True, np.bool_), *carried], outputs=len(carried) + 1, body=body
    )
    g.output("ids", g.node("Reshape", [ids, last]), ["n"], TensorProto.INT64)
    return finished(g)


def _body(
    around: GraphBuilder, model: EventNet, quantised: bool, program: Program, memory: list[tuple[str, str]], place: str
) -> onnx.GraphProto:
    """One position of the row: reads what is embedded, draws an id and embeds it. `place`: events read, int64 [1]."""
    g, c = around.inner("row", "row/"), model.configuration
    n, shape, whole = EventNodes(g, model, quantised), model.configuration.token, TensorProto.INT64
    turn = g.input("turn", whole, [])
    g.input("go_on", TensorProto.BOOL, [])
    embedded, clock = g.input("embedded", TensorProto.FLOAT, [1, c.width]), g.input("clock", TensorProto.FLOAT, [1, 1])
    state, drawn = g.input("state", whole, [1]), g.input("drawn", whole, [1])
    own_shape = [shape.key_value_heads, "j", shape.head_dimension]
    own_past = [
        tuple(g.input(f"own_{part}{layer}", TensorProto.FLOAT, own_shape) for part in "kv") for layer in range(shape.layers)
    ]
    column = g.node("Reshape", [turn, g.constant([1])])
    time = clock if c.musical else None
    x = n.token_input(embedded, column, time)
    turns = n.turns("token", place if c.musical else column, time)
    x, own = n.token_layers(x, turns, g.constant([1]), own_past, memory, None)
    logits = g.node("Reshape", [n.logits(x), g.constant([-1])])
    token, following, draws = draw(g, program, logits, c.vocabulary_size, state, drawn)
    g.output("more", g.node("Squeeze", [g.node("Greater", [following, g.constant([0])]), g.constant([0])]), None, TensorProto.BOOL)
    g.output("next_embedded", n.gathered(n.table("token_embedding", "token_embedding.weight"), token), None)
    g.output("next_clock", _clock_after(n, clock, token) if c.musical else clock, [1, 1])
    g.output("next_state", following, [1], whole)
    g.output("next_drawn", draws, [1], whole)
    for layer, pair in enumerate(own):
        for part, rows in zip("kv", pair):
            g.output(f"next_own_{part}{layer}", rows, None)
    g.output("token", token, [1], whole)
    return g.body()


def _clock_after(n: EventNodes, clock: str, token: str) -> str:
    """The musical time known once an id of the row is: time1 moves it by beats, time2 sets its place in the beat."""
    g = n.g
    start, size = BLOCKS["time2"]
    now = g.node("Cast", [g.node("Round", [clock])], to=TensorProto.INT64)
    moved = g.node("Add", [now, g.node("Mul", [n.value(token, "time1"), g.constant(SIXTEENTHS_PER_BEAT)])])
    floor = g.node("Sub", [now, g.node("Mod", [now, g.constant(SIXTEENTHS_PER_BEAT)])])
    placed = g.node("Add", [floor, n.value(token, "time2")])
    is_place = g.node("And", [
        g.node("GreaterOrEqual", [token, g.constant([start])]), g.node("Less", [token, g.constant([start + size])]),
    ])
    return g.node("Cast", [g.node("Where", [is_place, placed, moved])], to=TensorProto.FLOAT)
