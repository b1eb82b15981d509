"""How well a phrase model tells held-out songs, as an upper bound: the evidence lower bound turned round.

A bar costs at most E_q[log q(z) - log p(z | bars before)] nats for its latent z and E_q[-log p(ids | z)] for its ids. q is the
normal distribution of the encoder; p(z | bars before) mixes the normal distributions of the codes as the net between bars
weighs them. The bound holds for any q: the encoder, which learns under a gentle KL, is surer than pays here, so wider ones
are tried too. Controls are told as the song has them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, from_numpy

from .flat_windows import IGNORED
from .latent_task import LatentSong, LatentTask
from .loss import LossSum
from .phrase_judge import BarJudge
from .phrase_latents import Codebook
from .phrase_pack import PhraseModel
from .sigma_linear import folded_copy

WIDENINGS = (1.0, 8.0)
"""Of the deviations of the encoder."""
DRAWS = 2
SEED = 1
SONGS_AT_ONCE = 16
HALF_LOG_TURN = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class Bound:
    """`latents`: nats of all latents drawn; `ids`: of the ids given them; both over all draws. `widening` of q."""

    widening: float
    latents: float
    ids: LossSum
    bars: int

    @property
    def nats_per_id(self) -> float:
        return self._nats / sum(self.ids.tokens.values())

    @property
    def bits_per_note(self) -> float:
        return self._nats / self.ids.notes / math.log(2)

    @property
    def latent_nats_per_bar(self) -> float:
        return self.latents / self.bars

    @property
    def _nats(self) -> float:
        return self.latents + sum(self.ids.nats.values())


def code_opinions(model: PhraseModel, songs: list[LatentSong]) -> Iterator[Tensor]:
    """Log-probabilities [bars, K] of the code of each bar of each song, given the bars before."""
    task = LatentTask(model.mamba.configuration, model.table, model.codebook, songs, songs)
    batch, mamba = task.validation(), folded_copy(model.mamba).eval()
    with torch.no_grad():
        for at in range(0, len(batch), SONGS_AT_ONCE):
            part = batch.part(slice(at, at + SONGS_AT_ONCE))
            logits, _ = mamba(from_numpy(part.latents), from_numpy(part.controls), mamba.first_state(len(part)))
            for row, wanted in zip(logits, part.wanted, strict=True):
                yield row[from_numpy(wanted != IGNORED)].log_softmax(-1)


def code_loss(opinions: list[Tensor], songs: list[LatentSong]) -> LossSum:
    """Nats of the codes themselves."""
    sums = LossSum.empty()
    for of_song, song in zip(opinions, songs, strict=True):
        told = of_song.gather(1, from_numpy(song.codes)[:, None])
        sums.add("bar", -float(told.double().sum()), len(told), len(told))
    return sums


def mixture_log_density(latents: Tensor, log_weights: Tensor, codebook: Codebook) -> Tensor:
    """[n], where latents [n, D] are means of the encoder's kind, not of the pack's basis; `log_weights` [n, K]; float64."""
    turned = latents.double() @ codebook.basis.double() / codebook.scale
    centroids, sigmas = codebook.centroids.double(), codebook.sigmas.double()
    precision, width = sigmas.square().reciprocal(), latents.shape[1]
    apart = turned.square() @ precision.T - 2 * turned @ (centroids * precision).T + (centroids.square() * precision).sum(1)
    of_codes = -0.5 * apart - sigmas.log().sum(1) - width * HALF_LOG_TURN
    return torch.logsumexp(log_weights.double() + of_codes, dim=1) - width * math.log(codebook.scale)


def bound(model: PhraseModel, judge: BarJudge, opinions: list[Tensor], widening: float, draws: int = DRAWS) -> Bound:
    """On the bars of the judge. `opinions`: `code_opinions` of its songs."""
    generator = torch.Generator().manual_seed(SEED)
    net, book = folded_copy(model.net), model.codebook
    latents, ids_told, bars = 0.0, LossSum.empty(), 0
    weights = torch.stack([opinions[song][bar] for song, bar in judge.places])
    with torch.no_grad():
        for at, ids in judge.batches():
            mean, log_variance = net.encode(from_numpy(ids))
            deviation = widening * (0.5 * log_variance).exp()
            # E_q[log q] is known; the rest is drawn.
            surety = -(deviation.double().log() + HALF_LOG_TURN + 0.5).sum()
            for _ in range(draws):
                latent = mean + torch.randn(mean.shape, generator=generator) * deviation
                latents += float(surety - mixture_log_density(latent, weights[at : at + len(ids)], book).sum())
                judge.tell(net, latent, ids, ids_told)
                bars += len(ids)
    return Bound(widening, latents, ids_told, bars)


def bounds(model: PhraseModel, judge: BarJudge, opinions: list[Tensor]) -> list[Bound]:
    """One for each of WIDENINGS."""
    return [bound(model, judge, opinions, widening) for widening in WIDENINGS]
