"""Runs the graphs of a phrase model the way the engine does: bars one after another, the state carried on by the host."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime


def _open(graph: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])


class EncoderSession:
    def __init__(self, graph: onnx.ModelProto) -> None:
        self._session = _open(graph)

    def latent(self, ids: np.ndarray) -> np.ndarray:
        """float32 [D] of the ids of a bar."""
        return self._session.run(None, {"ids": np.asarray(ids, dtype=np.int64)[None]})[0][0]


class DecoderSession:
    """One bar at a time. `capacity`: rows that are held."""

    def __init__(self, graph: onnx.ModelProto, capacity: int = 256) -> None:
        self._session = _open(graph)
        inputs = {value.name: value.shape for value in self._session.get_inputs()}
        rows, heads, _, dimension = inputs["past"]
        self._past = np.zeros((rows, heads, capacity, dimension), dtype=np.float32)
        self._latent = np.zeros((0, inputs["latent"][1]), dtype=np.float32)
        self.length = 0

    def begin(self, latent: np.ndarray) -> None:
        """Forgets the bar before; the next run reads `latent` [D] first."""
        self.length, self._latent = 0, latent.astype(np.float32)[None]

    def extend(self, ids: np.ndarray | list[int]) -> np.ndarray:
        """Logits float32 [V] of what follows the ids."""
        feeds = {
            "latent": self._latent,
            "ids": np.asarray(ids, dtype=np.int64)[None],
            "plen": np.array([self.length]),
            "past": self._past,
        }
        logits, delta = self._session.run(["logits", "delta"], feeds)
        self._past[:, :, self.length : self.length + delta.shape[2]] = delta
        self.length += delta.shape[2]
        self._latent = self._latent[:0]
        return logits


class MambaSession:
    def __init__(self, graph: onnx.ModelProto) -> None:
        self._session = _open(graph)
        inputs = {value.name: value.shape for value in self._session.get_inputs()}
        self.state = np.zeros(inputs["state"], dtype=np.float32)
        self._width = inputs["latent"][1]

    def hear(self, latent: np.ndarray) -> np.ndarray:
        """Logits float32 [K] of the code that follows a latent [D]."""
        return self._step(latent.astype(np.float32)[None], 0)

    def tell(self, control: int) -> np.ndarray:
        """The same after a control, a row of the table."""
        return self._step(np.zeros((1, self._width), dtype=np.float32), control)

    def _step(self, latent: np.ndarray, control: int) -> np.ndarray:
        logits, self.state = self._session.run(["logits", "next"], {"latent": latent, "control": np.array([control]), "state": self.state})
        return logits
