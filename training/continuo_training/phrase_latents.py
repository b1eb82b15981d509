"""The bars of songs as latents, in a basis in which what a code leaves open is uncorrelated, and the codes themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .phrase_bars import PhraseSong
from .phrase_net import PhraseNet
from .phrase_vocabulary import PAD

ENCODED_AT_ONCE = 256
ITERATIONS = 20


@dataclass(frozen=True)
class Codebook:
    """`basis` [64, 64] orthogonal and `scale`: latent of the pack = mean @ basis / scale. In it: `centroids` and `sigmas`
    [K, 64], and the mean onsets a beat of each code."""

    basis: Tensor
    scale: float
    centroids: Tensor
    sigmas: Tensor
    onsets_per_beat: Tensor

    def state(self) -> dict:
        return {**self.__dict__}

    def nearest(self, latents: Tensor) -> Tensor:
        """Code int64 [n] of latents [n, 64] of the pack."""
        return torch.cat([torch.cdist(part, self.centroids).argmin(1) for part in latents.split(4096)])


def encode_songs(net: PhraseNet, songs: list[PhraseSong]) -> list[Tensor]:
    """Means of the encoder, float32 [bars, 64] of each song. Bars that come again are encoded once."""
    numbers: dict[bytes, int] = {}
    places = [numbers.setdefault(ids.astype(np.int64).tobytes(), len(numbers)) for song in songs for ids in song.ids]
    bars = [np.frombuffer(content, dtype=np.int64) for content in numbers]
    order = np.argsort([len(ids) for ids in bars], kind="stable")
    means = torch.zeros(len(bars), net.configuration.latent)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for at in range(0, len(order), ENCODED_AT_ONCE):
            chosen = order[at : at + ENCODED_AT_ONCE]
            ids = np.full((len(chosen), len(bars[chosen[-1]])), PAD, dtype=np.int64)
            for row, index in zip(ids, chosen, strict=True):
                row[: len(bars[index])] = bars[index]
            means[torch.from_numpy(chosen)] = net.encode(torch.from_numpy(ids))[0]
    return list(means[places].split([len(song.ids) for song in songs]))


def learn_codes(means: list[Tensor], songs: list[PhraseSong], count: int, seed: int = 1) -> Codebook:
    """K-means twice: once to find the basis, once in it."""
    points = torch.cat(means)
    scale = float(points.std())
    points = points / scale
    centroids, chosen = k_means(points, count, seed)
    _, basis = torch.linalg.eigh((points - centroids[chosen]).T.cov())
    points = points @ basis
    centroids, chosen = k_means(points, count, seed)
    counts = torch.bincount(chosen, minlength=count).clamp(min=1).float()[:, None]
    spread = torch.zeros_like(centroids).index_add_(0, chosen, (points - centroids[chosen]).square())
    pooled = spread.sum(0) / len(points)
    # A code of few bars borrows from all others.
    sigmas = ((spread + 4 * pooled) / (counts + 4)).sqrt()
    onsets = torch.from_numpy(np.concatenate([song.onsets_per_beat for song in songs]))
    by_code = torch.zeros(count).index_add_(0, chosen, onsets) / counts[:, 0]
    return Codebook(basis, scale, centroids, sigmas, by_code)


def in_basis(means: list[Tensor], codebook: Codebook) -> list[Tensor]:
    return [mean @ codebook.basis / codebook.scale for mean in means]


def k_means(points: Tensor, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Centroids [count, n] and the code of each point; empty codes are begun anew at the points that are worst served."""
    generator = torch.Generator().manual_seed(seed)
    centroids = points[torch.randperm(len(points), generator=generator)[:count]].clone()
    for _ in range(ITERATIONS):
        nearest = [torch.cdist(part, centroids).min(1) for part in points.split(4096)]
        distance, chosen = torch.cat([part.values for part in nearest]), torch.cat([part.indices for part in nearest])
        counts = torch.bincount(chosen, minlength=count)
        sums = torch.zeros_like(centroids).index_add_(0, chosen, points)
        empty = counts == 0
        centroids = sums / counts.clamp(min=1)[:, None]
        centroids[empty] = points[distance.topk(int(empty.sum())).indices]
    return centroids, torch.cat([torch.cdist(part, centroids).argmin(1) for part in points.split(4096)])
