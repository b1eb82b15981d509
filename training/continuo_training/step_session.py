"""Runs a `step` graph the way the engine does: it owns the keys and values and appends each delta."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime


class StepSession:
    """One context. `capacity`: rows of keys and values to hold. Not thread-safe."""

    def __init__(self, graph: Path | bytes, capacity: int, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        source = str(graph) if isinstance(graph, Path) else graph
        self._session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        pasts = [value for value in self._session.get_inputs() if value.name.startswith("past_")]
        self._past = {
            value.name: np.zeros((1, value.shape[1], capacity, value.shape[3]), dtype=np.float32) for value in pasts
        }
        self.layers = len(pasts) // 2
        self.capacity = capacity
        self.length = 0

    def extend(self, ids: list[int] | np.ndarray) -> np.ndarray:
        """Appends ids and returns the logits of the next one, float32 [V]; ValueError when the capacity is spent."""
        ids = np.asarray(ids, dtype=np.int64).reshape(1, -1)
        end = self.length + ids.shape[1]
        if end > self.capacity:
            raise ValueError(f"{end} ids do not fit a capacity of {self.capacity}")
        feeds = {"ids": ids, "plen": np.array([self.length], dtype=np.int64), **self._past}
        logits, delta = self._session.run(["logits", "delta"], feeds)
        for layer in range(self.layers):
            self._past[f"past_k{layer}"][0, :, self.length : end] = delta[2 * layer]
            self._past[f"past_v{layer}"][0, :, self.length : end] = delta[2 * layer + 1]
        self.length = end
        return logits

    def rewind(self, length: int) -> None:
        """Forgets everything after the first `length` ids."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot rewind to {length}, {self.length} ids are held")
        self.length = length
