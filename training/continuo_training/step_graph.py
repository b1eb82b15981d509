"""The decoder as an ONNX `step` graph: prefill chunks and single ids, keys and values kept by the host.

Inputs   ids int64 [1, S], plen int64 [1] (valid past rows), past_k{i} and past_v{i} float32 [1, Hkv, P, hd], P >= 1.
Outputs  logits float32 [V] after the last id; delta float32 [2 L, Hkv, S, hd], row 2i new keys and row 2i + 1
         new values of layer i. Keys are stored after the rotation.

Only the past rows that attention can see (the last id of every finished row, all ids of the unfinished one) are
gathered, so the cost follows plen / 8 and never the capacity P, and rows at plen and beyond are never read.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto

from .graph_builder import GraphBuilder
from .model import NORM_EPSILON, SIXTEENTHS_PER_BEAT, Decoder
from .vocabulary import BLOCKS, ROW_WIDTH

PRODUCER = "continuo-training"


def build_step_graph(model: Decoder, half_tables: bool, half_weights: bool = False) -> onnx.ModelProto:
    """`half_tables`: store the embedding in fp16; `half_weights`: store the matrices in fp16 (computed in fp32)."""
    return _StepGraph(model, half_tables, half_weights).build()


class _StepGraph:
    def __init__(self, model: Decoder, half_tables: bool, half_weights: bool) -> None:
        self.model = model
        self.c = model.configuration
        self.half_tables = half_tables
        self.half_weights = half_weights
        self.g = GraphBuilder("step")
        self.state = {name: value.detach().float().cpu().numpy() for name, value in model.state_dict().items()}

    def build(self) -> onnx.ModelProto:
        g, c = self.g, self.c
        past_shape = [1, c.key_value_heads, "P", c.head_dimension]
        ids = g.node("Reshape", [g.input("ids", TensorProto.INT64, [1, "S"]), g.constant([-1])], name="flat_ids")
        self.plen = g.input("plen", TensorProto.INT64, [1])
        past = [
            (g.input(f"past_k{i}", TensorProto.FLOAT, past_shape), g.input(f"past_v{i}", TensorProto.FLOAT, past_shape))
            for i in range(c.layers)
        ]
        self._positions(ids)
        time = self._musical_time(ids, past[0][0])
        x = self._embed(ids, time)
        self._rotations()
        self._visible()
        new_rows: list[str] = []
        for index, (past_key, past_value) in enumerate(past):
            x, key, value = self._layer(index, x, past_key, past_value)
            new_rows += [key, value]
        last = g.node("Gather", [x, g.constant([-1])], axis=0, name="last")
        logits = self._matmul(self._norm(last, "final_gain"), "head", self.state["head"].T)
        g.output("logits", g.node("Reshape", [logits, g.constant([-1])]), [c.vocabulary_size])
        g.output("delta", g.node("Concat", new_rows, axis=0), [2 * c.layers, c.key_value_heads, "S", c.head_dimension])
        return g.build(PRODUCER, {key: str(value) for key, value in c.as_dict().items()})

    def _positions(self, ids: str) -> None:
        g = self.g
        self.count = g.node("Shape", [ids], name="count")
        scalar = g.node("Squeeze", [self.count])
        self.steps = g.node("Range", [g.constant(0), scalar, g.constant(1)], name="steps")
        self.position = g.node("Add", [self.steps, self.plen], name="position")
        self.column = g.node("Mod", [self.position, g.constant(ROW_WIDTH)], name="column")
        self.row = g.node("Div", [self.position, g.constant(ROW_WIDTH)], name="row")

    def _value(self, ids: str, parameter: str) -> str:
        g = self.g
        start, size = BLOCKS[parameter]
        value = g.node("Sub", [ids, g.constant(start)])
        above = g.node("GreaterOrEqual", [value, g.constant(0)])
        below = g.node("Less", [value, g.constant(size)])
        return g.node("Where", [g.node("And", [above, below]), value, g.constant(0)])

    def _musical_time(self, ids: str, past_key: str) -> str:
        """Sixteenths since row 0 at every new id, int64 [S]; carried over from the clock channel of the last past row."""
        g, c = self.g, self.c
        sixteenths = g.constant(SIXTEENTHS_PER_BEAT)
        previous = g.node("Max", [g.node("Sub", [self.plen, g.constant(1)]), g.constant([0])])
        head = g.node("Slice", [past_key, g.constant([0]), g.constant([1]), g.constant([1])])
        channel = g.node("Gather", [head, g.constant(c.head_dimension - 1)], axis=3)
        stored = g.node("Gather", [g.node("Reshape", [channel, g.constant([-1])]), previous], axis=0)
        started = g.node("Greater", [self.plen, g.constant(0)])
        carried = g.node("Where", [started, g.node("Cast", [g.node("Round", [stored])], to=TensorProto.INT64), g.constant(0)])
        carried_inside = g.node("Mod", [carried, sixteenths])
        beats = g.node("CumSum", [self._value(ids, "time1"), g.constant(0)])
        ends = g.node("Add", [g.node("Sub", [carried, carried_inside]), g.node("Mul", [beats, sixteenths])])
        since = g.node("Mod", [g.node("Add", [self.column, g.constant(ROW_WIDTH - 2)]), g.constant(ROW_WIDTH)])
        source = g.node("Sub", [self.steps, since])
        known = g.node("GreaterOrEqual", [source, g.constant(0)])
        inside = g.node("Gather", [self._value(ids, "time2"), g.node("Max", [source, g.constant(0)])], axis=0)
        return g.node("Add", [ends, g.node("Where", [known, inside, carried_inside])], name="time")

    def _embed(self, ids: str, time: str) -> str:
        g = self.g
        kind = np.float16 if self.half_tables else np.float32
        token = g.node("Gather", [g.weight("embedding", self.state["embedding.weight"].astype(kind)), ids], axis=0)
        if self.half_tables:
            token = g.node("Cast", [token], to=TensorProto.FLOAT)
        column = g.node("Gather", [g.weight("column_table", self.state["column.weight"]), self.column], axis=0)
        self.time_float = g.node("Unsqueeze", [g.node("Cast", [time], to=TensorProto.FLOAT), g.constant([1])])
        frequencies = self.model.time_frequencies.numpy()[None]
        angles = g.node("Mul", [self.time_float, g.weight("time_frequencies", frequencies)])
        features = g.node("Concat", [g.node("Sin", [angles]), g.node("Cos", [angles])], axis=1)
        projected = g.node("MatMul", [features, g.weight("time_weight", self.state["time.weight"].T)], name="time_projection")
        return g.node("Add", [g.node("Add", [token, column]), projected])

    def _rotations(self) -> None:
        g = self.g
        rows = g.node("Unsqueeze", [g.node("Cast", [self.row], to=TensorProto.FLOAT), g.constant([1])])
        by_row = g.node("Mul", [rows, g.weight("per_row", np.tile(self.model.per_row.numpy(), 2)[None])])
        by_time = g.node("Mul", [self.time_float, g.weight("per_sixteenth", np.tile(self.model.per_sixteenth.numpy(), 2)[None])])
        turns = g.node("Unsqueeze", [g.node("Add", [by_row, by_time]), g.constant([0])])
        self.cosine = g.node("Cos", [turns])
        self.sine = g.node("Sin", [turns])

    def _visible(self) -> None:
        """Indices of the past rows that any new id can see, and the mask [S, visible + S]."""
        g = self.g
        width, one = g.constant(ROW_WIDTH), g.constant(1)
        past = g.node("Squeeze", [self.plen])
        first_of_row = g.node("Mul", [g.node("Div", [past, width]), width])
        finished = g.node("Range", [g.constant(ROW_WIDTH - 1), past, width])
        unfinished = g.node("Range", [first_of_row, past, one])
        self.visible = g.node("Concat", [finished, unfinished], axis=0, name="visible")
        keys = g.node("Unsqueeze", [g.node("Concat", [self.visible, self.position], axis=0), g.constant([0])])
        position = g.node("Unsqueeze", [self.position, g.constant([1])])
        row = g.node("Unsqueeze", [self.row, g.constant([1])])
        past_or_now = g.node("LessOrEqual", [keys, position])
        ends_row = g.node("Equal", [g.node("Mod", [keys, width]), g.constant(ROW_WIDTH - 1)])
        same_row = g.node("Equal", [g.node("Div", [keys, width]), row])
        allowed = g.node("And", [past_or_now, g.node("Or", [ends_row, same_row])])
        self.mask = g.node(
            "Where", [allowed, g.constant(0.0, np.float32), g.constant(-1e9, np.float32)], name="mask"
        )

    def _norm(self, x: str, gain: str) -> str:
        g = self.g
        mean = g.node("ReduceMean", [g.node("Pow", [x, g.constant(2.0, np.float32)])], axes=[-1])
        root = g.node("Sqrt", [g.node("Add", [mean, g.constant(NORM_EPSILON, np.float32)])])
        return g.node("Mul", [g.node("Div", [x, root]), g.weight(f"{gain}.w", self.state[gain])])

    def _matmul(self, x: str, name: str, weight: np.ndarray) -> str:
        g = self.g
        stored = g.weight(f"{name}.w", weight.astype(np.float16) if self.half_weights else weight)
        if self.half_weights:
            stored = g.node("Cast", [stored], to=TensorProto.FLOAT, name=f"{name}.float")
        return g.node("MatMul", [x, stored], name=name)

    def _layer(self, index: int, x: str, past_key: str, past_value: str) -> tuple[str, str, str]:
        g, prefix = self.g, f"layers.{index}"
        normed = self._norm(x, f"{prefix}.attention_gain")
        attended, key, value = self._attention(index, normed, past_key, past_value)
        x = g.node("Add", [x, attended])
        normed = self._norm(x, f"{prefix}.feed_forward_gain")
        both = self._matmul(normed, f"{prefix}.gate_up", self.state[f"{prefix}.gate_up.weight"].T)
        gate, up = g.node("Split", [both, g.constant([self.c.hidden, self.c.hidden])], outputs=2, axis=1)
        gated = g.node("Mul", [g.node("Mul", [gate, g.node("Sigmoid", [gate])]), up])
        down = self._matmul(gated, f"{prefix}.down", self.state[f"{prefix}.down.weight"].T)
        return g.node("Add", [x, down]), key, value

    def _attention(self, index: int, x: str, past_key: str, past_value: str) -> tuple[str, str, str]:
        g, c, prefix = self.g, self.c, f"layers.{index}"
        heads, groups, size = c.heads, c.key_value_heads, c.head_dimension
        mixed = self._matmul(x, f"{prefix}.query_key_value", self.state[f"{prefix}.query_key_value.weight"].T)
        mixed = g.node("Reshape", [mixed, g.constant([-1, heads + 2 * groups, size])])
        mixed = g.node("Transpose", [mixed], perm=[1, 0, 2])
        query_key, value = g.node("Split", [mixed, g.constant([heads + groups, groups])], outputs=2, axis=0)
        query_key = self._rotated(self._scaled(index, query_key))
        if index == 0:
            query_key = self._with_clock(query_key)
        query, key = g.node("Split", [query_key, g.constant([heads, groups])], outputs=2, axis=0)
        key = g.node("Unsqueeze", [key, g.constant([0])])
        value = g.node("Unsqueeze", [value, g.constant([0])])

        keys = g.node("Concat", [g.node("Gather", [past_key, self.visible], axis=2), key], axis=2)
        values = g.node("Concat", [g.node("Gather", [past_value, self.visible], axis=2), value], axis=2)
        query = g.node("Reshape", [query, g.constant([1, groups, -1, size])])
        scores = g.node("MatMul", [query, g.node("Transpose", [keys], perm=[0, 1, 3, 2])])
        by_head = g.node("Concat", [g.constant([1, heads]), self.count, g.constant([-1])], axis=0)
        weights = g.node("Softmax", [g.node("Add", [g.node("Reshape", [scores, by_head]), self.mask])], axis=-1)
        weights = g.node("Reshape", [weights, g.node("Shape", [scores])])
        out = g.node("Reshape", [g.node("MatMul", [weights, values]), g.constant([heads, -1, size])])
        out = g.node("Reshape", [g.node("Transpose", [out], perm=[1, 0, 2]), g.constant([-1, heads * size])])
        out = self._matmul(out, f"{prefix}.attention_out", self.state[f"{prefix}.attention_out.weight"].T)
        return out, key, value

    def _scaled(self, index: int, query_key: str) -> str:
        """Unit RMS per head, times the learned scale of each query head (and 1 for keys)."""
        g, c, prefix = self.g, self.c, f"layers.{index}"
        mean = g.node("ReduceMean", [g.node("Mul", [query_key, query_key])], axes=[-1])
        root = g.node("Sqrt", [g.node("Add", [mean, g.constant(NORM_EPSILON, np.float32)])])
        scale = np.ones((c.heads + c.key_value_heads, 1, 1), dtype=np.float32)
        scale[: c.heads, 0, 0] = self.state[f"{prefix}.attention_scale"]
        return g.node("Mul", [g.node("Div", [query_key, root]), g.weight(f"{prefix}.scale", scale)])

    def _rotated(self, query_key: str) -> str:
        g, half = self.g, self.c.head_dimension // 2
        first, second = g.node("Split", [query_key, g.constant([half, half])], outputs=2, axis=2)
        turned = g.node("Concat", [g.node("Neg", [second]), first], axis=2)
        return g.node("Add", [g.node("Mul", [query_key, self.cosine]), g.node("Mul", [turned, self.sine])])

    def _with_clock(self, query_key: str) -> str:
        """The last channel of layer 0: unseen by every query; musical time in the first key head."""
        g, c = self.g, self.c
        keep = np.ones((1, 1, c.head_dimension), dtype=np.float32)
        keep[..., -1] = 0
        clock = np.zeros((c.heads + c.key_value_heads, 1, c.head_dimension), dtype=np.float32)
        clock[c.heads, 0, -1] = 1
        time = g.node("Mul", [self.time_float, g.weight("clock_channel", clock)])
        return g.node("Add", [g.node("Mul", [query_key, g.weight("clock_keep", keep)]), time])
