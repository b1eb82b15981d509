"""Runs a `step` graph the way the engine does: it owns the keys and values and appends each delta."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime


class StepSession:
    """One context. `capacity`: rows of keys and values to hold. Takes graphs with one input for the past, `past`, and
    with one for each layer's keys and values, `past_k{i}` and `past_v{i}`. Not thread-safe."""

    def __init__(self, graph: Path | bytes, capacity: int, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        source = str(graph) if isinstance(graph, Path) else graph
        self._session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        pasts = [value for value in self._session.get_inputs() if value.name.startswith("past")]
        rows = pasts[0].shape[0] if len(pasts) == 1 else len(pasts)
        self._past = np.zeros((rows, pasts[0].shape[1], capacity, pasts[0].shape[3]), dtype=np.float32)
        self._feeds = {"past": self._past} if len(pasts) == 1 else self._by_layer()
        self.layers = rows // 2
        self.capacity = capacity
        self.length = 0

    def extend(self, ids: list[int] | np.ndarray) -> np.ndarray:
        """Appends ids and returns the logits of the next one, float32 [V]; ValueError when the capacity is spent."""
        ids = np.asarray(ids, dtype=np.int64).reshape(1, -1)
        end = self.length + ids.shape[1]
        if end > self.capacity:
            raise ValueError(f"{end} ids do not fit a capacity of {self.capacity}")
        feeds = {"ids": ids, "plen": np.array([self.length], dtype=np.int64), **self._feeds}
        logits, delta = self._session.run(["logits", "delta"], feeds)
        self.append(delta)
        return logits

    def append(self, delta: np.ndarray) -> None:
        """Takes new rows, [2 L, Hkv, n, hd], behind those that are held."""
        end = self.length + delta.shape[2]
        self._past[:, :, self.length : end] = delta
        self.length = end

    @property
    def feeds(self) -> dict[str, np.ndarray]:
        """The past as another graph of the same decoder takes it."""
        return self._feeds

    def rewind(self, length: int) -> None:
        """Forgets everything after the first `length` ids."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot rewind to {length}, {self.length} ids are held")
        self.length = length

    def _by_layer(self) -> dict[str, np.ndarray]:
        return {f"past_{'kv'[index % 2]}{index // 2}": self._past[index : index + 1] for index in range(len(self._past))}
