"""How SkyTNT's midi-model plays, written anew after its documented interface and sampling: two files whose graphs hand out
the whole past joined with the new rows, one run for an event and one for every id of it, sampling in numpy over the whole
vocabulary with what may come laid over it."""

from __future__ import annotations

import time

import numpy as np
import onnxruntime
from continuo_training.vocabulary import BLOCKS, EVENT_IDS, EVENT_PARAMETERS, ROW_WIDTH, VOCABULARY_SIZE

TEMPERATURE, TOP_P, TOP_K = 1.0, 0.98, 20


class SkytntWay:
    """One take over files of the published interface. Only notes are drawn, so that every event has eight ids."""

    def __init__(self, base: str, token: str, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._base, self._token = (
            onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"]) for path in (base, token)
        )
        self._masks = np.zeros((ROW_WIDTH, VOCABULARY_SIZE))
        self._masks[0, EVENT_IDS["note"]] = 1
        for column, name in enumerate(EVENT_PARAMETERS["note"], start=1):
            start, count = BLOCKS[name]
            self._masks[column, start : start + count] = 1
        self._random = np.random.RandomState(1)
        self._past = _empty(self._base)

    def play(self, rows: np.ndarray, events: int) -> list[tuple[float, float]]:
        """Reads rows [n, 8], then writes events; of each the milliseconds, by the clock and of processor time."""
        milliseconds, unread = [], rows[None]
        for _ in range(events + 1):
            began, used = time.perf_counter(), time.process_time()
            hidden, self._past = _run(self._base, {"x": unread}, self._past)
            unread = self._row(hidden[:, -1:])[None, None]
            milliseconds.append(((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000))
        return milliseconds[1:]

    def _row(self, hidden: np.ndarray) -> np.ndarray:
        past, row = _empty(self._token), []
        state, ids = hidden, np.zeros((1, 0), np.int64)
        for column in range(ROW_WIDTH):
            logits, past = _run(self._token, {"hidden": state, "x": ids}, past)
            row.append(self._draw(logits[0, -1], self._masks[column]))
            state, ids = hidden[:, :0], np.array([[row[-1]]])
        return np.array(row)

    def _draw(self, logits: np.ndarray, mask: np.ndarray) -> int:
        scaled = logits / np.float32(TEMPERATURE)
        weights = np.exp(scaled - scaled.max())
        shares = weights / weights.sum() * mask
        order = np.argsort(-shares)
        ranked = shares[order]
        ranked[np.cumsum(ranked) - ranked > TOP_P] = 0
        ranked[TOP_K:] = 0
        return int(order[self._random.choice(len(ranked), p=ranked / ranked.sum())])


def _empty(session: onnxruntime.InferenceSession) -> dict[str, np.ndarray]:
    pasts = [value for value in session.get_inputs() if value.name.startswith("past_key_values")]
    return {value.name: np.zeros((1, value.shape[1], 0, value.shape[3]), np.float32) for value in pasts}


def _run(session: onnxruntime.InferenceSession, feeds: dict, past: dict) -> tuple[np.ndarray, dict]:
    names = [value.name for value in session.get_outputs()]
    told = dict(zip(names, session.run(names, {**feeds, **past})))
    return told[names[0]], {name: told[name.replace("past_key_values", "present")] for name in past}
