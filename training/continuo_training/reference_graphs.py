"""SkyTNT's interface around arithmetic instead of nets: the stand-ins with which the reference's sampling loop was recorded.

Base: h = (31 h + sum of (j + 1) id_j) mod (2^31 - 1) over the rows, hidden[0] = h mod 2^20. Token: the state is hidden[0], then
s = (48271 s + id) mod (2^31 - 1); logit i is (x >> 8) / 2^23 * 16 - 8 where x is the i + 1-th value of the generator
x -> (1103515245 x + 12345) mod 2^31 that starts at s. A number of 31 bits lies in two channels of a key, 16 bits each: float32
holds no more.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto

from .event_graph import finished
from .graph_builder import GraphBuilder
from .published_graph import in_batch
from .vocabulary import ROW_WIDTH

MODULUS = 2**31 - 1
CHANNELS = 2
WHOLE = TensorProto.INT64


def write_reference_graphs(folder: Path, vocabulary_size: int) -> None:
    """model_base.onnx and model_token.onnx with one layer of one head of two channels, and a hidden state of one number."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(_base(), folder / "model_base.onnx")
    onnx.save(_token(vocabulary_size), folder / "model_token.onnx")


def _base() -> onnx.ModelProto:
    g = GraphBuilder("base")
    rows = g.node("Squeeze", [g.input("x", WHOLE, ["batch", "mid_seq", "token_seq"]), g.constant([0])])
    sums = g.node("ReduceSum", [g.node("Mul", [rows, g.constant(list(range(1, ROW_WIDTH + 1)))]), g.constant([1])], keepdims=0)
    states = _fold(g, sums, 31, _last_state(g))
    hidden = g.node("Cast", [g.node("Mod", [states, g.constant([2**20])])], to=TensorProto.FLOAT)
    g.output("hidden", in_batch(g, "x", hidden, [-1, 1]), ["batch", "mid_seq", 1])
    return finished(g)


def _token(vocabulary_size: int) -> onnx.ModelProto:
    g = GraphBuilder("token")
    hidden = g.node("Reshape", [g.input("hidden", TensorProto.FLOAT, ["batch", "states", 1]), g.constant([-1])])
    ids = g.node("Reshape", [g.input("x", WHOLE, ["batch", "token_seq"]), g.constant([-1])])
    # An empty row starts from 0, so that hidden[0] mod m is the first state.
    numbers = g.node("Concat", [g.node("Cast", [hidden], to=WHOLE), ids], axis=0)
    states = _fold(g, numbers, 48271, _last_state(g))
    factors, offsets = _generator(vocabulary_size)
    column = g.node("Unsqueeze", [states, g.constant([1])])
    drawn = g.node("Add", [g.node("Mul", [column, g.weight("factors", factors[None])]), g.weight("offsets", offsets[None])])
    drawn = g.node("Div", [g.node("Mod", [drawn, g.constant([2**31])]), g.constant([2**8])])
    scaled = g.node("Mul", [g.node("Cast", [drawn], to=TensorProto.FLOAT), g.constant([16 / 2**23], np.float32)])
    logits = g.node("Sub", [scaled, g.constant([8.0], np.float32)])
    g.output("y", in_batch(g, "x", logits, [-1, vocabulary_size]), ["batch", "token_seq1", vocabulary_size])
    return finished(g)


def _generator(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Factor and offset of each of the generator's values over the number that it starts at."""
    factor, offset, factors, offsets = 1, 0, [], []
    for _ in range(count):
        factor, offset = factor * 1103515245 % 2**31, (offset * 1103515245 + 12345) % 2**31
        factors.append(factor)
        offsets.append(offset)
    return np.array(factors, np.int64), np.array(offsets, np.int64)


def _last_state(g: GraphBuilder) -> str:
    """The number that the past ends with, int64 [1]; 0 where there is none."""
    past = g.input("past_key_values.0.key", TensorProto.FLOAT, ["batch", 1, "past_seq", CHANNELS])
    rows = g.node("Concat", [g.constant(np.zeros((1, 1, 1, CHANNELS)), np.float32), past], axis=2)
    last = g.node("Cast", [g.node("Reshape", [g.node("Gather", [rows, g.constant([-1])], axis=2), g.constant([-1])])], to=WHOLE)
    return g.node("ReduceSum", [g.node("Mul", [last, g.constant([2**16, 1])])], keepdims=1)


def _fold(g: GraphBuilder, numbers: str, factor: int, state: str) -> str:
    """state = (factor state + number) mod m over the numbers [n]; all states [n], which also go into `present`."""
    body = g.inner("step", "step/")
    body.input("turn", WHOLE, [])
    body.input("go_on", TensorProto.BOOL, [])
    before = body.input("state", WHOLE, [1])
    number = body.node("Gather", [numbers, body.node("Reshape", ["step/turn", body.constant([1])])], axis=0)
    after = body.node("Mod", [body.node("Add", [body.node("Mul", [before, body.constant([factor])]), number]), body.constant([MODULUS])])
    body.output("more", body.node("Identity", ["step/go_on"]), None, TensorProto.BOOL)
    body.output("next_state", after, [1], WHOLE)
    body.output("told", after, [1], WHOLE)
    count = g.node("Squeeze", [g.node("Shape", [numbers])])
    _, states = g.node("Loop", [count, g.constant(True, np.bool_), state], outputs=2, body=body.body())
    states = g.node("Reshape", [states, g.constant([-1])])
    _present(g, states)
    return states


def _present(g: GraphBuilder, states: str) -> None:
    column = g.node("Unsqueeze", [states, g.constant([1])])
    parts = [g.node("Div", [column, g.constant([2**16])]), g.node("Mod", [column, g.constant([2**16])])]
    channels = g.node("Cast", [g.node("Concat", parts, axis=1)], to=TensorProto.FLOAT)
    new = in_batch(g, "x", channels, [1, -1, CHANNELS])
    value = g.input("past_key_values.0.value", TensorProto.FLOAT, ["batch", 1, "past_seq", CHANNELS])
    for part, past in (("key", "past_key_values.0.key"), ("value", value)):
        present = g.node("Concat", [past, new], axis=2)
        g.output(f"present.0.{part}", present, ["batch", 1, "present_seq", CHANNELS])
