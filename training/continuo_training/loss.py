"""Cross-entropy under the grammar: each id competes with the ids its column and event allow, as when playing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .model import Decoder
from .vocabulary import BLOCKS, PAD, ROW_WIDTH, block_numbers

_BLOCK_OF_ID = block_numbers()


@dataclass
class LossSum:
    """Nats and counts per kind of id, and the notes that the ids told."""

    nats: dict[str, float]
    tokens: dict[str, int]
    notes: float = 0.0

    @staticmethod
    def empty() -> "LossSum":
        return LossSum({}, {})

    def add(self, name: str, nats: float, tokens: int, notes: float | None = None) -> None:
        """`notes` may be left out for ids of note rows, which have the same number of ids each."""
        self.nats[name] = self.nats.get(name, 0.0) + nats
        self.tokens[name] = self.tokens.get(name, 0) + tokens
        self.notes += tokens / ROW_WIDTH if notes is None else notes

    def include(self, other: "LossSum") -> None:
        for name, nats in other.nats.items():
            self.add(name, nats, other.tokens[name], 0.0)
        self.notes += other.notes

    @property
    def per_token(self) -> float:
        """Nats per id that was to be learned."""
        return sum(self.nats.values()) / max(sum(self.tokens.values()), 1)

    @property
    def perplexity(self) -> float:
        return math.exp(self.per_token)

    @property
    def bits_per_event(self) -> float:
        """Bits per note."""
        return sum(self.nats.values()) / max(self.notes, 1e-9) / math.log(2)

    def bits_by_parameter(self) -> dict[str, float]:
        """Bits per id of each kind."""
        return {name: nats / self.tokens[name] / math.log(2) for name, nats in self.nats.items() if self.tokens[name]}


def grammar_loss(model: Decoder, hidden: Tensor, target: np.ndarray, sums: LossSum | None = None) -> Tensor:
    """Mean nats per target that is not PAD. `hidden` [batch, tokens, width], `target` [batch, tokens]."""
    flat = hidden.reshape(-1, hidden.shape[-1])
    wanted = target.reshape(-1)
    block = np.where(wanted == PAD, -1, _BLOCK_OF_ID[wanted])
    total, count = flat.new_zeros((), dtype=torch.float32), 0
    for number, (name, (start, size)) in enumerate(BLOCKS.items()):
        places = np.flatnonzero(block == number)
        if not len(places):
            continue
        chosen = flat.index_select(0, torch.from_numpy(places).to(flat.device))
        logits = functional.linear(chosen, model.head[start : start + size]).float()
        following = torch.from_numpy(wanted[places] - start).to(flat.device)
        nats = functional.cross_entropy(logits, following, reduction="sum")
        total, count = total + nats, count + len(places)
        if sums is not None:
            sums.add(name, float(nats.detach()), len(places))
    return total / max(count, 1)
