"""The draw of `sampler_nodes` for a device: several streams at once, over the whole vocabulary, and nothing that branches."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from .graph_builder import GraphBuilder
from .sampler_nodes import Program


def draw_on_device(
    g: GraphBuilder, program: Program, logits: str, vocabulary_size: int, state: str, drawn: str
) -> tuple[str, str, str]:
    """The ids int64 [B] after logits [B, V] in states [B], the states after them, and how many numbers were drawn [B, 1]."""
    along = g.constant([1])
    zero = g.constant(0.0, np.float64)
    biases = g.node("Gather", [program.biases_by_state, state], axis=0)

    def of_state(values: str) -> str:
        return g.node("Unsqueeze", [g.node("Gather", [values, state], axis=0), along])

    scaled = g.node("Div", [g.node("Cast", [logits], to=TensorProto.DOUBLE), of_state(program.temperatures)])
    scores = g.node("Add", [scaled, g.node("Cast", [biases], to=TensorProto.DOUBLE)])
    weights = g.node("Exp", [g.node("Sub", [scores, g.node("ReduceMax", [scores], axes=[1], keepdims=1)])])
    weights = g.node("Where", [g.node("GreaterOrEqual", [weights, of_state(program.least_shares)]), weights, zero])
    kept = _cut(g, program, weights, vocabulary_size)
    takes = of_state(program.draws)
    uniform = g.node("Mul", [g.node("GatherElements", [program.uniforms, drawn], axis=1), takes])
    sums = g.node("CumSum", [kept, g.constant(1)])
    below = g.node("LessOrEqual", [sums, g.node("Mul", [uniform, _last(g, sums, vocabulary_size)])])
    token = g.node("ReduceSum", [g.node("Cast", [below], to=TensorProto.INT64), along], keepdims=0)
    place = g.node("Add", [g.node("Mul", [state, g.constant([vocabulary_size])]), token])
    following = g.node("Cast", [g.node("Gather", [program.next, place], axis=0)], to=TensorProto.INT64)
    return token, following, g.node("Add", [drawn, g.node("Cast", [takes], to=TensorProto.INT64)])


def _cut(g: GraphBuilder, program: Program, weights: str, vocabulary_size: int) -> str:
    """Weights without what top-k and top-p leave out."""
    along = g.constant([1])
    total = _last(g, g.node("CumSum", [weights, g.constant(1)]), vocabulary_size)
    values, places = g.node("TopK", [weights, g.constant([vocabulary_size])], outputs=2)
    before = g.node("CumSum", [values, g.constant(1)], exclusive=1)
    numbers = g.constant(np.arange(vocabulary_size)[None])
    ranks = g.node("Unsqueeze", [program.ranks, along])
    top_p = g.node("Unsqueeze", [program.top_p, along])
    likely = g.node("LessOrEqual", [before, g.node("Mul", [top_p, total])])
    stays = g.node("And", [likely, g.node("Less", [numbers, ranks])])
    count = g.node("ReduceSum", [g.node("Cast", [stays], to=TensorProto.INT64), along], keepdims=1)
    last = g.node("Max", [g.node("Sub", [count, g.constant([1])]), g.constant([0])])
    edge, place = (g.node("GatherElements", [each, last], axis=1) for each in (values, places))
    equal = g.node("And", [g.node("Equal", [weights, edge]), g.node("LessOrEqual", [numbers, place])])
    down_to = g.node("Or", [g.node("Greater", [weights, edge]), equal])
    kept = g.node("Or", [down_to, g.node("Less", [ranks, g.constant([1])])])
    return g.node("Where", [kept, weights, g.constant(0.0, np.float64)])


def _last(g: GraphBuilder, sums: str, vocabulary_size: int) -> str:
    return g.node("Gather", [sums, g.constant([vocabulary_size - 1])], axis=1)
