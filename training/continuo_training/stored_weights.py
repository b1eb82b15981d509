"""The numbers that a pack's graphs hold, as float32 and in the shapes that PyTorch has them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper


class StoredWeights:
    """Of one graph or of several that share a model; also of the graphs inside their nodes, whose names say so before a `/`."""

    def __init__(self, *paths: Path) -> None:
        self._held: dict[str, np.ndarray] = {}
        self.metadata: dict[str, str] = {}
        for path in paths:
            model = onnx.load(path)
            self.metadata |= {entry.key: entry.value for entry in model.metadata_props}
            for graph in _graphs(model.graph):
                self._held |= {value.name.rpartition("/")[2]: numpy_helper.to_array(value) for value in graph.initializer}

    def __contains__(self, name: str) -> bool:
        return name in self._held

    def table(self, name: str) -> np.ndarray:
        """As it lies there. ValueError when there is no such value."""
        if name not in self._held:
            raise ValueError(f"the pack's graphs hold no {name}: they were not written by Continuo's training; train anew")
        return self._held[name].astype(np.float32)

    def matrix(self, name: str) -> np.ndarray:
        """[out, in], of float or int8 by column, as `quantise` or the two-level graphs store it."""
        if f"{name}.w_quantized" in self._held:
            whole = self.table(f"{name}.w_quantized") - self.table(f"{name}.w_zero_point")
            return (whole * self.table(f"{name}.w_scale")).T
        scale = self.table(f"{name}.scale") if f"{name}.zero" in self._held else np.float32(1)
        return (self.table(f"{name}.w") * scale).T


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _graphs(attribute.g)
