"""What a training run needs of a family: a model, windows and a loss."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from torch import Tensor, from_numpy, nn

from .flat_loss import GroupLoss
from .flat_model import FlatConfiguration, FlatDecoder
from .flat_windows import Batch, FlatFamily, FlatSampler, FlatSong, all_windows
from .loss import LossSum, grammar_loss
from .model import Decoder, ModelConfiguration
from .vocabulary import PAD, ROW_WIDTH
from .windows import PreparedSong, WindowSampler, targets
from .windows import all_windows as all_row_windows


class TrainingTask(Protocol):
    family: str
    rng: np.random.Generator
    """Everything that windows are chosen by; its state is part of a checkpoint. Each process of a run goes through a part
    of its own, so it must be able to jump (as numpy's default can)."""

    @property
    def configuration(self) -> dict: ...

    def new_model(self) -> nn.Module:
        """With `layers`, whose matrices are trained with Muon."""

    def batch(self, size: int) -> Batch: ...

    def validation(self) -> Batch:
        """All windows to judge by."""

    def loss(self, model: nn.Module, batch: Batch, sums: LossSum | None = None) -> Tensor:
        """On the device of the model, whichever it is; every parameter must take part."""


class RowTask:
    """Rows of SkyTNT events."""

    family = "skytnt"

    def __init__(
        self, shape: ModelConfiguration, training: list[PreparedSong], validation: list[PreparedSong], seed: int = 1
    ) -> None:
        self._shape, self._validation = shape, validation
        self._rows = shape.context_tokens // ROW_WIDTH
        self._sampler = WindowSampler(training, self._rows, seed)
        self.rng = self._sampler.rng

    @property
    def configuration(self) -> dict:
        return self._shape.as_dict()

    def new_model(self) -> Decoder:
        return Decoder(self._shape)

    def batch(self, size: int) -> Batch:
        ids, first = self._sampler.batch(size)
        return Batch(ids, targets(ids, first), PAD)

    def validation(self) -> Batch:
        return row_batch(self._validation, self._rows)

    def loss(self, model: nn.Module, batch: Batch, sums: LossSum | None = None) -> Tensor:
        return row_loss(model, batch, sums)


def row_batch(songs: list[PreparedSong], rows: int) -> Batch:
    """Every window of the songs."""
    ids, first = all_row_windows(songs, rows)
    return Batch(ids, targets(ids, first), PAD)


def row_loss(model: nn.Module, batch: Batch, sums: LossSum | None = None) -> Tensor:
    return grammar_loss(model, model(ids_for(model, batch)), batch.wanted, sums)


def ids_for(model: nn.Module, batch: Batch) -> Tensor:
    """The ids of a batch where the model is."""
    return from_numpy(batch.ids).to(next(model.parameters()).device)


class FlatTask:
    """Streams of single ids of any family."""

    def __init__(
        self, family: FlatFamily, shape: FlatConfiguration, training: list[FlatSong], validation: list[FlatSong], seed: int = 1
    ) -> None:
        self.family = family.name
        self._family, self._shape, self._validation = family, shape, validation
        self._sampler = FlatSampler(family, training, shape.context_tokens, seed)
        self._loss = GroupLoss(family.facts)
        self.rng = self._sampler.rng

    @property
    def configuration(self) -> dict:
        return self._shape.as_dict()

    def new_model(self) -> FlatDecoder:
        return FlatDecoder(self._shape, self._family.facts)

    def batch(self, size: int) -> Batch:
        return self._sampler.batch(size)

    def validation(self) -> Batch:
        return all_windows(self._family, self._validation, self._shape.context_tokens)

    def loss(self, model: nn.Module, batch: Batch, sums: LossSum | None = None) -> Tensor:
        return self._loss(model, model(ids_for(model, batch)), batch.wanted, sums)
