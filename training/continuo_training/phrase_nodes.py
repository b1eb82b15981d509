"""The pieces of a PhraseNet as ONNX nodes, for the graphs that read a bar and that write one.

Shapes: T rows of one stream, x float32 [T, width], queries, keys and values [heads, rows, head dimension]. Spectral
reparametrisations are folded, tables of features are baked into the rows of the ids.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from onnx import TensorProto

from .decoder_nodes import OUT_OF_SIGHT, Storage
from .graph_builder import GraphBuilder
from .phrase_net import NORM_EPSILON, PhraseLayer, PhraseNet, attention_scale, turning_speeds

# Of the keys and values of the new rows of a layer, all that the queries can see.
Seen = Callable[[int, str, str], tuple[str, str]]


class PhraseNodes:
    def __init__(self, g: GraphBuilder, net: PhraseNet, storage: Storage) -> None:
        self.g, self.net, self.c, self.storage = g, net, net.configuration, storage

    def embed(self, ids: str) -> str:
        """x of flat ids int64 [T]."""
        with torch.no_grad():
            table = self.net.embed(torch.arange(self.c.vocabulary_size)).numpy()
        stored = self.g.weight_once("embedding", table.astype(np.float16) if self.storage.half_tables else table)
        rows = self.g.node("Gather", [stored, ids], axis=0)
        return self.g.node("Cast", [rows], to=TensorProto.FLOAT) if self.storage.half_tables else rows

    def turn(self, position: str) -> None:
        """Sets the rotations of queries and keys at positions int64 [T]."""
        g = self.g
        speeds = np.tile(turning_speeds(self.c.head_dimension).numpy(), 2)[None].astype(np.float32)
        place = g.node("Unsqueeze", [g.node("Cast", [position], to=TensorProto.FLOAT), g.constant([1])])
        turns = g.node("Mul", [place, g.weight_once("speeds", speeds)])
        self._cosine = g.node("Cos", [turns])
        # The half that the sine is subtracted from is told here, once for all layers.
        signs = np.repeat([-1.0, 1.0], self.c.head_dimension // 2).astype(np.float32)[None]
        self._sine = g.node("Mul", [g.node("Sin", [turns]), g.constant(signs, np.float32)])

    def layers(self, x: str, name: str, layers: list[PhraseLayer], seen: Seen, mask: str | None) -> tuple[str, list[str]]:
        """x after the layers, and their new keys and values in turn. `mask` [T, rows] adds to the scores."""
        g, c, new = self.g, self.c, []
        for index, layer in enumerate(layers):
            prefix = f"{name}.{index}"
            query, key, value = self._project(x, prefix, layer)
            new += [key, value]
            keys, values = seen(index, key, value)
            scores = g.node("MatMul", [query, g.node("Transpose", [keys], perm=[0, 2, 1])])
            if mask is not None:
                scores = g.node("Add", [scores, mask])
            attended = g.node("MatMul", [g.node("Softmax", [scores], axis=-1), values])
            attended = g.node("Reshape", [g.node("Transpose", [attended], perm=[1, 0, 2]), g.constant([-1, c.width])])
            x = g.node("Add", [x, self.matmul(attended, f"{prefix}.attention_out", layer.attention_out.folded())])
            both = self.matmul(self.norm(x, f"{prefix}.feed_gain", layer.feed_gain), f"{prefix}.gate_up", layer.gate_up.folded())
            gate, up = g.node("Split", [both, g.constant([c.hidden, c.hidden])], outputs=2, axis=1)
            gated = g.node("Mul", [g.node("Mul", [gate, g.node("Sigmoid", [gate])]), up])
            x = g.node("Add", [x, self.matmul(gated, f"{prefix}.down", layer.down.folded())])
        return x, new

    def causal_mask(self, position: str, rows: str) -> str:
        """[T, rows]: each of the positions int64 [T] sees the rows up to its own; `rows` int64 [1]."""
        g = self.g
        every = g.node("Range", [g.constant(0), g.node("Squeeze", [rows]), g.constant(1)])
        seen = g.node("LessOrEqual", [every, g.node("Unsqueeze", [position, g.constant([1])])])
        return g.node("Where", [seen, g.constant(0.0, np.float32), g.constant(OUT_OF_SIGHT, np.float32)], name="mask")

    def norm(self, x: str, name: str, gain: torch.Tensor) -> str:
        """In the words that onnxruntime makes one node of."""
        g = self.g
        mean = g.node("ReduceMean", [g.node("Pow", [x, g.constant(2.0, np.float32)])], axes=[-1])
        root = g.node("Sqrt", [g.node("Add", [mean, g.constant(NORM_EPSILON, np.float32)])])
        return g.node("Mul", [g.node("Div", [x, root]), g.weight_once(name, _numbers(gain))])

    def matmul(self, x: str, name: str, weight: torch.Tensor) -> str:
        """x times the transposed `weight` [outputs, inputs]."""
        g, numbers = self.g, _numbers(weight).T
        stored = g.weight(f"{name}.w", numbers.astype(np.float16) if self.storage.half_weights else numbers)
        if self.storage.half_weights:
            stored = g.node("Cast", [stored], to=TensorProto.FLOAT, name=f"{name}.float")
        return g.node("MatMul", [x, stored], name=name)

    def _project(self, x: str, prefix: str, layer: PhraseLayer) -> tuple[str, str, str]:
        g, c = self.g, self.c
        mixed = self.matmul(self.norm(x, f"{prefix}.attention_gain", layer.attention_gain), f"{prefix}.query_key_value", layer.query_key_value.folded())
        mixed = g.node("Reshape", [mixed, g.constant([-1, 3 * c.heads, c.head_dimension])])
        mixed = g.node("Transpose", [mixed], perm=[1, 0, 2])
        query_key, value = g.node("Split", [mixed, g.constant([2 * c.heads, c.heads])], outputs=2, axis=0)
        unit = self.norm(query_key, "ones", torch.ones(c.head_dimension))
        scale = np.ones((2 * c.heads, 1, 1), dtype=np.float32)
        scale[: c.heads] = attention_scale(c.head_dimension)
        turned = self._rotated(g.node("Mul", [unit, g.weight_once("scale", scale)]))
        query, key = g.node("Split", [turned, g.constant([c.heads, c.heads])], outputs=2, axis=0)
        return query, key, value

    def _rotated(self, query_key: str) -> str:
        g, half = self.g, self.c.head_dimension // 2
        first, second = g.node("Split", [query_key, g.constant([half, half])], outputs=2, axis=2)
        swapped = g.node("Concat", [second, first], axis=2)
        return g.node("Add", [g.node("Mul", [query_key, self._cosine]), g.node("Mul", [swapped, self._sine])])


def _numbers(value: torch.Tensor) -> np.ndarray:
    return value.detach().float().cpu().numpy()
