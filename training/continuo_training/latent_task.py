"""Training the LatentMamba: streams of songs as latents with controls between them, the code of the next bar to be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, from_numpy, nn
from torch.nn import functional

from .flat_windows import IGNORED
from .loss import LossSum
from .phrase_bars import PhraseSong
from .phrase_controls import ORDER, REFEED_BARS, ControlTable
from .phrase_latents import Codebook
from .phrase_mamba import LatentMamba, MambaConfiguration
from .sigma_linear import in_float32

STEPS = 128
UNKNOWN_SHARE = 0.15
CHANGE_SHARE = 1 / 24
"""How likely a control is fed before a bar for no reason but to be learned."""
FRESH_SHARE = 0.25
"""How likely a row begins with nothing remembered; else it carries what it has over, from song to song too."""
LATENT_NOISE = 0.15
LABEL_SMOOTHING = 0.05


@dataclass(frozen=True)
class LatentSong:
    """`latents` [bars, 64] of the pack and the code of each."""

    song: PhraseSong
    latents: np.ndarray
    codes: np.ndarray


@dataclass(frozen=True)
class LatentBatch:
    """`latents` float32 [rows, steps, 64]; `controls`, `wanted` int64 [rows, steps]; `fresh` bool [rows]."""

    latents: np.ndarray
    controls: np.ndarray
    wanted: np.ndarray
    fresh: np.ndarray

    def __len__(self) -> int:
        return len(self.latents)

    @property
    def learned(self) -> int:
        return int((self.wanted != IGNORED).sum())

    def part(self, chosen: np.ndarray | slice) -> "LatentBatch":
        return LatentBatch(self.latents[chosen], self.controls[chosen], self.wanted[chosen], self.fresh[chosen])


Step = tuple[np.ndarray | None, int, int]
"""Latent or None, row of the control or 0, the code that follows or IGNORED."""


def stream_of(song: LatentSong, first_bar: int, table: ControlTable, rng: np.random.Generator | None) -> Iterator[Step]:
    """The steps of a song from a bar on, as it is played; with `rng` controls are left out and fed by chance."""
    latent: np.ndarray | None = None
    fed: dict[str, int] = {}
    for bar in range(first_bar, len(song.latents)):
        values = table.values(song.song, bar)
        if (bar - first_bar) % REFEED_BARS == 0:
            due = list(ORDER)
        else:
            due = [name for name in ("tempo", "meter") if values[name] != fed.get(name)]
            if rng is not None and rng.random() < CHANGE_SHARE:
                due.append(str(rng.choice([name for name in ORDER if name not in due])))
        fed = values
        rows = [
            table.row(name, None if rng is not None and rng.random() < UNKNOWN_SHARE else values[name]) for name in ORDER if name in due
        ]
        steps: list[tuple[np.ndarray | None, int]] = [] if latent is None else [(latent, 0)]
        steps += [(None, row) for row in rows]
        for place, (of_step, row) in enumerate(steps):
            yield of_step, row, int(song.codes[bar]) if place == len(steps) - 1 else IGNORED
        latent = song.latents[bar]


class LatentTask:
    family = "phrase-mamba"

    def __init__(
        self,
        shape: MambaConfiguration,
        table: ControlTable,
        codebook: Codebook,
        training: list[LatentSong],
        validation: list[LatentSong],
        seed: int = 1,
    ) -> None:
        self._shape, self._table, self.codebook = shape, table, codebook
        self._training, self._validation = training, validation
        bars = np.array([len(song.latents) for song in training], dtype=np.float64)
        self._shares = bars / bars.sum()
        self.rng = np.random.default_rng(seed)
        self._rows: list[Iterator[Step]] = []
        self._state: Tensor | None = None

    @property
    def configuration(self) -> dict:
        return self._shape.as_dict()

    def new_model(self) -> LatentMamba:
        return LatentMamba(self._shape)

    def batch(self, size: int) -> LatentBatch:
        if len(self._rows) != size:
            self._rows, self._state = [iter(()) for _ in range(size)], None
        fresh = self.rng.random(size) < FRESH_SHARE
        rows = []
        for index in range(size):
            if fresh[index]:
                self._rows[index] = self._another(anywhere=True)
            rows.append([self._next(index) for _ in range(STEPS)])
        return _to_batch(rows, STEPS, self._shape.latent, fresh)

    def validation(self) -> LatentBatch:
        rows = [list(stream_of(song, 0, self._table, None)) for song in self._validation]
        return _to_batch(rows, max(map(len, rows)), self._shape.latent, np.ones(len(rows), dtype=bool))

    def loss(self, model: nn.Module, batch: LatentBatch, sums: LossSum | None = None) -> Tensor:
        """Nats per bar, in float32: the recurrence does not bear less."""
        assert isinstance(model, LatentMamba)
        learning = torch.is_grad_enabled()
        model.train(learning)
        device = model.controls.device
        latents, controls, wanted, fresh = (
            from_numpy(part).to(device) for part in (batch.latents, batch.controls, batch.wanted, batch.fresh)
        )
        state = model.first_state(len(batch))
        if learning:
            latents = latents + torch.randn_like(latents) * LATENT_NOISE
            if self._state is not None:
                state = torch.where(fresh[:, None, None], state, self._state)
        with in_float32(device):
            logits, last = model(latents, controls, state)
            flat = logits.reshape(-1, logits.shape[-1])
            smoothing = LABEL_SMOOTHING if learning else 0.0
            nats = functional.cross_entropy(flat, wanted.flatten(), ignore_index=IGNORED, reduction="sum", label_smoothing=smoothing)
        if learning:
            self._state = last.detach()
        if sums is not None:
            sums.add("bar", float(nats.detach()), batch.learned, batch.learned)
        return nats / max(batch.learned, 1)

    def _another(self, anywhere: bool) -> Iterator[Step]:
        song = self._training[int(self.rng.choice(len(self._training), p=self._shares))]
        first = int(self.rng.integers(0, max(1, len(song.latents) - 8))) if anywhere else 0
        return stream_of(song, first, self._table, self.rng)

    def _next(self, row: int) -> Step:
        while (step := next(self._rows[row], None)) is None:
            self._rows[row] = self._another(anywhere=bool(self.rng.random() < 0.5))
        return step


def _to_batch(rows: list[list[Step]], steps: int, width: int, fresh: np.ndarray) -> LatentBatch:
    latents = np.zeros((len(rows), steps, width), dtype=np.float32)
    controls = np.zeros((len(rows), steps), dtype=np.int64)
    wanted = np.full((len(rows), steps), IGNORED, dtype=np.int64)
    for row, of_row in enumerate(rows):
        for place, (latent, control, code) in enumerate(of_row):
            if latent is not None:
                latents[row, place] = latent
            controls[row, place], wanted[row, place] = control, code
    return LatentBatch(latents, controls, wanted, fresh)
