"""A small reference sampler with grammar: it judges a model the way the engine plays it, without the engine."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .songs import BEAT, SIXTEENTH
from .event_session import EventSession
from .step_session import StepSession
from .vocabulary import BLOCKS, BOS_ROW, EVENT_IDS, EVENT_PARAMETERS, ROW_WIDTH
from .windows import note_rows

_PARAMETERS = EVENT_PARAMETERS["note"]
_ATTRIBUTES = {"time1": "time", "time2": "time"}
PREFILL_CHUNK_TOKENS = 32


@dataclass(frozen=True)
class Sampling:
    """As `sampling` of a pack: top-k 0 and min-p 0 are off; attribute temperatures are factors."""

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    attribute_temperature: dict[str, float] = field(default_factory=dict)

    @staticmethod
    def of_pack(values: dict) -> "Sampling":
        return Sampling(
            values.get("temperature", 1.0), values.get("topP", 1.0), values.get("topK", 0), values.get("minP", 0.0),
            values.get("attributeTemperature", {}),
        )


def choose(logits: np.ndarray, temperature: float, sampling: Sampling, rng: np.random.Generator) -> int:
    """Index of the chosen logit."""
    if temperature <= 0:
        return int(logits.argmax())
    scaled = (logits - logits.max()) / temperature
    order = np.argsort(-scaled, kind="stable")
    weights = np.exp(scaled[order])
    weights /= weights.sum()
    keep = np.cumsum(weights) - weights < sampling.top_p
    keep &= weights >= sampling.min_p * weights[0]
    if sampling.top_k:
        keep[sampling.top_k :] = False
    weights = np.where(keep, weights, 0)
    return int(order[rng.choice(len(order), p=weights / weights.sum())])


class NoteSampler:
    """Notes of one take. `tracks`: pairs (track, channel) that may play; `setup`: rows that follow BOS."""

    def __init__(
        self,
        session: StepSession | EventSession,
        setup: list[list[int]],
        tracks: list[tuple[int, int]],
        sampling: Sampling,
        rng: np.random.Generator,
        prompt_tokens: int,
        bar_beats: int = 4,
        longest_rest_beats: int = 4,
    ) -> None:
        self._session, self._setup, self._sampling, self._rng = session, setup, sampling, rng
        self._channels = dict(tracks)
        self._prompt_tokens, self._bar_beats, self._rest = prompt_tokens, bar_beats, longest_rest_beats
        self._logits = np.empty(0, dtype=np.float32)

    def take(self, beats: int, history: np.ndarray | None = None, start_beat: int = 0) -> np.ndarray:
        """Notes int [n, 7] from `start_beat` until `beats` beats later, going on from `history`."""
        notes = [] if history is None else list(history)
        kept = len(notes)
        origin = start_beat // self._bar_beats * self._bar_beats
        now = self._prime(np.array(notes), origin)
        now = (max(now[0], start_beat), now[1] if now[0] >= start_beat else 0)
        while True:
            if self._session.length + ROW_WIDTH > self._session.capacity:
                self._prime(np.array(notes), int(now[0]))
            note = self._row(now)
            if note[BEAT] >= start_beat + beats:
                return np.array(notes[kept:]).reshape(-1, len(_PARAMETERS))
            now = (note[BEAT], note[SIXTEENTH])
            notes.append(note)

    def _prime(self, notes: np.ndarray, beat: int) -> tuple[int, int]:
        """Feeds BOS, setup and the notes since a bar line that fit the prompt; returns the last onset."""
        head = [BOS_ROW, *self._setup]
        room = self._prompt_tokens // ROW_WIDTH - len(head)
        recent = notes[max(0, len(notes) - room) :] if len(notes) else notes
        origin = beat // self._bar_beats * self._bar_beats
        if len(recent):
            first = int(recent[0, BEAT])
            origin = -(-first // self._bar_beats) * self._bar_beats if len(recent) < len(notes) else first
            origin = origin // self._bar_beats * self._bar_beats
            recent = recent[recent[:, BEAT] >= origin]
        rows = np.array(head)
        if len(recent):
            rows = np.concatenate((rows, note_rows(recent, origin)))
        ids = np.append(rows.reshape(-1), EVENT_IDS["note"])
        self._session.rewind(0)
        for start in range(0, len(ids), PREFILL_CHUNK_TOKENS):
            self._logits = self._session.extend(ids[start : start + PREFILL_CHUNK_TOKENS])
        return (int(recent[-1, BEAT]), int(recent[-1, SIXTEENTH])) if len(recent) else (origin, 0)

    def _row(self, now: tuple[int, int]) -> np.ndarray:
        """One note row; the event id of the next row goes into the model together with the last id."""
        values: dict[str, int] = {}
        pending: list[int] = []
        for parameter in _PARAMETERS:
            if parameter == "channel":
                values[parameter] = self._channels[values["track"]]
                pending.append(BLOCKS[parameter][0] + values[parameter])
                self._logits = self._session.extend(pending)
                pending = []
                continue
            allowed = self._allowed(parameter, values, now)
            start = BLOCKS[parameter][0]
            factor = self._sampling.attribute_temperature.get(_ATTRIBUTES.get(parameter, parameter), 1.0)
            index = choose(self._logits[start + allowed], self._sampling.temperature * factor, self._sampling, self._rng)
            values[parameter] = int(allowed[index])
            pending.append(start + values[parameter])
            if parameter == "track":
                continue
            if parameter == "duration":
                pending.append(EVENT_IDS["note"])
            self._logits = self._session.extend(pending)
            pending = []
        return np.array([now[0] + values["time1"]] + [values[p] for p in _PARAMETERS[1:]])

    def _allowed(self, parameter: str, values: dict[str, int], now: tuple[int, int]) -> np.ndarray:
        if parameter == "time1":
            return np.arange(self._rest + 1)
        if parameter == "time2":
            latest = 16 if values["time1"] < self._rest else max(1, now[1] + 1)
            return np.arange(now[1] if values["time1"] == 0 else 0, latest)
        if parameter == "track":
            return np.array(sorted(self._channels))
        if parameter in ("velocity", "duration"):
            return np.arange(1, BLOCKS[parameter][1])
        return np.arange(BLOCKS[parameter][1])
