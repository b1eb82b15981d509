"""The pieces of the two-level model as ONNX nodes, for every graph that is made of it.

Shapes: x float32 [S, width]; keys and values [G, S, D] with G key-value heads of dimension D. Rows of the past at `plen`
and beyond are masked, so that the host's buffers are read where they lie.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from .event_model import EventNet, NetShape
from .graph_builder import GraphBuilder
from .model import NORM_EPSILON, SIXTEENTHS_PER_BEAT
from .vocabulary import BLOCKS, ROW_WIDTH

HIDDEN_FROM_VIEW = -1e9


class EventNodes:
    """Writes into `g`. `quantised`: matrices in int8 by column, tables in fp16; everything is computed with in fp32."""

    def __init__(self, g: GraphBuilder, model: EventNet, quantised: bool) -> None:
        self.g, self.model, self.c, self.quantised = g, model, model.configuration, quantised
        self.state = {name: value.detach().float().cpu().numpy() for name, value in model.state_dict().items()}

    # ---- numbers ------------------------------------------------------------------------------------------------

    def table(self, name: str, weight: str) -> str:
        """A table of rows to gather."""
        return self.g.weight(name, self.state[weight].astype(np.float16 if self.quantised else np.float32))

    def gathered(self, table: str, ids: str) -> str:
        g = self.g
        rows = g.node("Gather", [table, ids], axis=0)
        return g.node("Cast", [rows], to=TensorProto.FLOAT) if self.quantised else rows

    def matmul(self, x: str, name: str, weight: np.ndarray) -> str:
        """x @ weight, [in, out]."""
        g = self.g
        if not self.quantised:
            return g.node("MatMul", [x, g.weight(f"{name}.w", weight)])
        scale = np.maximum(np.abs(weight).max(axis=0), 1e-12).astype(np.float32) / 127
        whole = np.clip(np.round(weight / scale), -127, 127).astype(np.int8)
        inputs = [x, g.weight(f"{name}.w", whole), g.weight(f"{name}.scale", scale), g.weight(f"{name}.zero", np.zeros(len(scale), np.int8))]
        return g.node("DynamicQuantizeMatMul", inputs, domain="com.microsoft")

    def norm(self, x: str, gain: str | None = None, size: int = 0) -> str:
        """Unit RMS, times a gain or, without one, 1 over `size` channels; in the words that onnxruntime makes one node of."""
        g = self.g
        mean = g.node("ReduceMean", [g.node("Pow", [x, g.constant(2.0, np.float32)])], axes=[-1])
        root = g.node("Sqrt", [g.node("Add", [mean, g.constant(NORM_EPSILON, np.float32)])])
        scale = g.constant(np.ones(size), np.float32) if gain is None else g.weight(f"{gain}.g", self.state[gain])
        return g.node("Mul", [g.node("Div", [x, root]), scale])

    def value(self, ids: str, parameter: str) -> str:
        """The value that an id says of a parameter, 0 where it speaks of another; int64, as `ids`."""
        g = self.g
        start, size = BLOCKS[parameter]
        value = g.node("Sub", [ids, g.constant(start)])
        inside = g.node("And", [g.node("GreaterOrEqual", [value, g.constant(0)]), g.node("Less", [value, g.constant(size)])])
        return g.node("Where", [inside, value, g.constant(0)])

    def time_features(self, time: str, weight: str) -> str:
        """Features of musical time, float32 [S, width]; `time` float32 [S, 1]."""
        g = self.g
        angles = g.node("Mul", [time, g.weight(f"{weight}.frequencies", self.model.time_frequencies.numpy()[None])])
        features = g.node("Concat", [g.node("Sin", [angles]), g.node("Cos", [angles])], axis=1)
        return g.node("MatMul", [features, g.weight(f"{weight}.w", self.state[f"{weight}.weight"].T)])

    def turns(self, net: str, position: str, time: str | None) -> tuple[str, str]:
        """Cosines and sines [1, S, D]; `position` int64 [S], `time` float32 [S, 1]."""
        g = self.g
        rows = g.node("Unsqueeze", [g.node("Cast", [position], to=TensorProto.FLOAT), g.constant([1])])
        angle = g.node("Mul", [rows, self._frequencies(net, "row")])
        if time is not None:
            angle = g.node("Add", [angle, g.node("Mul", [time, self._frequencies(net, "sixteenth")])])
        angle = g.node("Unsqueeze", [angle, g.constant([0])])
        return g.node("Cos", [angle]), g.node("Sin", [angle])

    def _frequencies(self, net: str, of: str) -> str:
        values = getattr(self.model, f"{net}_per_{of}").numpy()
        return self.g.weight(f"{net}_per_{of}", np.tile(values, 2)[None].astype(np.float32))

    # ---- layers -------------------------------------------------------------------------------------------------

    def query_key_value(self, prefix: str, shape: NetShape, x: str, turns: tuple[str, str], clock: str | None = None):
        """Queries [G, (H / G) S, D], keys and values [G, S, D] of x before its norm. `clock`: float32 [S, 1], the time that
        is stored in the last channel of the first key head, which no query sees."""
        g = self.g
        heads, groups, size = shape.heads, shape.key_value_heads, shape.head_dimension
        normed = self.norm(x, f"{prefix}.attention_gain")
        mixed = self.matmul(normed, f"{prefix}.query_key_value", self.state[f"{prefix}.query_key_value.weight"].T)
        mixed = g.node("Transpose", [g.node("Reshape", [mixed, g.constant([-1, heads + 2 * groups, size])])], perm=[1, 0, 2])
        query_key, value = g.node("Split", [mixed, g.constant([heads + groups, groups])], outputs=2, axis=0)
        query_key = self.rotated(self.norm(query_key, size=size) if self.c.musical else query_key, size, turns)
        scale = np.ones((heads + groups, 1, 1), dtype=np.float32)
        scale[:heads, 0, 0] = self.state[f"{prefix}.attention_scale"] if self.c.musical else size**-0.5
        if clock is not None:
            scale = np.tile(scale, (1, 1, size))
            scale[..., -1] = 0
        query_key = g.node("Mul", [query_key, g.weight(f"{prefix}.scale", scale)])
        if clock is not None:
            channel = np.zeros((heads + groups, 1, size), dtype=np.float32)
            channel[heads, 0, -1] = 1
            query_key = g.node("Add", [query_key, g.node("Mul", [clock, g.weight(f"{prefix}.clock", channel)])])
        query, key = g.node("Split", [query_key, g.constant([heads, groups])], outputs=2, axis=0)
        return g.node("Reshape", [query, g.constant([groups, -1, size])]), key, value

    def remembered(self, prefix: str, shape: NetShape, hidden: str, turns: tuple[str, str]) -> tuple[str, str]:
        """The key and the value, [G, S, D] each, that events leave for a token layer."""
        g, groups, size = self.g, shape.key_value_heads, shape.head_dimension
        mixed = self.matmul(hidden, f"{prefix}.memory", self.state[f"{prefix}.memory.weight"].T)
        mixed = g.node("Transpose", [g.node("Reshape", [mixed, g.constant([-1, 2 * groups, size])])], perm=[1, 0, 2])
        key, value = g.node("Split", [mixed, g.constant([groups, groups])], outputs=2, axis=0)
        return self.rotated(self.norm(key, size=size), size, turns), value

    def rotated(self, x: str, size: int, turns: tuple[str, str]) -> str:
        g = self.g
        first, second = g.node("Split", [x, g.constant([size // 2, size // 2])], outputs=2, axis=2)
        turned = g.node("Concat", [g.node("Neg", [second]), first], axis=2)
        return g.node("Add", [g.node("Mul", [x, turns[0]]), g.node("Mul", [turned, turns[1]])])

    def attended(self, shape: NetShape, query: str, seen: list[tuple[str, str, str | None]], count: str) -> str:
        """What queries find, [S, H D], in parts of (keys, values, mask or None); `count` int64 [1] is S. One softmax over
        all parts; a mask is float32 and fits [H, S, rows]."""
        g, heads, groups, size = self.g, shape.heads, shape.key_value_heads, shape.head_dimension
        queries = g.node("Mul", [count, g.constant([heads // groups])])
        scores, sizes = [], []
        for key, _, mask in seen:
            rows = self.length(key, 1)
            part = g.node("MatMul", [query, g.node("Transpose", [key], perm=[0, 2, 1])])
            # All sizes are told: there may be no row at all to see.
            part = g.node("Reshape", [part, g.node("Concat", [g.constant([heads]), count, rows], axis=0)], allowzero=1)
            scores.append(part if mask is None else g.node("Add", [part, mask]))
            sizes.append(rows)
        if len(seen) == 1:
            parts = [g.node("Softmax", scores, axis=-1)]
        else:
            weights = g.node("Softmax", [g.node("Concat", scores, axis=2)], axis=-1)
            parts = g.node("Split", [weights, g.node("Concat", sizes, axis=0)], outputs=len(seen), axis=2)
        total = None
        for (_, value, _), part, rows in zip(seen, parts, sizes):
            grouped = g.node("Reshape", [part, g.node("Concat", [g.constant([groups]), queries, rows], axis=0)], allowzero=1)
            found = g.node("MatMul", [grouped, value])
            total = found if total is None else g.node("Add", [total, found])
        out = g.node("Transpose", [g.node("Reshape", [total, g.constant([heads, -1, size])])], perm=[1, 0, 2])
        return g.node("Reshape", [out, g.constant([-1, heads * size])])

    def length(self, x: str, axis: int) -> str:
        """Size of an axis, int64 [1]."""
        return self.g.node("Shape", [x], start=axis, end=axis + 1)

    def rest_of_layer(self, prefix: str, shape: NetShape, x: str, attended: str) -> str:
        g = self.g
        x = g.node("Add", [x, self.matmul(attended, f"{prefix}.attention_out", self.state[f"{prefix}.attention_out.weight"].T)])
        normed = self.norm(x, f"{prefix}.feed_forward_gain")
        both = self.matmul(normed, f"{prefix}.gate_up", self.state[f"{prefix}.gate_up.weight"].T)
        gate, up = g.node("Split", [both, g.constant([shape.hidden, shape.hidden])], outputs=2, axis=1)
        gated = g.node("Mul", [g.node("Mul", [gate, g.node("Sigmoid", [gate])]), up])
        return g.node("Add", [x, self.matmul(gated, f"{prefix}.down", self.state[f"{prefix}.down.weight"].T)])

    # ---- the base net -------------------------------------------------------------------------------------------

    def base(self, rows: str, plen: str, past: list[tuple[str, str]]) -> tuple[str, list[str], str | None]:
        """Hidden states [S, width], new keys and values [G, S, D] of every kept layer, and the clock float32 [S, 1].

        `rows` int64 [S, 8]; `past`: the host's keys and values of the base layers, [1, G, P, D]."""
        g, c = self.g, self.c
        count = self.length(rows, 0)
        steps = g.node("Range", [g.constant(0), g.node("Squeeze", [count]), g.constant(1)])
        position = g.node("Add", [steps, plen])
        x = g.node("ReduceSum", [self.gathered(self.table("embedding", "embedding.weight"), rows), g.constant([1])], keepdims=0)
        time = None
        if c.musical:
            time = self._clock(rows, plen, past[0][0])
            x = g.node("Add", [x, self.time_features(time, "time")])
        turns = self.turns("base", position, time)
        past_mask, new_mask = self._masks(past[0][0], plen, steps)
        kept: list[str] = []
        for index, pair in enumerate(past):
            prefix = f"layers.{index}"
            query, key, value = self.query_key_value(prefix, c.base, x, turns, time if index == 0 else None)
            old_key, old_value = (g.node("Squeeze", [part, g.constant([0])]) for part in pair)
            seen = [(old_key, old_value, past_mask), (key, value, new_mask)]
            x = self.rest_of_layer(prefix, c.base, x, self.attended(c.base, query, seen, count))
            kept += [key, value]
        hidden = self.norm(x, "base_gain")
        if c.musical:
            memory_turns = self.turns("token", position, time)
            for index in range(c.token.layers):
                kept += self.remembered(f"token_layers.{index}", c.token, hidden, memory_turns)
        return hidden, kept, time

    def _clock(self, rows: str, plen: str, past_key: str) -> str:
        """Sixteenths since row 0 after every new row, float32 [S, 1]; goes on from the clock channel of the last past row."""
        g, size = self.g, self.c.base.head_dimension
        sixteenths = g.constant(SIXTEENTHS_PER_BEAT)
        previous = g.node("Max", [g.node("Sub", [plen, g.constant([1])]), g.constant([0])])
        channel = g.node("Slice", [past_key, g.constant([0, size - 1]), g.constant([1, size]), g.constant([1, 3])])
        stored = g.node("Gather", [g.node("Reshape", [channel, g.constant([-1])]), previous], axis=0)
        started = g.node("Greater", [plen, g.constant([0])])
        carried = g.node("Where", [started, g.node("Cast", [g.node("Round", [stored])], to=TensorProto.INT64), g.constant([0])])
        floor = g.node("Sub", [carried, g.node("Mod", [carried, sixteenths])])
        beats, inside = (
            self.value(g.node("Reshape", [g.node("Gather", [rows, g.constant([column])], axis=1), g.constant([-1])]), parameter)
            for column, parameter in ((1, "time1"), (2, "time2"))
        )
        ends = g.node("Add", [floor, g.node("Mul", [g.node("CumSum", [beats, g.constant(0)]), sixteenths])])
        time = g.node("Cast", [g.node("Add", [ends, inside])], to=TensorProto.FLOAT)
        return g.node("Unsqueeze", [time, g.constant([1])])

    def _masks(self, past_key: str, plen: str, steps: str) -> tuple[str, str]:
        """Of past rows [1, 1, P] and of new ones [1, S, S]."""
        g = self.g
        shown, hidden = g.constant(0.0, np.float32), g.constant(HIDDEN_FROM_VIEW, np.float32)
        places = g.node("Range", [g.constant(0), g.node("Squeeze", [self.length(past_key, 2)]), g.constant(1)])
        valid = g.node("Unsqueeze", [g.node("Less", [places, plen]), g.constant([0, 1])])
        causal = g.node("LessOrEqual", [g.node("Unsqueeze", [steps, g.constant([0])]), g.node("Unsqueeze", [steps, g.constant([1])])])
        return (
            g.node("Where", [valid, shown, hidden]),
            g.node("Unsqueeze", [g.node("Where", [causal, shown, hidden]), g.constant([0])]),
        )

    # ---- the token net ------------------------------------------------------------------------------------------

    def token_input(self, embedded: str, column: str, time: str | None) -> str:
        """What the token net is given at positions of a row: `embedded` [S, width], `column` int64 [S], `time` [S, 1]."""
        if time is None:
            return embedded
        g = self.g
        column_rows = g.node("Gather", [g.weight("column", self.state["column.weight"]), column], axis=0)
        return g.node("Add", [g.node("Add", [embedded, column_rows]), self.time_features(time, "token_time")])

    def token_layers(
        self, x: str, turns: tuple[str, str], count: str,
        own_past: list[tuple[str, str]], memory: list[tuple[str, str]], own_mask: str | None,
    ) -> tuple[str, list[tuple[str, str]]]:
        """States [S, width] before the head's norm, and all own keys and values, past and new, of every layer.

        `own_past`: [G, T, D] each; `memory`: [G, events, D] each, none where the net has no memory."""
        g, shape = self.g, self.c.token
        own = []
        for index, (old_key, old_value) in enumerate(own_past):
            prefix = f"token_layers.{index}"
            query, key, value = self.query_key_value(prefix, shape, x, turns)
            keys = g.node("Concat", [old_key, key], axis=1)
            values = g.node("Concat", [old_value, value], axis=1)
            own.append((keys, values))
            seen = [(*memory[index], None)] if memory else []
            x = self.rest_of_layer(prefix, shape, x, self.attended(shape, query, [*seen, (keys, values, own_mask)], count))
        return x, own

    def logits(self, x: str) -> str:
        """float32 [S, V]."""
        return self.matmul(self.norm(x, "final_gain"), "head", self.state["head"].T)
