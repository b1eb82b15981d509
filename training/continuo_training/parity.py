"""Proofs that a step graph computes what the PyTorch decoder computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import onnx
import torch
from torch import nn

from .sampler import PREFILL_CHUNK_TOKENS
from .step_session import StepSession
from .vocabulary import ROW_WIDTH, allowed_block


class Session(Protocol):
    """A model of an exported graph with its context."""

    length: int

    def extend(self, ids: list[int] | np.ndarray) -> np.ndarray:
        """Appends ids and returns the logits of the next one, float32 [V]."""

    def rewind(self, length: int) -> None: ...


AllowedAfter = Callable[[list[int]], np.ndarray]


@dataclass(frozen=True)
class Parity:
    """Largest differences of logits, and how many greedy ids agreed out of `greedy_tokens`."""

    single_steps: float
    chunks: float
    greedy_tokens: int
    greedy_equal: int


def row_allowed(ids: list[int]) -> np.ndarray:
    """What the grammar of rows allows after ids."""
    start, size = allowed_block([int(i) for i in ids[len(ids) // ROW_WIDTH * ROW_WIDTH :]])
    return np.arange(start, start + size)


def reference_logits(model: nn.Module, ids: np.ndarray) -> np.ndarray:
    """Logits after every id, float32 [n, V]; ids are padded with a row inside, which changes nothing before."""
    whole = np.zeros((len(ids) // ROW_WIDTH + 1) * ROW_WIDTH, dtype=np.int64)
    whole[: len(ids)] = ids
    with torch.no_grad():
        return model.logits(model(torch.from_numpy(whole)[None]))[0, : len(ids)].numpy()


def compare(
    model: nn.Module, graph: onnx.ModelProto | Session, ids: np.ndarray, greedy_tokens: int = 256, allowed: AllowedAfter = row_allowed
) -> Parity:
    """Feeds `ids` id by id and in chunks, then continues greedily under the grammar on both sides. `graph`: a step graph,
    or a session of graphs of any form."""
    session = StepSession(graph.SerializeToString(), len(ids) + greedy_tokens) if isinstance(graph, onnx.ModelProto) else graph
    expected = reference_logits(model, ids)
    single = max(float(np.abs(session.extend([token]) - row).max()) for token, row in zip(ids, expected))
    chunks = 0.0
    for size in (3, ROW_WIDTH, PREFILL_CHUNK_TOKENS, len(ids)):
        session.rewind(0)
        for start in range(0, len(ids), size):
            logits = session.extend(ids[start : start + size])
            chunks = max(chunks, float(np.abs(logits - expected[min(start + size, len(ids)) - 1]).max()))
    own, theirs = list(ids), list(ids)
    for _ in range(greedy_tokens):
        theirs.append(_greedy(reference_logits(model, np.array(theirs))[-1], allowed(theirs)))
        own.append(_greedy(logits, allowed(own)))
        logits = session.extend(own[-1:])
    equal = sum(a == b for a, b in zip(own[len(ids) :], theirs[len(ids) :]))
    return Parity(single, chunks, greedy_tokens, equal)


def _greedy(logits: np.ndarray, allowed: np.ndarray) -> int:
    return int(allowed[logits[allowed].argmax()])
