"""Cross-entropy of flat formats: each id competes with those of its group, as when a grammar forbids the rest."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .flat_model import FlatDecoder
from .flat_windows import IGNORED
from .id_facts import IdFacts
from .loss import LossSum


class GroupLoss:
    def __init__(self, facts: IdFacts) -> None:
        self._facts = facts
        self._members = facts.members()
        self._place = np.zeros(facts.size, dtype=np.int64)
        for members in self._members:
            self._place[members] = np.arange(len(members))

    def __call__(self, model: FlatDecoder, hidden: Tensor, wanted: np.ndarray, sums: LossSum | None = None) -> Tensor:
        """Mean nats per target that is not IGNORED. `hidden` [batch, tokens, width], `wanted` [batch, tokens]."""
        flat = hidden.reshape(-1, hidden.shape[-1])
        targets = wanted.reshape(-1)
        group = np.where(targets == IGNORED, -1, self._facts.group[targets])
        total, count = flat.new_zeros((), dtype=torch.float32), 0
        for number, members in enumerate(self._members):
            places = np.flatnonzero(group == number)
            if not len(places):
                continue
            ids = targets[places]
            chosen, rivals, wanted_places = (
                torch.from_numpy(numbers).to(flat.device) for numbers in (places, members, self._place[ids])
            )
            logits = functional.linear(flat.index_select(0, chosen), model.output_table(rivals)).float()
            nats = functional.cross_entropy(logits, wanted_places, reduction="none")
            total, count = total + nats.sum(), count + len(places)
            if sums is not None:
                self.add(sums, ids, nats.detach().cpu().double().numpy())
        return total / max(count, 1)

    def add(self, sums: LossSum, ids: np.ndarray, nats: np.ndarray) -> None:
        """Books the nats of targets under their kinds."""
        kinds = self._facts.kind[ids]
        for number in np.unique(kinds):
            of_kind = kinds == number
            notes = float(self._facts.notes[ids[of_kind]].sum())
            sums.add(self._facts.kinds[number], float(nats[of_kind].sum()), int(of_kind.sum()), notes)
