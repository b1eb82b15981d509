"""Training the PhraseVAE: batches of bars of about the same length, reconstruction and a gentle KL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from .bpe_vocabulary import BAR
from .flat_loss import GroupLoss
from .flat_windows import IGNORED, Batch
from .id_facts import IdFacts
from .loss import LossSum
from .phrase_bars import PhraseSong
from .phrase_net import PhraseConfiguration, PhraseNet, drop_ids
from .phrase_vocabulary import KINDS, PAD, PhraseVocabulary
from .training_task import ids_for

LONGEST_BAR_IDS = 72
KL_WEIGHT = 0.01
DROPPED_IDS = 0.12
BARS_IN_A_POOL = 4096


def phrase_facts(vocabulary: PhraseVocabulary, counts: np.ndarray) -> IdFacts:
    """Which ids compete: after a note or a place come notes, places and ends of tracks; the others by kind. Ids that the
    training music never has compete nowhere."""
    first = vocabulary.first_kind()
    kinds = {name: number for number, name in enumerate(KINDS)}
    groups = {"pitch": 0, "position": 0, "trackEnd": 0, "velocity": 1, "duration": 2, "bar": 3, "trackStart": 3, "program": 4}
    group = np.full(vocabulary.size, -1, dtype=np.int64)
    for name, number in groups.items():
        group[first == kinds[name]] = number
    group[counts == 0] = -1
    nothing = np.zeros(vocabulary.size, dtype=np.int64)
    return IdFacts(vocabulary.features, nothing, nothing > 0, nothing, 1, group, KINDS, first, vocabulary.notes())


@dataclass(frozen=True)
class Bars:
    """All bars of a set of songs that are short enough: ids end to end, and where each begins."""

    ids: np.ndarray
    starts: np.ndarray

    @staticmethod
    def of(songs: list[PhraseSong]) -> "Bars":
        bars = [ids for song in songs for ids in song.ids if len(ids) <= LONGEST_BAR_IDS]
        return Bars(np.concatenate(bars), np.cumsum([0, *map(len, bars)]))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def padded(self, chosen: np.ndarray) -> np.ndarray:
        """int64 [bars, longest]."""
        lengths = self.starts[chosen + 1] - self.starts[chosen]
        rows = np.full((len(chosen), int(lengths.max())), PAD, dtype=np.int64)
        for row, bar, length in zip(rows, chosen, lengths, strict=True):
            row[:length] = self.ids[self.starts[bar] : self.starts[bar] + length]
        return rows


def following(ids: np.ndarray, facts: IdFacts) -> np.ndarray:
    """What comes after each id: the next one; after the last of a bar the next bar; IGNORED after that."""
    wanted = np.full(ids.shape, IGNORED, dtype=np.int64)
    wanted[:, :-1] = np.where(ids[:, 1:] == PAD, IGNORED, ids[:, 1:])
    last = (ids != PAD).sum(1) - 1
    wanted[np.arange(len(ids)), last] = BAR
    wanted[facts.group[wanted] < 0] = IGNORED
    return wanted


class PhraseTask:
    family = "phrase-vae"

    def __init__(
        self, vocabulary: PhraseVocabulary, shape: PhraseConfiguration, training: list[PhraseSong], validation: list[PhraseSong], seed: int = 1,
        keep_encoder: bool = False,
    ) -> None:
        self._vocabulary, self._shape, self._keep_encoder = vocabulary, shape, keep_encoder
        self._training, self._validation = Bars.of(training), Bars.of(validation)
        self.facts = phrase_facts(vocabulary, np.bincount(self._training.ids, minlength=vocabulary.size))
        self._loss = GroupLoss(self.facts)
        self.rng = np.random.default_rng(seed)
        self._pool: list[np.ndarray] = []

    @property
    def configuration(self) -> dict:
        return self._shape.as_dict()

    def new_model(self) -> PhraseNet:
        net = PhraseNet(self._shape, self._vocabulary.features)
        if self._keep_encoder:
            net.keep_encoder()
        return net

    def batch(self, size: int) -> Batch:
        if not self._pool:
            pool = self.rng.choice(len(self._training), size=min(BARS_IN_A_POOL, len(self._training)), replace=False)
            lengths = self._training.starts[pool + 1] - self._training.starts[pool]
            sorted_pool = pool[np.argsort(lengths + self.rng.random(len(pool)))]
            parts = [sorted_pool[at : at + size] for at in range(0, len(pool), size)]
            self._pool = [parts[index] for index in self.rng.permutation(len(parts))]
        return self._batch(self._training, self._pool.pop())

    def validation(self) -> Batch:
        return self._batch(self._validation, np.arange(len(self._validation)))

    def loss(self, model: nn.Module, batch: Batch, sums: LossSum | None = None) -> Tensor:
        """Nats per id; with gradients the latent is drawn, ids are dropped and the KL (per dimension) is added."""
        assert isinstance(model, PhraseNet)
        longest = int((batch.ids != PAD).sum(1).max())
        ids = ids_for(model, batch)[:, :longest]
        learning = torch.is_grad_enabled()
        with torch.set_grad_enabled(learning and model.encoder_learns):
            mean, log_variance = model.encode(ids)
        if not learning:
            return self._loss(model, model.decode(mean, ids), batch.wanted[:, :longest], sums)
        latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        nats = self._loss(model, model.decode(latent, drop_ids(ids, DROPPED_IDS)), batch.wanted[:, :longest], sums)
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
        return nats + KL_WEIGHT * divergence

    def _batch(self, bars: Bars, chosen: np.ndarray) -> Batch:
        ids = bars.padded(chosen)
        return Batch(ids, following(ids, self.facts))
