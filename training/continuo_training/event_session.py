"""Runs the graphs of a two-level model the way the engine does: it owns the keys, the values and the hidden states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from .vocabulary import ROW_WIDTH


class EventSession:
    """One context. `base` is the graph `event` or its half that only reads; `capacity`: ids to hold. Not thread-safe."""

    def __init__(self, base: onnx.ModelProto | Path, token: onnx.ModelProto | Path, capacity: int, threads: int = 1) -> None:
        self.capacity = capacity
        events = -(-capacity // ROW_WIDTH)
        self._base, self._token = _open(base, threads), _open(token, threads)
        pasts = [value for value in self._base.get_inputs() if value.name.startswith("past_")]
        self._past = {value.name: np.zeros((1, value.shape[1], events, value.shape[3]), np.float32) for value in pasts}
        self._of_token = {value.name for value in self._token.get_inputs()}
        self._hidden = np.zeros((events, self._base.get_outputs()[0].shape[2]), np.float32)
        own = [value for value in self._token.get_inputs() if value.name.startswith("past_t")]
        self._own = {value.name: np.zeros(value.shape, np.float32) for value in own}
        self._writing = _nothing_to_write(self._base)
        self._vocabulary_size = self._token.get_outputs()[0].shape[0]
        self._ids: list[int] = []
        self._read = 0

    @property
    def length(self) -> int:
        """Ids held."""
        return len(self._ids)

    def extend(self, ids: list[int] | np.ndarray) -> np.ndarray:
        """Appends ids and returns the logits of the next one, float32 [V]; 0 within the first row, behind no event.
        ValueError when the capacity is spent."""
        if len(self._ids) + np.size(ids) > self.capacity:
            raise ValueError(f"{len(self._ids) + np.size(ids)} ids do not fit a capacity of {self.capacity}")
        self._ids += [int(i) for i in np.asarray(ids).reshape(-1)]
        whole = len(self._ids) // ROW_WIDTH
        if whole > self._read:
            self._events(np.array(self._ids[self._read * ROW_WIDTH : whole * ROW_WIDTH], np.int64).reshape(1, -1, ROW_WIDTH))
        return self._opinion(np.array([self._ids[whole * ROW_WIDTH :]], np.int64).reshape(1, -1))

    def rewind(self, length: int) -> None:
        """Forgets everything after the first `length` ids."""
        del self._ids[length:]
        self._read = min(self._read, length // ROW_WIDTH)

    def _events(self, rows: np.ndarray) -> None:
        end = self._read + rows.shape[1]
        feeds = {"ev": rows, "plen": np.array([self._read]), **self._past, **self._writing}
        hidden, delta = self._base.run(["hidden", "delta"], feeds)
        for index, name in enumerate(self._past):
            self._past[name][0, :, self._read : end] = delta[index]
        self._hidden[self._read : end] = hidden[0]
        self._read = end

    def _opinion(self, row: np.ndarray) -> np.ndarray:
        if self._read == 0:
            return np.zeros(self._vocabulary_size, np.float32)
        feeds = {
            "hidden": self._hidden[None, self._read - 1 : self._read], "row": row, "tlen": np.array([0]),
            "plen": np.array([self._read]), **self._own, **self._past,
        }
        return self._token.run(["logits"], {name: value for name, value in feeds.items() if name in self._of_token})[0]


def _nothing_to_write(session: onnxruntime.InferenceSession) -> dict[str, np.ndarray]:
    """Feeds that keep the graph `event` from writing."""
    inputs = {value.name: value for value in session.get_inputs()}
    if "count" not in inputs:
        return {}
    size = inputs["biases"].shape[1]
    zeros = {name: np.zeros(1, np.int64) for name in ("count", "state", "firsts", "lasts", "ranks")}
    ones = {name: np.ones(1) for name in ("temperatures", "least_shares", "draws", "uniforms", "top_p")}
    return {**zeros, **ones, "biases": np.zeros((1, size), np.float32), "next": np.zeros((1, size), np.int32)}


def _open(graph: onnx.ModelProto | Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = str(graph) if isinstance(graph, Path) else graph.SerializeToString()
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
