"""What export, report and parity need of a family: its graph, its held-out windows, its loss, its tokenizer's files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from .data import load_songs, mean_tokens_per_beat
from .event_graph import build_base_graph, build_token_graph
from .event_model import EventNet
from .event_session import EventSession
from .event_task import EventTask
from .flat_graph import build_flat_graph
from .flat_loss import GroupLoss
from .flat_model import FlatDecoder
from .flat_windows import Batch, FlatFamily, all_windows
from .loss import LossSum
from .model import Decoder
from .parity import Session, row_allowed
from .step_graph import build_step_graph
from .step_session import StepSession
from .training_task import RowTask, row_batch, row_loss
from .vocabulary import BLOCKS, ROW_WIDTH, block_numbers

SEED_OF_UNTRAINED = 1


class Judge(Protocol):
    batch: Batch
    tokens_per_beat: float

    def loss(self, model: nn.Module, batch: Batch, sums: LossSum | None = None) -> Tensor: ...

    def book(self, sums: LossSum, logits: np.ndarray, wanted: int) -> None:
        """Adds what an id costs under logits [V]."""

    def allowed(self, ids: list[int]) -> np.ndarray:
        """Ids that a grammar would let follow."""

    def graph(self, model: nn.Module, half_tables: bool, half_weights: bool = False) -> onnx.ModelProto: ...

    def open(self, model: nn.Module, tokens: int) -> Session:
        """The model's exported graphs in full precision, with room for so many ids."""

    def untrained(self, model: nn.Module) -> nn.Module:
        """A net of the same shape as it was before its first step."""

    def copy_files(self, folder: Path) -> dict[str, str]:
        """Copies what the pack's tokenizer needs; roles to names."""


class RowJudge:
    def __init__(self, data: Path, context_tokens: int, normalise_keys: bool = True) -> None:
        songs = load_songs(data, normalise_keys)
        self.batch = row_batch(songs, context_tokens // ROW_WIDTH)
        self.tokens_per_beat = mean_tokens_per_beat(songs)
        self._names, self._blocks = list(BLOCKS), block_numbers()

    def loss(self, model: nn.Module, batch: Batch, sums: LossSum | None = None) -> Tensor:
        return row_loss(model, batch, sums)

    def book(self, sums: LossSum, logits: np.ndarray, wanted: int) -> None:
        name = self._names[self._blocks[wanted]]
        start, size = BLOCKS[name]
        sums.add(name, _nats(logits[start : start + size], wanted - start), 1)

    def allowed(self, ids: list[int]) -> np.ndarray:
        return row_allowed(ids)

    def graph(self, model: nn.Module, half_tables: bool, half_weights: bool = False) -> onnx.ModelProto:
        return build_step_graph(model, half_tables, half_weights)

    def open(self, model: nn.Module, tokens: int) -> Session:
        return StepSession(self.graph(model, half_tables=False).SerializeToString(), tokens)

    def untrained(self, model: nn.Module) -> nn.Module:
        torch.manual_seed(SEED_OF_UNTRAINED)
        return Decoder(model.configuration).eval()

    def copy_files(self, folder: Path) -> dict[str, str]:
        return {}


class EventJudge(RowJudge):
    """Of two-level models, whose graphs are several."""

    def open(self, model: nn.Module, tokens: int, quantised: bool = False) -> EventSession:
        return EventSession(build_base_graph(model, quantised), build_token_graph(model, quantised), tokens)

    def untrained(self, model: nn.Module) -> nn.Module:
        torch.manual_seed(SEED_OF_UNTRAINED)
        return EventNet(model.configuration).eval()


class FlatJudge:
    def __init__(self, family: FlatFamily, data: Path, context_tokens: int, normalise_keys: bool = True) -> None:
        self._family = family
        songs = family.load(data, normalise_keys)
        self.batch = all_windows(family, songs, context_tokens)
        self._loss = GroupLoss(family.facts)
        self._members = family.facts.members()
        # Windows follow each other, and each begins with the start id.
        beats = sum(float(song.note_beats[-1] - song.note_beats[0]) + 1 for song in songs)
        self.tokens_per_beat = self.batch.learned / beats

    def loss(self, model: nn.Module, batch: Batch, sums: LossSum | None = None) -> Tensor:
        return self._loss(model, model(torch.from_numpy(batch.ids)), batch.wanted, sums)

    def book(self, sums: LossSum, logits: np.ndarray, wanted: int) -> None:
        members = self._members[self._family.facts.group[wanted]]
        nats = _nats(logits[members], int(np.searchsorted(members, wanted)))
        self._loss.add(sums, np.array([wanted]), np.array([nats]))

    def allowed(self, ids: list[int]) -> np.ndarray:
        return np.flatnonzero(self._family.facts.group >= 0)

    def graph(self, model: nn.Module, half_tables: bool, half_weights: bool = False) -> onnx.ModelProto:
        return build_flat_graph(model, half_tables, half_weights)

    def open(self, model: nn.Module, tokens: int) -> Session:
        return StepSession(self.graph(model, half_tables=False).SerializeToString(), tokens)

    def untrained(self, model: nn.Module) -> nn.Module:
        torch.manual_seed(SEED_OF_UNTRAINED)
        return FlatDecoder(model.configuration, self._family.facts).eval()

    def copy_files(self, folder: Path) -> dict[str, str]:
        names = {}
        for role, path in self._family.files.items():
            names[role] = path.name
            shutil.copyfile(path, folder / path.name)
        return names


def make_judge(content: dict, data: Path, normalise_keys: bool, model: Path | None = None, codebook: Path | None = None) -> Judge:
    """For a checkpoint's entries (training_run.load_decoder) and held-out songs; `model`, `codebook`: as when it was trained."""
    from .families import flat_family

    context = content["configuration"]["context_tokens"]
    if content["family"] == RowTask.family:
        return RowJudge(data, context, normalise_keys)
    if content["family"] == EventTask.family:
        return EventJudge(data, context, normalise_keys)
    return FlatJudge(flat_family(content["family"], model, codebook), data, context, normalise_keys)


def _nats(logits: np.ndarray, place: int) -> float:
    exact = logits.astype(np.float64)
    top = exact.max()
    return float(np.log(np.exp(exact - top).sum()) + top - exact[place])
