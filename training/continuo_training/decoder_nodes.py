"""The pieces of the decoder as ONNX nodes, for every graph that is made of it.

Shapes: B streams, S new ids, x float32 [B S, width], keys and values [B, Hkv, rows, hd]. Few nodes matter more than few
multiplications: where one id is read at a time, most of the time goes into the nodes themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from .graph_builder import GraphBuilder
from .model import NORM_EPSILON, SIXTEENTHS_PER_BEAT, Decoder
from .vocabulary import BLOCKS, ROW_WIDTH

OUT_OF_SIGHT = -1e9


@dataclass(frozen=True)
class Storage:
    """`half_tables`: the embedding is stored in fp16; `half_weights`: so are the matrices. Both are computed in fp32."""

    half_tables: bool
    half_weights: bool = False


class Layout:
    """How flat rows [B S, n] lie in streams and steps: by numbers (-1 for one of them that is free), or by a value int64
    [2] of the graph where both are."""

    def __init__(self, g: GraphBuilder, streams: int = 1, steps: int = -1, measured: str | None = None) -> None:
        self._g, self._sizes, self._measured = g, [streams, steps], measured

    def shaped(self, x: str, tail: Sequence[int]) -> str:
        """As [B, S, *tail]."""
        g = self._g
        if self._measured is None:
            return g.node("Reshape", [x, g.constant([*self._sizes, *tail])])
        return g.node("Reshape", [x, g.node("Concat", [self._measured, g.constant(list(tail))], axis=0)])


# Of queries [B, heads, S, hd], keys and values [B, Hkv, S, hd] of a layer, what every query sees, [B, heads, S, hd].
Attend = Callable[[int, str, str, str], str]


class DecoderNodes:
    """Writes the decoder into `g`. Weights that the graph `around` it holds already are taken from there."""

    def __init__(self, g: GraphBuilder, model: Decoder, storage: Storage, around: GraphBuilder | None = None) -> None:
        self.g, self.model, self.c, self.storage = g, model, model.configuration, storage
        self._around = around
        self._state = {name: value.detach().float().cpu().numpy() for name, value in model.state_dict().items()}

    def value(self, ids: str, parameter: str) -> str:
        """What each id says of a parameter, int64; 0 where it speaks of another."""
        g = self.g
        start, size = BLOCKS[parameter]
        value = g.node("Sub", [ids, g.constant(start)])
        above = g.node("GreaterOrEqual", [value, g.constant(0)])
        below = g.node("Less", [value, g.constant(size)])
        return g.node("Where", [g.node("And", [above, below]), value, g.constant(0)])

    def stored_clock(self, first_keys: str, row: str) -> str:
        """Sixteenths that the keys of layer 0, float32 [1, Hkv, rows, hd], keep at a row; int64 [1]."""
        g = self.g
        keys = g.node("Gather", [first_keys, row], axis=2)
        head = g.node("Slice", [keys, g.constant([0, self.c.head_dimension - 1]), g.constant([1, self.c.head_dimension]), g.constant([1, 3])])
        return g.node("Cast", [g.node("Round", [g.node("Reshape", [head, g.constant([-1])])])], to=TensorProto.INT64)

    def musical_time(self, ids: str, steps: str, column: str, carried: str) -> str:
        """Sixteenths since row 0 at each of the ids [S], which go on from a clock that stood at `carried` [1]; int64."""
        g = self.g
        sixteenths = g.constant(SIXTEENTHS_PER_BEAT)
        inside_before = g.node("Mod", [carried, sixteenths])
        beats = g.node("CumSum", [self.value(ids, "time1"), g.constant(0)])
        ends = g.node("Add", [g.node("Sub", [carried, inside_before]), g.node("Mul", [beats, sixteenths])])
        since = g.node("Mod", [g.node("Add", [column, g.constant(ROW_WIDTH - 2)]), g.constant(ROW_WIDTH)])
        source = g.node("Sub", [steps, since])
        known = g.node("GreaterOrEqual", [source, g.constant(0)])
        inside = g.node("Gather", [self.value(ids, "time2"), g.node("Max", [source, g.constant(0)])], axis=0)
        return g.node("Add", [ends, g.node("Where", [known, inside, inside_before])], name="time")

    def embed(self, ids: str, column: str, time: str) -> str:
        """x of ids in their columns at their times, float32 [n, 1]; all flat."""
        g = self.g
        token = g.node("Gather", [self._weight("embedding", "embedding.weight", self.storage.half_tables), ids], axis=0)
        if self.storage.half_tables:
            token = g.node("Cast", [token], to=TensorProto.FLOAT)
        columns = g.node("Gather", [self._table("column_table", self._state["column.weight"]), column], axis=0)
        angles = g.node("Mul", [time, self._table("time_frequencies", self.model.time_frequencies.numpy()[None])])
        features = g.node("Concat", [g.node("Sin", [angles]), g.node("Cos", [angles])], axis=1)
        projected = g.node("MatMul", [features, self._table("time_weight", self._state["time.weight"].T)], name="time_projection")
        return g.node("Add", [g.node("Add", [token, columns]), projected])

    def turn(self, row: str, time: str) -> None:
        """Sets the rotations of queries and keys at rows and times, float32 [.., 1] each; .. broadcasts to [B, H, S]."""
        g = self.g
        by_row = g.node("Mul", [row, self._table("per_row", np.tile(self.model.per_row.numpy(), 2)[None])])
        by_time = g.node("Mul", [time, self._table("per_sixteenth", np.tile(self.model.per_sixteenth.numpy(), 2)[None])])
        turns = g.node("Add", [by_row, by_time])
        self._cosine = g.node("Cos", [turns])
        # The half that the sine is subtracted from is told here, once for all layers.
        signs = np.repeat([-1.0, 1.0], self.c.head_dimension // 2).astype(np.float32)[None]
        self._sine = g.node("Mul", [g.node("Sin", [turns]), g.constant(signs, np.float32)])
        self._clock = g.node("Mul", [time, self._table("clock_channel", self._clock_channel())])

    def layers(self, x: str, layout: Layout, attend: Attend) -> tuple[str, list[str]]:
        """x after all layers, and their new keys and values in turn, [B, Hkv, S, hd] each."""
        rows: list[str] = []
        for index in range(self.c.layers):
            g, prefix = self.g, f"layers.{index}"
            query, key, value = self._query_key_value(index, self._norm(x, f"{prefix}.attention_gain"), layout)
            rows += [key, value]
            seen = g.node("Transpose", [attend(index, query, key, value)], perm=[0, 2, 1, 3])
            seen = g.node("Reshape", [seen, g.constant([-1, self.c.heads * self.c.head_dimension])])
            x = g.node("Add", [x, self._matmul(seen, f"{prefix}.attention_out", f"{prefix}.attention_out.weight")])
            both = self._matmul(self._norm(x, f"{prefix}.feed_forward_gain"), f"{prefix}.gate_up", f"{prefix}.gate_up.weight")
            gate, up = g.node("Split", [both, g.constant([self.c.hidden, self.c.hidden])], outputs=2, axis=1)
            gated = g.node("Mul", [g.node("Mul", [gate, g.node("Sigmoid", [gate])]), up])
            x = g.node("Add", [x, self._matmul(gated, f"{prefix}.down", f"{prefix}.down.weight")])
        return x, rows

    def seen(self, query: str, keys: str, values: str, mask: str, streams: int = 1) -> str:
        """Of queries [B, heads, S, hd] over keys and values [B, Hkv, T, hd]; `mask` adds to the scores
        [B, Hkv, heads per group S, T]. `streams` -1: B is free, and S is 1."""
        g, c = self.g, self.c
        grouped = g.node("Reshape", [query, g.constant([streams, c.key_value_heads, c.heads // c.key_value_heads if streams < 0 else -1, c.head_dimension])])
        scores = g.node("Add", [g.node("MatMul", [grouped, g.node("Transpose", [keys], perm=[0, 1, 3, 2])]), mask])
        out = g.node("MatMul", [g.node("Softmax", [scores], axis=-1), values])
        return g.node("Reshape", [out, g.constant([streams, c.heads, 1 if streams < 0 else -1, c.head_dimension])])

    def logits(self, x: str) -> str:
        """Of every row of x, [n, V]."""
        return self._matmul(self._norm(x, "final_gain"), "head", "head")

    def heads_of(self, mask: str) -> str:
        """A mask [S, T] for the queries of all heads that share keys, in the order of the scores."""
        per_group = self.c.heads // self.c.key_value_heads
        return self.g.node("Tile", [mask, self.g.constant([per_group, 1])])

    def _query_key_value(self, index: int, x: str, layout: Layout) -> tuple[str, str, str]:
        g, c, prefix = self.g, self.c, f"layers.{index}"
        heads, groups = c.heads, c.key_value_heads
        mixed = self._matmul(x, f"{prefix}.query_key_value", f"{prefix}.query_key_value.weight")
        mixed = g.node("Transpose", [layout.shaped(mixed, [heads + 2 * groups, c.head_dimension])], perm=[0, 2, 1, 3])
        query_key, value = g.node("Split", [mixed, g.constant([heads + groups, groups])], outputs=2, axis=1)
        query_key = self._rotated(self._scaled(index, query_key))
        if index == 0:
            keep = np.ones((1, c.head_dimension), dtype=np.float32)
            keep[0, -1] = 0
            query_key = g.node("Add", [g.node("Mul", [query_key, g.constant(keep, np.float32)]), self._clock])
        query, key = g.node("Split", [query_key, g.constant([heads, groups])], outputs=2, axis=1)
        return query, key, value

    def _scaled(self, index: int, query_key: str) -> str:
        """Unit RMS per head, times the learned scale of each query head (and 1 for keys)."""
        scale = np.ones((self.c.heads + self.c.key_value_heads, 1, 1), dtype=np.float32)
        scale[: self.c.heads, 0, 0] = self._state[f"layers.{index}.attention_scale"]
        ones = self._table("ones", np.ones(self.c.head_dimension, dtype=np.float32))
        return self.g.node("Mul", [self._unit(query_key, ones), self._table(f"layers.{index}.scale", scale)])

    def _rotated(self, query_key: str) -> str:
        g, half = self.g, self.c.head_dimension // 2
        first, second = g.node("Split", [query_key, g.constant([half, half])], outputs=2, axis=3)
        turned = g.node("Concat", [second, first], axis=3)
        return g.node("Add", [g.node("Mul", [query_key, self._cosine]), g.node("Mul", [turned, self._sine])])

    def _clock_channel(self) -> np.ndarray:
        """The last channel of layer 0 is unseen by every query; in the first key head it keeps musical time."""
        clock = np.zeros((self.c.heads + self.c.key_value_heads, 1, self.c.head_dimension), dtype=np.float32)
        clock[self.c.heads, 0, -1] = 1
        return clock

    def _norm(self, x: str, gain: str) -> str:
        return self._unit(x, self._table(f"{gain}.w", self._state[gain]))

    def _unit(self, x: str, gain: str) -> str:
        """In the words that onnxruntime makes one node of."""
        g = self.g
        mean = g.node("ReduceMean", [g.node("Pow", [x, g.constant(2.0, np.float32)])], axes=[-1])
        root = g.node("Sqrt", [g.node("Add", [mean, g.constant(NORM_EPSILON, np.float32)])])
        return g.node("Mul", [g.node("Div", [x, root]), gain])

    def _matmul(self, x: str, name: str, weight: str) -> str:
        g = self.g
        stored = self._weight(f"{name}.w", weight, self.storage.half_weights, transposed=True)
        if self.storage.half_weights:
            stored = g.node("Cast", [stored], to=TensorProto.FLOAT, name=f"{name}.float")
        return g.node("MatMul", [x, stored], name=name)

    def _weight(self, name: str, key: str, half: bool, transposed: bool = False) -> str:
        value = self._state[key]
        value = value.T if transposed else value
        return self._table(name, value.astype(np.float16) if half else value)

    def _table(self, name: str, value: np.ndarray) -> str:
        if self._around is not None and self._around.has(name):
            return name
        return self.g.weight_once(name, value)
