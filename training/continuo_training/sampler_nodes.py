"""Drawing an id inside a graph, number for number as the engine draws it (`UnitProgram` of the engine's contracts).

Everything is double precision from the scaled logits on, so that a graph and the engine differ only where their logits do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from .graph_builder import GraphBuilder


@dataclass(frozen=True)
class Program:
    """Names of the values, in the graph around the loop, that say what may be drawn and how. K states, V ids. Several
    streams share the states, and uniforms are [B, N], top_p and ranks [B].

    biases float32 [K V] (by_state: [K, V]), next int32 [K V], firsts and lasts int64 [K] (the lowest and highest id that may come),
    temperatures, least_shares, draws float64 [K], uniforms float64 [N], top_p float64 [1], ranks int64 [1] (how many of
    the heaviest may be drawn; 0 where neither top-k nor top-p is wanted).
    """

    biases: str
    biases_by_state: str
    next: str
    firsts: str
    lasts: str
    temperatures: str
    least_shares: str
    draws: str
    uniforms: str
    top_p: str
    ranks: str


def program_inputs(g: GraphBuilder, vocabulary_size: int, streams: str | None = None) -> Program:
    """Adds the inputs to the graph around the loop; `streams`: what their number is called where there are several."""
    double, whole = TensorProto.DOUBLE, TensorProto.INT64
    biases = g.input("biases", TensorProto.FLOAT, ["K", vocabulary_size])
    following = g.input("next", TensorProto.INT32, ["K", vocabulary_size])
    return Program(
        biases=g.node("Reshape", [biases, g.constant([-1])]),
        biases_by_state=biases,
        next=g.node("Reshape", [following, g.constant([-1])]),
        firsts=g.input("firsts", whole, ["K"]),
        lasts=g.input("lasts", whole, ["K"]),
        temperatures=g.input("temperatures", double, ["K"]),
        least_shares=g.input("least_shares", double, ["K"]),
        draws=g.input("draws", double, ["K"]),
        uniforms=g.input("uniforms", double, [streams, "N"] if streams else ["N"]),
        top_p=g.input("top_p", double, [streams or 1]),
        ranks=g.input("ranks", whole, [streams or 1]),
    )


def draw(g: GraphBuilder, program: Program, logits: str, vocabulary_size: int, state: str, drawn: str) -> tuple[str, str, str]:
    """The id after logits [V] in a state [1], the state after it, and how many numbers were drawn; int64 [1] each.
    Looks at the ids from the first to the last that may come, and ranks them only where a cut asks for it."""
    first = g.node("Gather", [program.firsts, state], axis=0)
    end = g.node("Add", [g.node("Gather", [program.lasts, state], axis=0), g.constant([1])])
    row = g.node("Mul", [state, g.constant([vocabulary_size])])
    biases = g.node("Slice", [program.biases, g.node("Add", [row, first]), g.node("Add", [row, end])])
    window = g.node("Slice", [logits, first, end])
    weights, total = _weights(g, program, window, biases, state)
    kept = g.node(
        "If",
        [g.node("Greater", [program.ranks, g.constant([0])])],
        then_branch=_cut(g, program, weights, total),
        else_branch=_all(g, weights),
    )
    takes = g.node("Gather", [program.draws, state], axis=0)
    uniform = g.node("Mul", [g.node("Gather", [program.uniforms, drawn], axis=0), takes])
    sums = g.node("CumSum", [kept, g.constant(0)])
    target = g.node("Mul", [uniform, g.node("Gather", [sums, g.constant([-1])], axis=0)])
    below = g.node("Cast", [g.node("LessOrEqual", [sums, target])], to=TensorProto.INT64)
    token = g.node("Add", [first, g.node("ReduceSum", [below], keepdims=1)])
    place = g.node("Add", [row, token])
    following = g.node("Cast", [g.node("Gather", [program.next, place], axis=0)], to=TensorProto.INT64)
    return token, following, g.node("Add", [drawn, g.node("Cast", [takes], to=TensorProto.INT64)])


def _weights(g: GraphBuilder, program: Program, window: str, biases: str, state: str) -> tuple[str, str]:
    """Unnormalised probabilities, the largest 1, with the unlikely at 0, and their sum [1]."""
    temperature = g.node("Gather", [program.temperatures, state], axis=0)
    scaled = g.node("Div", [g.node("Cast", [window], to=TensorProto.DOUBLE), temperature])
    scores = g.node("Add", [scaled, g.node("Cast", [biases], to=TensorProto.DOUBLE)])
    weights = g.node("Exp", [g.node("Sub", [scores, g.node("ReduceMax", [scores], keepdims=1)])])
    least = g.node("Gather", [program.least_shares, state], axis=0)
    weights = g.node("Where", [g.node("GreaterOrEqual", [weights, least]), weights, g.constant([0.0], np.float64)])
    sums = g.node("CumSum", [weights, g.constant(0)])
    return weights, g.node("Gather", [sums, g.constant([-1])], axis=0)


def _all(g: GraphBuilder, weights: str):
    inner = g.inner("all")
    inner.output("kept", weights, None, TensorProto.DOUBLE)
    return inner.body()


def _cut(g: GraphBuilder, program: Program, weights: str, total: str):
    """Of the heaviest `ranks` those before which there is no more than `top_p` of all weight."""
    inner = g.inner("cut")
    size = inner.node("Shape", [weights])
    values, places = inner.node("TopK", [weights, inner.node("Min", [program.ranks, size])], outputs=2)
    before = inner.node("CumSum", [values, inner.constant(0)], exclusive=1)
    stays = inner.node("LessOrEqual", [before, inner.node("Mul", [program.top_p, total])])
    count = inner.node("ReduceSum", [inner.node("Cast", [stays], to=TensorProto.INT64)], keepdims=1)
    last = inner.node("Sub", [count, inner.constant([1])])
    kept = kept_down_to(inner, weights, inner.node("Gather", [values, last], axis=0), inner.node("Gather", [places, last], axis=0), size)
    inner.output("kept", kept, None, TensorProto.DOUBLE)
    return inner.body()


def kept_down_to(g: GraphBuilder, weights: str, edge: str, place: str, size: str) -> str:
    """Weights without those that are lighter than `edge`, or as heavy and behind `place`."""
    indices = g.node("Range", [g.constant(0), g.node("Squeeze", [size]), g.constant(1)])
    equal = g.node("And", [g.node("Equal", [weights, edge]), g.node("LessOrEqual", [indices, place])])
    stays = g.node("Or", [g.node("Greater", [weights, edge]), equal])
    return g.node("Where", [stays, weights, g.constant([0.0], np.float64)])
