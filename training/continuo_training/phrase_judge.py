"""What a phrase model makes of held-out songs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .flat_loss import GroupLoss
from .id_facts import IdFacts
from .latent_task import LatentSong, LatentTask
from .loss import LossSum
from .phrase_bars import PhraseSong
from .phrase_net import PhraseNet
from .phrase_pack import PhraseModel
from .phrase_task import Bars, following
from .sigma_linear import folded_copy

JUDGED_BARS = 600
BARS_AT_ONCE = 100
SONGS_AT_ONCE = 16


@dataclass(frozen=True)
class PhraseFigures:
    """`spelled`: ids where the decoder is given the latent of the bar itself; `from_codes`: where it is given the centroid of
    its code alone; `codes`: codes of bars given all bars before."""

    spelled: LossSum
    from_codes: LossSum
    codes: LossSum
    bars: int

    @property
    def bits_per_note(self) -> float:
        """Of the chain that plays: the code of each bar, then its ids from the centroid. Ids and codes are counted alike, so it
        stands beside the figures of other families (as an upper bound: the spread of a code is not drawn)."""
        return self._nats_per_bar / (self.from_codes.notes / self.bars) / math.log(2)

    @property
    def nats_per_id(self) -> float:
        """Of the same chain."""
        return self._nats_per_bar / (sum(self.from_codes.tokens.values()) / self.bars)

    def as_dict(self) -> dict[str, Any]:
        return {
            "natsPerToken": self.nats_per_id,
            "perplexity": math.exp(self.nats_per_id),
            "bitsPerEvent": self.bits_per_note,
            "reconstruction": {"natsPerToken": self.spelled.per_token, "bitsPerEvent": self.spelled.bits_per_event},
            "fromCodes": {"natsPerToken": self.from_codes.per_token, "bitsPerEvent": self.from_codes.bits_per_event},
            "codes": {"natsPerBar": self.codes.per_token, "perplexity": self.codes.perplexity},
            "bits": self.spelled.bits_by_parameter(),
        }

    @property
    def _nats_per_bar(self) -> float:
        return self.codes.per_token + sum(self.from_codes.nats.values()) / self.bars


class BarJudge:
    """Judges on `count` bars that are spread over the songs."""

    def __init__(self, facts: IdFacts, songs: list[PhraseSong], count: int = JUDGED_BARS) -> None:
        self._facts, self._loss = facts, GroupLoss(facts)
        self._bars = Bars.of(songs)
        chosen = np.linspace(0, len(self._bars) - 1, min(count, len(self._bars))).astype(int)
        lengths = self._bars.starts[chosen + 1] - self._bars.starts[chosen]
        self.chosen = chosen[np.argsort(lengths, kind="stable")]

    def examples(self, count: int) -> list[np.ndarray]:
        """Ids of some bars, short and long."""
        places = self.chosen[np.linspace(0, len(self.chosen) - 1, count).astype(int)]
        return [self._bars.ids[self._bars.starts[bar] : self._bars.starts[bar + 1]].astype(np.int64) for bar in places]

    def loss(self, net: PhraseNet, latent_of: Callable[[Tensor], Tensor] | None = None) -> LossSum:
        """Nats of ids. `latent_of`: what the decoder is given instead of the encoder's mean [bars, D]."""
        sums, net = LossSum.empty(), folded_copy(net)
        with torch.no_grad():
            for at in range(0, len(self.chosen), BARS_AT_ONCE):
                ids = self._bars.padded(self.chosen[at : at + BARS_AT_ONCE])
                mean, _ = net.encode(torch.from_numpy(ids))
                latent = latent_of(mean) if latent_of else mean
                self._loss(net, net.decode(latent, torch.from_numpy(ids)), following(ids, self._facts), sums)
        return sums


class NearestCode:
    """The centroid of the code that is nearest to each mean of the encoder, as the decoder of the net takes it."""

    def __init__(self, model: PhraseModel) -> None:
        self._codebook = model.codebook

    def __call__(self, mean: Tensor) -> Tensor:
        book = self._codebook
        return book.centroids[book.nearest(mean @ book.basis / book.scale)] @ book.basis.T * book.scale


def judge_model(model: PhraseModel, judge: BarJudge, latents: list[LatentSong]) -> PhraseFigures:
    """`latents`: the songs to tell the codes of."""
    task = LatentTask(model.mamba.configuration, model.table, model.codebook, latents, latents)
    batch, codes, mamba = task.validation(), LossSum.empty(), folded_copy(model.mamba)
    with torch.no_grad():
        for at in range(0, len(batch), SONGS_AT_ONCE):
            task.loss(mamba, batch.part(slice(at, at + SONGS_AT_ONCE)), codes)
    return PhraseFigures(judge.loss(model.net), judge.loss(model.net, NearestCode(model)), codes, len(judge.chosen))
