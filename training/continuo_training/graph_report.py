"""Measures of an exported graph: held-out bits with the grammar on, and time per id."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from .judge import Judge
from .loss import LossSum
from .parity import Session
from .sampler import PREFILL_CHUNK_TOKENS
from .step_session import StepSession


def graph_loss(session: Session, judge: Judge, ids: np.ndarray, wanted: np.ndarray, ignored: int, start: int) -> LossSum:
    """Loss of one window from id `start` on (the ids before it are context); `wanted` and `ignored` as in a Batch."""
    session.rewind(0)
    for begin in range(0, start, PREFILL_CHUNK_TOKENS):
        session.extend(ids[begin : min(begin + PREFILL_CHUNK_TOKENS, start)])
    sums = LossSum.empty()
    for token, target in zip(ids[start:], wanted[start:]):
        logits = session.extend([token])
        if target != ignored:
            judge.book(sums, logits, int(target))
    return sums


def milliseconds_per_token(graph: Path, ids: np.ndarray, context: int, threads: int = 1, repeats: int = 200) -> float:
    """Time of a single step with `context` ids of past, as of the fastest tenth: what an idle machine takes."""
    session = StepSession(graph, context + repeats, threads)
    for begin in range(0, context, PREFILL_CHUNK_TOKENS):
        session.extend(ids[begin : min(begin + PREFILL_CHUNK_TOKENS, context)])
    times = []
    for token in ids[context : context + repeats]:
        began = time.perf_counter()
        session.extend([token])
        times.append(time.perf_counter() - began)
    return float(np.quantile(times, 0.1) * 1000)
