"""Held-out bars, and what the decoder of a phrase model makes of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from .flat_loss import GroupLoss
from .id_facts import IdFacts
from .loss import LossSum
from .phrase_bars import PhraseSong
from .phrase_net import PhraseNet
from .phrase_task import LONGEST_BAR_IDS, Bars, following
from .sigma_linear import folded_copy

JUDGED_BARS = 600
BARS_AT_ONCE = 100


class BarJudge:
    """Judges on `count` bars that are spread over the songs. `places`: song and bar of each, in the order of `batches`."""

    def __init__(self, facts: IdFacts, songs: list[PhraseSong], count: int = JUDGED_BARS) -> None:
        self._facts, self._loss = facts, GroupLoss(facts)
        self._bars = Bars.of(songs)
        chosen = np.linspace(0, len(self._bars) - 1, min(count, len(self._bars))).astype(int)
        lengths = self._bars.starts[chosen + 1] - self._bars.starts[chosen]
        self.chosen = chosen[np.argsort(lengths, kind="stable")]
        places = [(song, bar) for song, of_song in enumerate(songs) for bar, ids in enumerate(of_song.ids) if len(ids) <= LONGEST_BAR_IDS]
        self.places = [places[index] for index in self.chosen]

    def examples(self, count: int) -> list[np.ndarray]:
        """Ids of some bars, short and long."""
        places = self.chosen[np.linspace(0, len(self.chosen) - 1, count).astype(int)]
        return [self._bars.ids[self._bars.starts[bar] : self._bars.starts[bar + 1]].astype(np.int64) for bar in places]

    def batches(self) -> Iterator[tuple[int, np.ndarray]]:
        """Ids int64 [bars, longest] of bars in turn, and the number of the first."""
        for at in range(0, len(self.chosen), BARS_AT_ONCE):
            yield at, self._bars.padded(self.chosen[at : at + BARS_AT_ONCE])

    def tell(self, net: PhraseNet, latent: Tensor, ids: np.ndarray, sums: LossSum) -> None:
        """Adds the nats of ids [bars, longest] where the decoder is given `latent` [bars, D]."""
        self._loss(net, net.decode(latent, torch.from_numpy(ids)), following(ids, self._facts), sums)

    def loss(self, net: PhraseNet) -> LossSum:
        """Nats of ids where the decoder is given the encoder's mean."""
        sums, net = LossSum.empty(), folded_copy(net)
        with torch.no_grad():
            for _, ids in self.batches():
                self.tell(net, net.encode(torch.from_numpy(ids))[0], ids, sums)
        return sums
